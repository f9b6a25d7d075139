//! What can be chosen between.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Who makes the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// We do, without root.
    Direct,
    /// That program, in a privileged container.
    BootcImageBuilder,
}

/// What is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One file system, beside the kernel and the initramfs that start from it.
    Root,
    /// A GPT with an EFI system partition and a root partition, which firmware starts.
    Disk,
}

/// The file system of the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileSystem {
    /// ext4.
    Ext4,
    /// erofs, which cannot be written to.
    Erofs,
}

impl FileSystem {
    /// As kernels and programs call it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            FileSystem::Ext4 => "ext4",
            FileSystem::Erofs => "erofs",
        }
    }
}

/// What the bytes of the file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// Those of the disk or file system.
    Raw,
    /// QEMU's own form.
    Qcow2,
    /// An installer, by bootc-image-builder.
    Iso,
    /// A disk for Amazon's cloud, by bootc-image-builder.
    Ami,
}

impl Type {
    /// As bootc-image-builder calls it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Type::Raw => "raw",
            Type::Qcow2 => "qcow2",
            Type::Iso => "iso",
            Type::Ami => "ami",
        }
    }

    /// What the image is called in its folder.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Type::Raw | Type::Ami => "disk.raw",
            Type::Qcow2 => "disk.qcow2",
            Type::Iso => "install.iso",
        }
    }
}
