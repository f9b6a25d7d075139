//! The image, by the writer of its format.

use std::fs::File;
use std::path::Path;

use image::disk::{self, Partition, PartitionKind, Source};
use image::fat::{self, FatKind};
use image::{Error, Size, Tree, Uuid, cpio, erofs, ext4, qcow2, squashfs};
use problem::Problem;
use serde::Serialize;

use crate::format::{Compression, Format, ImageType, Table};
use crate::partition::Part;

/// What a partition table takes at both ends of a disk, in whole MiB.
const AROUND: u64 = 2 << 20;

/// Where the first partition begins, in sectors.
const FIRST: u32 = 2048;

/// How an image is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shape {
    pub(crate) format: Format,
    pub(crate) size: Size,
    pub(crate) label: Option<String>,
    /// None: what is usual for the format.
    pub(crate) compression: Option<Compression>,
    pub(crate) table: Option<Table>,
    pub(crate) image_type: ImageType,
    pub(crate) uuid: Option<String>,
    /// Of FAT: its number, and bytes of a sector and a cluster.
    pub(crate) serial: Option<u32>,
    pub(crate) sector_size: Option<u32>,
    pub(crate) cluster_size: Option<u32>,
    /// What everything is dated, in seconds since 1970.
    pub(crate) time: u64,
}

/// What is not in the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside<'a> {
    /// The initramfs that a new one goes behind.
    pub(crate) append: Option<&'a Path>,
    /// What a disk holds instead of the tree.
    pub(crate) partitions: &'a [Part],
}

impl Shape {
    /// Writes the tree to `to`.
    ///
    /// # Errors
    /// The tree does not fit the format or the size, a program is missing, or the disk is full. Nothing is left then.
    pub(crate) fn write(&self, tree: &Tree, beside: Beside<'_>, to: &Path) -> Result<(), Problem> {
        match self.image_type {
            ImageType::Raw => self.raw(tree, beside, to),
            ImageType::Qcow2 => {
                let raw = to.with_extension("raw");
                self.raw(tree, beside, &raw)
                    .and_then(|()| qcow2::write(&raw, to, &qcow2::Options { zstd: true }))
                    .and_then(|_| {
                        std::fs::remove_file(&raw).map_err(|error| Error::Io { path: raw, error })
                    })
            }
        }
        .map_err(Problem::from)
    }

    fn raw(&self, tree: &Tree, beside: Beside<'_>, to: &Path) -> Result<(), Error> {
        let Shape { time, .. } = *self;
        match self.format {
            Format::Fat12 | Format::Fat16 | Format::Fat32 => {
                fat::write(tree, to, &self.fat()).map(drop)
            }
            Format::Cpio => {
                let compression = match self.compression {
                    Some(Compression::None) => cpio::Compression::None,
                    Some(Compression::Zstd) => cpio::Compression::Zstd,
                    _ => cpio::Compression::Gzip,
                };
                cpio::write(tree, to, &cpio::Options { time, compression, append: beside.append })
                    .map(drop)
            }
            Format::Ext4 => {
                let label = self.label.as_deref().unwrap_or_default();
                let size = self.size.bytes().map_or(ext4::Size::Auto, ext4::Size::Bytes);
                let uuid = self.uuid()?;
                let options = ext4::Options { time, label, size, uuid, ..ext4::Options::default() };
                ext4::write(tree, to, &options).map(drop)
            }
            Format::Erofs => {
                let lz4 = self.compression == Some(Compression::Lz4);
                let uuid = self.uuid()?;
                let options = erofs::Options { time, uuid, lz4, ..erofs::Options::default() };
                erofs::write(tree, to, &options).map(drop)
            }
            Format::Squashfs => {
                let gzip = self.compression == Some(Compression::Gzip);
                let compression =
                    if gzip { squashfs::Compression::Gzip } else { squashfs::Compression::Zstd };
                squashfs::write(tree, to, &squashfs::Options { time, compression }).map(drop)
            }
            Format::Disk if beside.partitions.is_empty() => self.esp(tree, to),
            Format::Disk => {
                let partition = |part: &Part| {
                    let source = Source::File(part.image.clone());
                    Partition { kind: part.kind, label: "", source, size: None }
                };
                self.disk(&beside.partitions.iter().map(partition).collect::<Vec<_>>(), to)
            }
        }
    }

    fn fat(&self) -> fat::Options {
        let kind = match self.format {
            Format::Fat12 => Some(FatKind::Fat12),
            Format::Fat16 => Some(FatKind::Fat16),
            Format::Fat32 => Some(FatKind::Fat32),
            _ => None,
        };
        let usual = fat::Options::default();
        fat::Options {
            kind,
            size: self.size.bytes().map_or(fat::Size::Auto, fat::Size::Bytes),
            label: self.label.clone(),
            serial: self.serial,
            sector: self.sector_size.unwrap_or(usual.sector),
            cluster: self.cluster_size,
            time: self.time,
            ..usual
        }
    }

    /// A disk with one EFI system partition, which firmware reads, around the files. What is asked for is the size of the disk.
    fn esp(&self, tree: &Tree, to: &Path) -> Result<(), Error> {
        let mut options = fat::Options { hidden: FIRST, ..self.fat() };
        if let Some(bytes) = self.size.bytes() {
            options.size = fat::Size::Bytes(bytes.saturating_sub(AROUND));
        }
        let plan = fat::plan(tree, &options).map_err(Error::Fat)?;
        let fill = |file: &File, at: u64, _: u64| plan.write(file, at).map_err(Error::Fat);
        let (source, size) = (Source::Fill(&fill), Some(plan.size()));
        self.disk(&[Partition { kind: PartitionKind::Esp, label: "EFI", source, size }], to)
    }

    fn disk(&self, partitions: &[Partition<'_>], to: &Path) -> Result<(), Error> {
        let table = match self.table {
            Some(Table::Mbr) => disk::Table::Mbr,
            _ => disk::Table::Gpt,
        };
        let options = disk::Options { table, guid: self.uuid()?, size: self.size.bytes() };
        disk::write(partitions, to, &options).map(drop)
    }

    fn uuid(&self) -> Result<Option<Uuid>, Error> {
        let parse = |text: &String| {
            text.parse().map_err(|_| Error::Options(format!("`{text}` is no UUID")))
        };
        self.uuid.as_ref().map(parse).transpose()
    }
}
