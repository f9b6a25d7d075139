//! squashfs, by the crate `backhand`: no program is needed.

use std::io::{self, BufWriter, Cursor, Write as _};
use std::path::Path;

use backhand::compression::Compressor;
use backhand::{BackhandError, FilesystemCompressor, FilesystemWriter, NodeHeader};

use crate::cpio::Device;
use crate::output::{Output, Written};
use crate::tree::{Content, Kind, Node, Tree};
use crate::{Error, name};

/// How blocks are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Linux 4.14 and later can unpack it where that was built in.
    #[default]
    Zstd,
    /// Every Linux with squashfs can unpack it.
    Gzip,
}

/// How an image is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What everything is dated, in seconds since 1970.
    pub time: u64,
    /// How blocks are packed.
    pub compression: Compression,
}

/// Writes a tree as squashfs. Further names of a file become files of their own.
///
/// # Errors
/// A node has extended attributes, which are not written, or a file cannot be read or written.
pub fn write(tree: &Tree, to: &Path, options: &Options) -> Result<Written, Error> {
    let time = u32::try_from(options.time)
        .map_err(|_| Error::Options(format!("`{}` seconds do not fit squashfs", options.time)))?;
    let failed = |error| Error::io(to)(plain(error));
    let compressor = match options.compression {
        Compression::Zstd => Compressor::Zstd,
        Compression::Gzip => Compressor::Gzip,
    };
    let mut system = FilesystemWriter::default();
    system.set_compressor(FilesystemCompressor::new(compressor, None).map_err(failed)?);
    system.set_time(time);
    system.set_root_mode(0o755);
    for (path, node) in tree.iter() {
        if !node.xattrs.is_empty() {
            return Err(Error::unfit(path, "extended attributes are not written"));
        }
        push(&mut system, path, node, time).map_err(failed)?;
    }
    let output = Output::create(to)?;
    let mut out = BufWriter::new(output.file());
    system.write(&mut out).map_err(failed)?;
    out.flush().map_err(Error::io(to))?;
    drop(out);
    tree.unchanged()?;
    output.commit()
}

fn push(
    system: &mut FilesystemWriter<'_, '_, '_>,
    path: &[u8],
    node: &Node,
    time: u32,
) -> Result<(), BackhandError> {
    let header = NodeHeader {
        permissions: (node.meta.mode & 0o7777) as u16,
        uid: node.meta.uid,
        gid: node.meta.gid,
        mtime: time,
    };
    let path = name::as_path(path);
    match &node.kind {
        Kind::Folder => system.push_dir(path, header),
        Kind::File(Content::Bytes(bytes)) => {
            system.push_file(Cursor::new(bytes.clone()), path, header)
        }
        Kind::File(Content::Host { path: from, .. }) => {
            system.push_file_from_path(from, path, header)
        }
        Kind::Symlink(target) => system.push_symlink(name::as_path(target), path, header),
        Kind::Device(device @ Device::Char { .. }) => {
            system.push_char_device(device.number(), path, header)
        }
        Kind::Device(device @ Device::Block { .. }) => {
            system.push_block_device(device.number(), path, header)
        }
        Kind::Pipe => system.push_fifo(path, header),
    }
}

fn plain(error: BackhandError) -> io::Error {
    match error {
        BackhandError::StdIo(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
