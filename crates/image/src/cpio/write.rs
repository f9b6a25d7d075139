//! A tree as an initramfs: plain or packed, alone or behind another one.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::Cpio;
use crate::Error;
use crate::cpio_error::CpioError;
use crate::digest::cannot_read;
use crate::output::{Output, Written};
use crate::tree::{Content, Kind, Node, Tree};

/// How an archive is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// Every Linux can unpack it.
    Gzip,
    /// Linux 5.9 and later can unpack it, and quicker.
    Zstd,
}

/// How an archive is written.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// What every entry is dated, in seconds since 1970.
    pub time: u64,
    /// How it is packed. What it is appended to stays as it is.
    pub compression: Compression,
    /// The archive before it, packed or not. The kernel unpacks one after the other: a later file replaces an earlier one.
    pub append: Option<&'a Path>,
}

/// Writes a tree as an archive that Linux takes as its initramfs. Further names of a file become files of their own.
///
/// # Errors
/// A node has extended attributes, which this form cannot hold, or 4 GiB; a file cannot be read or written.
pub fn write(tree: &Tree, to: &Path, options: &Options<'_>) -> Result<Written, Error> {
    let output = Output::create(to)?;
    let mut out = BufWriter::new(output.file());
    if let Some(first) = options.append {
        prepend(first, &mut out)?;
    }
    let time = u32::try_from(options.time).map_err(|_| {
        Error::Options(format!("`{}` seconds do not fit a cpio archive", options.time))
    })?;
    let failed = Error::io(to);
    match options.compression {
        Compression::None => fill(tree, time, &mut out, to).map(drop)?,
        Compression::Gzip => {
            // Its header has no name and no time.
            let packer = flate2::write::GzEncoder::new(&mut out, flate2::Compression::default());
            fill(tree, time, packer, to)?.finish().map(drop).map_err(failed)?;
        }
        Compression::Zstd => {
            let packer = zstd::stream::write::Encoder::new(&mut out, 0).map_err(failed)?;
            fill(tree, time, packer, to)?.finish().map(drop).map_err(failed)?;
        }
    }
    out.flush().map_err(failed)?;
    drop(out);
    output.commit()
}

/// The archive before ours, up to a multiple of four: there the kernel looks for the next one.
fn prepend(first: &Path, out: &mut impl Write) -> Result<(), Error> {
    let copied = File::open(first).and_then(|mut file| {
        let size = io::copy(&mut file, out)?;
        out.write_all(&[0; 4][..(size.next_multiple_of(4) - size) as usize])
    });
    copied.map_err(Error::io(first))
}

fn fill<W: Write>(tree: &Tree, time: u32, out: W, to: &Path) -> Result<W, Error> {
    let mut cpio = Cpio::new(out, time);
    let failed = |error| match error {
        CpioError::Io(error) => Error::io(to)(error),
        error => Error::Cpio(error),
    };
    for (path, node) in tree.iter() {
        if !node.xattrs.is_empty() {
            return Err(Error::unfit(path, "a cpio archive has no extended attributes"));
        }
        match &node.kind {
            Kind::File(content) => file(&mut cpio, path, node, content, failed)?,
            Kind::Folder => cpio.directory(path, node.meta).map_err(failed)?,
            Kind::Symlink(target) => cpio.symlink(path, target, node.meta).map_err(failed)?,
            Kind::Device(device) => cpio.device(path, *device, node.meta).map_err(failed)?,
            Kind::Pipe => cpio.pipe(path, node.meta).map_err(failed)?,
        }
    }
    cpio.finish().map_err(failed)
}

fn file<W: Write>(
    cpio: &mut Cpio<W>,
    path: &[u8],
    node: &Node,
    content: &Content,
    failed: impl Fn(CpioError) -> Error,
) -> Result<(), Error> {
    let reader = content.open().map_err(|error| cannot_read(content, path, error))?;
    match (cpio.stream(path, node.meta, content.size(), reader), content) {
        (Err(CpioError::Length { .. }), Content::Host { path, .. }) => {
            Err(Error::Changed { path: path.clone() })
        }
        (done, _) => done.map_err(failed),
    }
}
