//! qcow2, by `qemu-img`: what a raw disk becomes for the way, and what such a file says of itself.

use std::path::Path;

use serde::Serialize;

use crate::Error;
use crate::output::{Output, Written};
use crate::tool::Tool;

const QEMU_IMG: Tool = Tool { name: "qemu-img", package: "qemu-utils" };

const MAGIC: &[u8] = b"QFI\xfb";

/// How a disk is converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Packed by zstd, which takes QEMU 5.1 or later to read; otherwise not packed.
    pub zstd: bool,
}

/// Writes a raw disk as qcow2. What is zero takes no space.
///
/// # Errors
/// `qemu-img` is missing, or a file cannot be read or written.
pub fn write(raw: &Path, to: &Path, options: &Options) -> Result<Written, Error> {
    let output = Output::create(to)?;
    let mut command = QEMU_IMG.command()?;
    // One thing after the other, so that clusters come in the disk's order each time.
    command.args(["convert", "-f", "raw", "-O", "qcow2", "-m", "1"]);
    if options.zstd {
        command.args(["-c", "-o", "compat=1.1,compression_type=zstd"]);
    } else {
        command.args(["-o", "compat=1.1"]);
    }
    command
        .arg("--")
        .args([raw, output.path()].map(absolute).into_iter().collect::<Result<Vec<_>, _>>()?);
    QEMU_IMG.run(&mut command)?;
    output.commit()
}

/// A path that is neither an option nor, for its colon, a protocol.
fn absolute(path: &Path) -> Result<std::path::PathBuf, Error> {
    std::path::absolute(path).map_err(Error::io(path))
}

/// What a qcow2 file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Qcow2 {
    /// 2 or 3.
    pub version: u32,
    /// The disk's size in bytes.
    pub virtual_size: u64,
    /// In bytes.
    pub cluster_size: u64,
    /// How packed clusters are packed, if there are any.
    pub compression: &'static str,
    /// Whether it says only what differs from another file, of which nothing is read.
    pub has_backing_file: bool,
    /// Whether a guest cannot read it without a key.
    pub is_encrypted: bool,
}

/// Reads a header; `None` if it is none, or not one of a version that is known.
pub(crate) fn parse(header: &[u8]) -> Option<Qcow2> {
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let wide = |at: usize| Some(u64::from_be_bytes(header.get(at..at + 8)?.try_into().ok()?));
    let version = number(4)?;
    let known = header.starts_with(MAGIC) && matches!(version, 2 | 3);
    let has_type = version == 3 && number(100)? > 104;
    Some(Qcow2 {
        version: known.then_some(version)?,
        virtual_size: wide(24)?,
        cluster_size: number(20).filter(|bits| (9..=30).contains(bits)).map(|bits| 1 << bits)?,
        compression: if has_type && header.get(104) == Some(&1) { "zstd" } else { "zlib" },
        has_backing_file: wide(8)? != 0,
        is_encrypted: number(32)? != 0,
    })
}
