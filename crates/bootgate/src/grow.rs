//! `bootgate image grow`: a raw disk made larger.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use image::Error;
use image::Size;
use trial::Problem;

/// Make a raw disk larger, and its last partition with it.
///
/// The copy of a GPT moves to the new end. The file system in the partition keeps its size: the guest grows it, or resize2fs.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The partition that is to reach to the end: the number of the last one on the disk
    #[arg(long, value_name = "NUMBER")]
    partition: Option<usize>,

    /// The disk
    image: PathBuf,

    /// How large it is to be, such as 8G
    size: Size,
}

const EXAMPLES: &str = "\
Examples:
  bootgate image grow disk.img 8G
  bootgate image grow --partition 2 disk.img 8G";

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    gha::exit_code(grow(arguments).map(|()| 0), None, None)
}

fn grow(Arguments { partition, image, size }: &Arguments) -> Result<(), Problem> {
    let Size::Bytes(bytes) = size else {
        return Err(Problem::user("a disk grows to a size, not to `auto`"));
    };
    image::disk::grow(image, *bytes, *partition).map_err(|error| {
        let said = match &error {
            Error::Io { .. } => Problem::infrastructure(error.to_string()),
            _ => Problem::user(error.to_string()),
        };
        said.hint(error.hint())
    })
}
