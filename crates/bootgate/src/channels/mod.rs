//! `bootgate channels`: which image each channel has, since when and on what evidence, what waits, and why.

mod page;
mod text;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use problem::Problem;
use promote_image::channels::Channels;

/// Say which image each channel of a policy has: since when, by whom and on what evidence; and what waits for it and why.
///
/// Nothing is moved. What waits is looked at as a promotion would look at it now; when and by whom is what the records of
/// promotions beside the images say.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The repository, such as ghcr.io/owner/image
    image: String,

    /// The file that says which channels there are (docs/policy.md)
    #[arg(long, value_name = "FILE", default_value = "bootgate.yaml")]
    policy: PathBuf,

    /// Print the answer as JSON on standard output
    #[arg(long)]
    json: bool,

    /// Write it as a page, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// A registry that is asked without TLS, as host:port; on this machine it is not needed
    #[arg(long, value_name = "HOST")]
    plain_http: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  bootgate channels ghcr.io/owner/image
  bootgate channels ghcr.io/owner/image --policy release/bootgate.yaml --html channels.html

Exit codes:
  0  there is an answer, whatever waits
  2  the name or the policy is wrong, or the registry does not let us
  3  a registry cannot be asked";

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let shown = Channels::read(&arguments.image, &arguments.policy, &arguments.plain_http);
    let shown = shown.and_then(|found| {
        if let Some(path) = &arguments.html {
            let mut out = BufWriter::new(File::create(path).map_err(Problem::path("write", path))?);
            let written = page::write(&mut out, &found).and_then(|()| out.flush());
            written.map_err(Problem::path("write", path))?;
        }
        let text = match arguments.json {
            true => format!("{:#}", serde_json::json!(found)),
            false => text::of(&found),
        };
        gha::print(&text);
        Ok(0)
    });
    gha::exit_code(shown, None, None)
}
