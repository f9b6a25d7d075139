//! `bootgate image inspect`: what a disk, a file system or an initramfs holds.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Args;
use image::{FileEntry, FileKind, FileSystem, Files, Image, Partition, Report};
use trial::Problem;

const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Say what an image is and holds, without mounting it.
///
/// It knows disks with GPT or MBR, ext2 to ext4, FAT, squashfs, erofs (without its files), initramfs (plain, gzip, zstd,
/// xz, several in one file) and qcow2 (without what is in it). Nothing in the image is trusted: what cannot be printed is
/// escaped, and damage is said where it is.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Print the answer as JSON on standard output
    #[arg(long)]
    json: bool,

    /// The image: a regular file
    image: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  bootgate image inspect disk.img
  bootgate image inspect initrd.img | grep modules

  # in a job: stop unless the whole list could be read and has the init
  bootgate image inspect --json root.ext4 |
    jq -e '.incomplete == null and any(.files[]; .path == \"sbin/init\")'

  # the kind of each partition
  bootgate image inspect --json disk.img | jq -r '.partitions[] | .[\"file-system\"].kind'

Exit codes:
  0  there is an answer; damage and unknown content are answers, too: in the JSON they are
     \"incomplete\" and the image \"unknown\"
  2  the file is missing, may not be read or is no regular file
  3  reading it failed";

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let shown = inspected(&arguments.image).map(|report| {
        let text = match arguments.json {
            true => serde_json::to_string(&report).unwrap_or_default(),
            false => shown(&report),
        };
        gha::print(&text);
        0
    });
    gha::exit_code(shown, None, None)
}

fn inspected(path: &Path) -> Result<Report, Problem> {
    let refused = |why: &dyn std::fmt::Display| {
        Problem::user(format!("cannot read `{}`: {why}", path.display()))
            .hint("check the path, and that the file can be read")
    };
    // Opening a pipe would wait for its other end, and a device says no size.
    match fs::metadata(path) {
        Err(error) => return Err(refused(&error)),
        Ok(about) if !about.is_file() => return Err(refused(&"it is no regular file")),
        Ok(_) => fs::File::open(path).map_err(|error| refused(&error))?,
    };
    image::inspect(path)
        .map_err(|error| Problem::infrastructure(error.to_string()).hint(error.hint()))
}

/// All of it as lines for people. Names are escaped already.
fn shown(report: &Report) -> String {
    let bytes = size(report.size);
    match &report.image {
        Image::Disk { table, partitions } => {
            let head = format!("disk with {} table, {bytes}\n", table.to_uppercase());
            head + &partitions.iter().map(partition).collect::<String>()
        }
        Image::FileSystem(system) => format!("{}, {bytes}\n{}", head(system), list(&system.files)),
        Image::Initramfs { archives, files } => {
            let packings: Vec<_> = archives.iter().map(word).collect();
            format!("initramfs, packed: {}, {bytes}\n{}", packings.join(", "), list(files))
        }
        Image::Packed { packing } => format!(
            "packed by {}, {bytes}\n{}",
            word(packing),
            note("what is in it is not read: unpack it first")
        ),
        Image::Qcow2(qcow2) => {
            let also = [
                (qcow2.has_backing_file, ", on a backing file"),
                (qcow2.is_encrypted, ", encrypted"),
            ];
            let also: String =
                also.iter().filter(|(holds, _)| *holds).map(|(_, words)| *words).collect();
            format!(
                "qcow2 version {}, {bytes}, for a disk of {}, clusters of {}{also}\n{}",
                qcow2.version,
                size(qcow2.virtual_size),
                size(qcow2.cluster_size),
                note("what is in it is not read: `qemu-img convert -O raw` makes a disk that is"),
            )
        }
        _ => format!("nothing that is known, {bytes}\n"),
    }
}

