//! The image, by the writer of its format.

use std::path::Path;

use image::disk::{self, Partition, PartitionKind};
use image::fat::{self, FatKind};
use image::{Error, Tree, cpio, erofs, ext4, squashfs};
use problem::Problem;
use serde::Serialize;

use crate::format::{Compression, Format, Size};

/// How an image is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shape {
    pub(crate) format: Format,
    pub(crate) size: Size,
    pub(crate) label: Option<String>,
    pub(crate) compression: Compression,
    /// What everything is dated, in seconds since 1970.
    pub(crate) time: u64,
}

impl Shape {
    /// Writes the tree to `to`, for an initramfs behind what `append` holds.
    ///
    /// # Errors
    /// The tree does not fit the format or the size, a program is missing, or the disk is full. Nothing is left then.
    pub(crate) fn write(
        &self,
        tree: &Tree,
        append: Option<&Path>,
        to: &Path,
    ) -> Result<(), Problem> {
        let written = match self.format {
            Format::Fat12 | Format::Fat16 | Format::Fat32 => {
                fat::write(tree, to, &self.fat()).map(drop)
            }
            Format::Cpio => cpio::write(tree, to, &self.cpio(append)).map(drop),
            Format::Ext4 => ext4::write(tree, to, &self.ext4()).map(drop),
            Format::Erofs => {
                erofs::write(tree, to, &erofs::Options { time: self.time, uuid: None, lz4: false })
                    .map(drop)
            }
            Format::Squashfs => {
                let compression = squashfs::Compression::Zstd;
                squashfs::write(tree, to, &squashfs::Options { time: self.time, compression })
                    .map(drop)
            }
            Format::Disk => self.disk(tree, to),
        };
        written.map_err(problem)
    }

    /// # Errors
    /// Something was asked for that the format does not have.
    pub(crate) fn check(&self, append: Option<&Path>) -> Result<(), Problem> {
        let sized = !matches!(self.format, Format::Cpio | Format::Erofs | Format::Squashfs);
        if self.size != Size::Auto && !sized {
            return Err(Problem::user(format!(
                "an image of this format is as large as what is in it; `size` is {}",
                self.size
            )));
        }
        if self.label.is_some() && !sized {
            return Err(Problem::user("an image of this format has no label"));
        }
        if append.is_some() && self.format != Format::Cpio {
            return Err(Problem::user("only an initramfs can be appended to another one"));
        }
        Ok(())
    }

    fn fat(&self) -> fat::Options {
        let kind = match self.format {
            Format::Fat12 => Some(FatKind::Fat12),
            Format::Fat16 => Some(FatKind::Fat16),
            Format::Fat32 => Some(FatKind::Fat32),
            _ => None,
        };
        let size = match self.size {
            Size::Auto => fat::Size::Auto,
            Size::Bytes(bytes) => fat::Size::Bytes(bytes),
        };
        fat::Options {
            kind,
            size,
            label: self.label.clone(),
            time: self.time,
            ..fat::Options::default()
        }
    }

    fn cpio<'a>(&self, append: Option<&'a Path>) -> cpio::Options<'a> {
        let compression = match self.compression {
            Compression::None => cpio::Compression::None,
            Compression::Gzip => cpio::Compression::Gzip,
            Compression::Zstd => cpio::Compression::Zstd,
        };
        cpio::Options { time: self.time, compression, append }
    }

    fn ext4(&self) -> ext4::Options<'_> {
        let size = match self.size {
            Size::Auto => ext4::Size::Auto,
            Size::Bytes(bytes) => ext4::Size::Bytes(bytes),
        };
        ext4::Options {
            time: self.time,
            label: self.label.as_deref().unwrap_or_default(),
            size,
            uuid: None,
        }
    }

    /// One EFI system partition, which firmware reads, around the files. What is asked for is the size of the disk.
    fn disk(&self, tree: &Tree, to: &Path) -> Result<(), Error> {
        // What a GPT takes at both ends of a disk, in whole MiB.
        const AROUND: u64 = 2 << 20;
        let mut options = self.fat();
        options.hidden = 2048;
        if let Size::Bytes(bytes) = self.size {
            options.size = fat::Size::Bytes(bytes.saturating_sub(AROUND));
        }
        let plan = fat::plan(tree, &options).map_err(Error::Fat)?;
        let fill = |file: &std::fs::File, at: u64, _: u64| plan.write(file, at).map_err(Error::Fat);
        let partition = Partition {
            kind: PartitionKind::Esp,
            label: "EFI",
            source: disk::Source::Fill(&fill),
            size: Some(plan.size()),
        };
        let size = match self.size {
            Size::Auto => None,
            Size::Bytes(bytes) => Some(bytes),
        };
        disk::write(&[partition], to, &disk::Options { size, ..disk::Options::default() }).map(drop)
    }
}

/// What is in the way of an image is mostly in what was asked for; the disk and missing programs are not.
fn problem(error: Error) -> Problem {
    let said = match &error {
        Error::Io { .. } | Error::Missing { .. } | Error::Tool { .. } => {
            Problem::infrastructure(error.to_string())
        }
        Error::Fat(fat::FatError::Write(_) | fat::FatError::Copy { .. }) => {
            Problem::infrastructure(error.to_string())
        }
        _ => Problem::user(error.to_string()),
    };
    said.hint(error.hint())
}
