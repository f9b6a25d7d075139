//! What an image is and holds, without mounting it. Every byte of it is foreign: what is read is limited.

mod archive;
mod erofs;
mod ext4;
mod fat;
mod squashfs;
mod window;

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cpio::Packing;
use crate::disk::gpt::Gpt;
use crate::disk::{Extent, SECTOR, mbr};
use crate::qcow2::{self, Qcow2};

pub(crate) use window::Window;

/// No more files are listed of an image.
pub const MOST_FILES: usize = 100_000;

/// Their paths and targets are together no longer than this, in bytes.
const MOST_BYTES: usize = 64 << 20;

/// No more partitions are looked into.
const MOST_PARTITIONS: usize = 128;

/// The file systems that are known, each told by what it holds. A reader gets the image, and where the file system begins
/// and how many bytes it may have.
const READERS: &[Reader] = &[ext4::read, squashfs::read, erofs::read, fat::read];

/// Reads a file system; one of another kind is `None`.
type Reader = fn(&Window) -> io::Result<Option<FileSystem>>;

/// What a file is and holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// The file's size in bytes.
    pub size: u64,
    /// What it is.
    #[serde(flatten)]
    pub image: Image,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "image")]
#[non_exhaustive]
pub enum Image {
    /// A raw disk with a partition table.
    Disk {
        /// `gpt` or `mbr`.
        table: &'static str,
        /// In the order of the table.
        partitions: Vec<Partition>,
    },
    /// A file system without a disk around it.
    FileSystem(FileSystem),
    /// One or more cpio archives, one after another.
    Initramfs {
        /// How each is packed.
        archives: Vec<Packing>,
        /// What is in them.
        #[serde(flatten)]
        files: Files,
    },
    /// Something else that is packed.
    Packed {
        /// How.
        packing: Packing,
    },
    /// A disk for QEMU. What it holds is not read.
    Qcow2(Qcow2),
    /// Nothing that is known.
    Unknown,
}

/// A partition of a disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Partition {
    /// Its place in the table, from 1.
    pub number: usize,
    /// What its type is called, or the type itself.
    pub kind: String,
    /// Its name, where the table has names. What cannot be printed is escaped.
    pub label: Option<String>,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// In bytes.
    pub size: u64,
    /// What it holds, where that is known.
    pub file_system: Option<FileSystem>,
}

/// A file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileSystem {
    /// Such as `ext4`.
    pub kind: &'static str,
    /// Its name.
    pub label: Option<String>,
    /// Its identifier.
    pub uuid: Option<String>,
    /// What it takes of the space that it has, in bytes, where it says so.
    pub used: Option<u64>,
    /// What is in it.
    #[serde(flatten)]
    pub files: Files,
}

/// A list of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Files {
    /// In the order in which they were found.
    pub files: Vec<FileEntry>,
    /// Why the list has an end before its time: a limit, damage, or that nothing here reads it.
    pub incomplete: Option<String>,
    /// How long all paths are together.
    #[serde(skip)]
    bytes: usize,
}

/// A file, folder, link or device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileEntry {
    /// Its path from the top. What is not printable ASCII is escaped.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// In bytes.
    pub size: u64,
    /// Permission bits with set-uid, set-gid and sticky.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// Where a link leads, escaped in the same way.
    pub target: Option<String>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A pipe, a socket, or damage.
    Other,
}

impl FileKind {
    /// By the upper bits of `st_mode`.
    pub(crate) fn of_mode(mode: u32) -> FileKind {
        match mode >> 12 & 0xf {
            0o2 => FileKind::CharDevice,
            0o4 => FileKind::Folder,
            0o6 => FileKind::BlockDevice,
            0o10 => FileKind::File,
            0o12 => FileKind::Symlink,
            _ => FileKind::Other,
        }
    }
}

impl Files {
    /// Adds an entry; `false` if there are too many, which is noted.
    pub fn add(&mut self, entry: FileEntry) -> bool {
        self.bytes += entry.path.len() + entry.target.as_ref().map_or(0, String::len);
        let has_room = self.files.len() < MOST_FILES && self.bytes < MOST_BYTES;
        if has_room {
            self.files.push(entry);
        } else {
            self.incomplete = Some("there are too many files to list".to_owned());
        }
        has_room
    }
}

/// Why a file cannot be inspected at all.
#[derive(Debug)]
pub struct InspectError {
    path: PathBuf,
    error: io::Error,
}

impl InspectError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "check the path, and that the file can be read"
    }
}

impl fmt::Display for InspectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read `{}`: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for InspectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Says what a file is and what it holds. Damage is no error: it stands in the report.
///
/// # Errors
/// The file cannot be read.
pub fn inspect(path: &Path) -> Result<Report, InspectError> {
    let report = || {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Report { size, image: Image::read(&file, size)? })
    };
    report().map_err(|error| InspectError { path: path.to_owned(), error })
}

impl Image {
    fn read(file: &File, size: u64) -> io::Result<Image> {
        let whole = Window::new(file, 0, size)?;
        let mut first = [0; SECTOR as usize];
        let count = whole.clone().read(&mut first)?;
        if let Some(qcow2) = qcow2::parse(&first[..count]) {
            return Ok(Image::Qcow2(qcow2));
        }
        if let Some(gpt) = Gpt::read(file, size)? {
            let found = gpt.partitions().map(|found| {
                let label = found.label.escape_debug().to_string();
                (found.number, found.kind_name(), Some(label), found.extent)
            });
            return Ok(Image::Disk { table: "gpt", partitions: partitions(file, size, found)? });
        }
        if let Some(system) = file_system(&whole)? {
            return Ok(Image::FileSystem(system));
        }
        if let Some(found) = mbr::parse(&first) {
            let found =
                found.iter().map(|found| (found.number, found.kind_name(), None, found.extent));
            return Ok(Image::Disk { table: "mbr", partitions: partitions(file, size, found)? });
        }
        Ok(archive::read(whole))
    }
}

fn partitions(
    file: &File,
    size: u64,
    found: impl Iterator<Item = (usize, String, Option<String>, Extent)>,
) -> io::Result<Vec<Partition>> {
    // A table may say anything: the list of files is limited for the whole disk.
    let mut listed = 0;
    let partition = |(number, kind, label, extent): (_, _, _, Extent)| {
        let end = extent.offset.saturating_add(extent.size).min(size);
        let window = Window::new(file, extent.offset, end.saturating_sub(extent.offset))?;
        let file_system = if listed < MOST_FILES { file_system(&window)? } else { None };
        listed += file_system.as_ref().map_or(0, |system| system.files.files.len());
        let Extent { offset, size } = extent;
        Ok(Partition { number, kind, label, offset, size, file_system })
    };
    found.take(MOST_PARTITIONS).map(partition).collect()
}

fn file_system(window: &Window) -> io::Result<Option<FileSystem>> {
    for reader in READERS {
        if let Some(system) = reader(window)? {
            return Ok(Some(system));
        }
    }
    Ok(None)
}

/// Bytes of an image as text: what is not printable ASCII is escaped.
pub(crate) fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
