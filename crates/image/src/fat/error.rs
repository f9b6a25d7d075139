//! Why a file system is not written, or not read.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a tree does not become a FAT file system, or an image is none.
#[derive(Debug)]
#[non_exhaustive]
pub enum FatError {
    /// The sector size in bytes is not possible.
    Sector(u32),
    /// The cluster size in bytes is not possible.
    Cluster(u32),
    /// The label is not possible.
    Label(String),
    /// The name cannot stand in FAT.
    Name {
        /// Its path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Two names differ in nothing but capitals.
    Clash {
        /// The path of the second.
        path: String,
        /// The path of the first.
        other: String,
    },
    /// It is a link or a device.
    Unsupported {
        /// Its path.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// The file has 4 GiB or more.
    FileTooLarge {
        /// Its path.
        path: String,
        /// In bytes.
        size: u64,
    },
    /// The folder has too many entries. A long name takes several.
    FolderTooLarge {
        /// Its path, empty for the root.
        path: String,
        /// How many it has.
        entries: u64,
        /// How many it may have.
        most: u64,
    },
    /// The content needs more room.
    TooSmall {
        /// The size that was asked for, in bytes.
        size: u64,
        /// The size that is enough, in bytes.
        needed: u64,
    },
    /// No file system of this kind and cluster size is that large.
    TooLarge {
        /// In bytes.
        size: u64,
    },
    /// The host's file has another size than before.
    Changed {
        /// Where it is on the host.
        host: PathBuf,
        /// In bytes, when it was looked at.
        size: u64,
    },
    /// The host's file cannot be read, or not be copied into the image.
    Copy {
        /// Where it is on the host.
        host: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The image cannot be written.
    Write(io::Error),
    /// The image cannot be read.
    Read(io::Error),
    /// The image is no FAT file system.
    NotFat(String),
    /// The image contradicts itself.
    Damaged(String),
}

impl FatError {
    /// What to do about it, if that is known.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            FatError::Sector(_) => "512, 1024, 2048 and 4096 are possible",
            FatError::Cluster(_) => "powers of two from the sector size to 65536 are possible",
            FatError::Label(_) => "take up to 11 letters and digits, such as `CIDATA`",
            FatError::Name { .. } => "rename it",
            FatError::Clash { .. } => {
                "rename one of them: FAT does not tell small letters from capitals"
            }
            FatError::Unsupported { .. } => {
                "leave it out, or take ext4, which has links and devices"
            }
            FatError::FileTooLarge { .. } => "split it, or take ext4",
            FatError::FolderTooLarge { .. } => "spread it over several folders",
            FatError::TooSmall { .. } => "make the image larger, or leave its size open",
            FatError::TooLarge { .. } => "leave the kind and the cluster size open",
            FatError::Changed { .. } => "keep it as it is until the image is written",
            FatError::Copy { error, .. } | FatError::Write(error)
                if error.kind() == io::ErrorKind::StorageFull =>
            {
                "make room on the disk"
            }
            _ => return None,
        })
    }
}

impl fmt::Display for FatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FatError::Sector(size) => write!(f, "`{size}` bytes are no size of a sector"),
            FatError::Cluster(size) => write!(f, "`{size}` bytes are no size of a cluster"),
            FatError::Label(label) => {
                write!(f, "`{}` cannot be the label of a FAT file system", label.escape_debug())
            }
            FatError::Name { path, why } => {
                write!(f, "`{path}` cannot be in a FAT file system: {why}")
            }
            FatError::Clash { path, other } => {
                write!(f, "`{path}` and `{other}` are the same name in a FAT file system")
            }
            FatError::Unsupported { path, what } => {
                write!(f, "`{path}` is a {what}, which a FAT file system cannot hold")
            }
            FatError::FileTooLarge { path, size } => {
                write!(f, "`{path}` has {size} bytes: a file in FAT has less than 4 GiB")
            }
            FatError::FolderTooLarge { path, entries, most } => {
                write!(f, "the folder `/{path}` takes {entries} entries: it has room for {most}")
            }
            FatError::TooSmall { size, needed } => {
                write!(f, "{size} bytes are too few: the content needs {needed} bytes")
            }
            FatError::TooLarge { size } => {
                write!(f, "{size} bytes are too many for this kind and cluster size of FAT")
            }
            FatError::Changed { host, size } => {
                write!(f, "`{}` does not have the {size} bytes that it had", host.display())
            }
            FatError::Copy { host, error } => {
                write!(f, "cannot copy `{}` into the image: {error}", host.display())
            }
            FatError::Write(error) => write!(f, "cannot write the image: {error}"),
            FatError::Read(error) => write!(f, "cannot read the image: {error}"),
            FatError::NotFat(why) => write!(f, "this is no FAT file system: {why}"),
            FatError::Damaged(why) => write!(f, "the FAT file system is damaged: {why}"),
        }
    }
}

impl std::error::Error for FatError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FatError::Copy { error, .. } | FatError::Write(error) | FatError::Read(error) => {
                Some(error)
            }
            _ => None,
        }
    }
}
