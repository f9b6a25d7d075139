//! What kind of image.

use clap::ValueEnum;
use serde::Serialize;

/// What kind of image is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// FAT with 12 bits.
    Fat12,
    /// FAT with 16 bits.
    Fat16,
    /// FAT with 32 bits.
    Fat32,
    /// An initramfs.
    Cpio,
    /// ext4, by mke2fs and debugfs.
    Ext4,
    /// erofs, by mkfs.erofs.
    Erofs,
    /// squashfs.
    Squashfs,
    /// A disk: with one EFI system partition that holds the files in FAT, or with the partitions that are named.
    Disk,
}

/// How what is in the image is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// As it is.
    None,
    /// gzip, which every kernel unpacks.
    Gzip,
    /// zstd, for kernels from 5.9 on.
    Zstd,
    /// LZ4, which erofs has.
    Lz4,
}

/// What says where the partitions of a disk are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// What UEFI starts from.
    Gpt,
    /// What a BIOS starts from: at most four partitions.
    Mbr,
}

/// What the bytes of the file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageType {
    /// Those of the disk or file system.
    Raw,
    /// QEMU's own form, packed by zstd, by qemu-img.
    Qcow2,
}