fn partition(partition: &Partition) -> String {
    let Partition { number, kind, label, offset, size: bytes, file_system } = partition;
    let named = label.as_deref().map(named).unwrap_or_default();
    let mut text = format!("\n{number}: {kind}{named}, {} at {}\n", size(*bytes), size(*offset));
    match file_system {
        Some(system) => {
            let _ = write!(text, "   {}\n{}", head(system), list(&system.files));
        }
        None => text += "   no file system that is known\n",
    }
    text
}

/// What a file system says of itself.
fn head(system: &FileSystem) -> String {
    let FileSystem { kind, label, uuid, used, .. } = system;
    let named = label.as_deref().map(named).unwrap_or_default();
    let uuid = uuid.as_ref().map(|uuid| format!(", {uuid}")).unwrap_or_default();
    let used = used.map(|used| format!(", {} used", size(used))).unwrap_or_default();
    format!("{kind}{named}{uuid}{used}")
}

fn named(label: &str) -> String {
    if label.is_empty() { String::new() } else { format!(" \"{label}\"") }
}

/// A line for each file, as `ls -l` has it, and why there are no more.
fn list(files: &Files) -> String {
    let width = |cells: &mut dyn Iterator<Item = String>| cells.map(|cell| cell.len()).max();
    let owner = |file: &FileEntry| format!("{}:{}", file.uid, file.gid);
    let owners = width(&mut files.files.iter().map(owner)).unwrap_or(0);
    let sizes = width(&mut files.files.iter().map(|file| file.size.to_string())).unwrap_or(0);
    let mut text = String::new();
    for file in &files.files {
        let (mode, owner, bytes, path) = (mode(file), owner(file), file.size, &file.path);
        let target = file.target.as_ref().map(|to| format!(" -> {to}")).unwrap_or_default();
        let _ = writeln!(text, "   {mode}  {owner:<owners$}  {bytes:>sizes$}  {path}{target}");
    }
    match &files.incomplete {
        Some(why) => text + &note(&format!("not all is listed: {why}")),
        None if files.files.is_empty() => text + "   no files\n",
        None => text,
    }
}

fn note(words: &str) -> String {
    format!("   {YELLOW}{words}{YELLOW:#}\n")
}

/// Kind and permissions, such as `-rwsr-xr-x`.
fn mode(file: &FileEntry) -> String {
    let kind = match file.kind {
        FileKind::File => '-',
        FileKind::Folder => 'd',
        FileKind::Symlink => 'l',
        FileKind::CharDevice => 'c',
        FileKind::BlockDevice => 'b',
        FileKind::Other => '?',
    };
    let class = |shift: u32, special: u32, letter: char| {
        let bits = file.mode >> shift;
        let bit = |mask, letter| if bits & mask == 0 { '-' } else { letter };
        let last = match (file.mode & special != 0, bits & 1 != 0) {
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
            (false, _) => bit(1, 'x'),
        };
        [bit(4, 'r'), bit(2, 'w'), last]
    };
    let classes = [class(6, 0o4000, 's'), class(3, 0o2000, 's'), class(0, 0o1000, 't')];
    std::iter::once(kind).chain(classes.into_iter().flatten()).collect()
}

/// Bytes with the largest unit below them.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = (1..=UNITS.len()).rev().find(|unit| bytes >> (10 * unit) > 0);
    unit.map_or(format!("{bytes} B"), |unit| {
        let count = format!("{:.1}", bytes as f64 / (1_u64 << (10 * unit)) as f64);
        format!("{} {}", count.trim_end_matches(".0"), UNITS[unit - 1])
    })
}

/// A packing in lower case.
fn word(packing: &impl std::fmt::Debug) -> String {
    format!("{packing:?}").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_largest_unit_below_them() {
        assert_eq!(
            [0, 1023, 1024, 1536, 64 << 20, u64::MAX].map(size),
            ["0 B", "1023 B", "1 KiB", "1.5 KiB", "64 MiB", "16 EiB"]
        );
    }
}
