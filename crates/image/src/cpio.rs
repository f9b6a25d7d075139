//! The archive that Linux unpacks as its initramfs: cpio in the "newc" form (`070701`).
//!
//! Source of the form: the kernel's `Documentation/driver-api/early-userspace/buffer-format.rst`.

mod read;
mod write;

pub use read::{Entry, Packing, ReadError, Visit, read};
pub use write::{Compression, Options, write};

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use crate::cpio_error::CpioError;
use crate::name::{self, NameFault, TRAILER};

const MAGIC: &[u8] = b"070701";

/// The archive ends on a multiple of this many bytes, as GNU cpio and bsdcpio write it.
const BLOCK: u64 = 512;

const S_IFREG: u32 = 0o100_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFLNK: u32 = 0o120_000;
const S_IFCHR: u32 = 0o020_000;
const S_IFIFO: u32 = 0o010_000;
const S_IFBLK: u32 = 0o060_000;

/// Writes an archive entry by entry. Wrap `W` in a gzip or zstd encoder for a compressed one.
///
/// A folder that was not added before what is in it is made: mode 0755, owned by root.
#[derive(Debug)]
#[must_use = "an archive without `finish` has no end"]
pub struct Cpio<W: Write> {
    out: W,
    written: u64,
    inode: u32,
    mtime: u32,
    kinds: BTreeMap<Vec<u8>, Kind>,
}

/// Whether a name that was written can have others below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Folder,
    Other,
}

/// What an entry has besides its name and content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Permission bits with set-uid, set-gid and sticky: at most `0o7777`.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

impl Meta {
    /// Root's, with these permission bits.
    pub const fn root(mode: u32) -> Meta {
        Meta { mode, uid: 0, gid: 0 }
    }
}

/// A device node by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A character device, such as the console, 5:1.
    Char {
        /// The driver.
        major: u32,
        /// The unit.
        minor: u32,
    },
    /// A block device.
    Block {
        /// The driver.
        major: u32,
        /// The unit.
        minor: u32,
    },
}

impl Device {
    /// Both numbers as Linux keeps them in 32 bits.
    pub(crate) fn number(self) -> u32 {
        let (Device::Char { major, minor } | Device::Block { major, minor }) = self;
        minor & 0xff | major << 8 | (minor & !0xff) << 12
    }
}

/// One header's numbers.
struct Header {
    mode: u32,
    meta: Meta,
    links: u32,
    size: u32,
    device: (u32, u32),
}

impl Header {
    fn new(kind: u32, meta: Meta, size: u32) -> Header {
        let links = if kind == S_IFDIR { 2 } else { 1 };
        Header { mode: kind | meta.mode & 0o7777, meta, links, size, device: (0, 0) }
    }
}

impl<W: Write> Cpio<W> {
    /// An archive in which everything is of `mtime`, in seconds since 1970: `SOURCE_DATE_EPOCH`, or 0.
    pub fn new(out: W, mtime: u32) -> Cpio<W> {
        Cpio { out, written: 0, inode: 0, mtime, kinds: BTreeMap::new() }
    }

    /// A folder. It must come before what is in it.
    ///
    /// # Errors
    /// The name is unusable or taken, or writing fails.
    pub fn directory(&mut self, name: impl AsRef<[u8]>, meta: Meta) -> Result<(), CpioError> {
        let name = name.as_ref();
        self.claim(name, Kind::Folder)?;
        self.entry(name, &Header::new(S_IFDIR, meta, 0))
    }

    /// A file with this content.
    ///
    /// # Errors
    /// As [`Cpio::directory`]; also if it has 4 GiB or more.
    pub fn file(
        &mut self,
        name: impl AsRef<[u8]>,
        meta: Meta,
        content: &[u8],
    ) -> Result<(), CpioError> {
        self.stream(name, meta, content.len() as u64, content)
    }

    /// A file whose `size` bytes are read while they are written.
    ///
    /// # Errors
    /// As [`Cpio::file`]; also if the reader fails or has fewer or more bytes. The archive is then unusable.
    pub fn stream(
        &mut self,
        name: impl AsRef<[u8]>,
        meta: Meta,
        size: u64,
        content: impl Read,
    ) -> Result<(), CpioError> {
        let name = name.as_ref();
        let header = Header::new(S_IFREG, meta, fits(name, size)?);
        self.claim(name, Kind::Other)?;
        self.entry(name, &header)?;
        self.body(name, size, content)
    }

    /// One file under several names.
    ///
    /// # Errors
    /// As [`Cpio::file`]; also if there is no name.
    pub fn linked_file(
        &mut self,
        names: &[impl AsRef<[u8]>],
        meta: Meta,
        content: &[u8],
    ) -> Result<(), CpioError> {
        let Some((last, others)) = names.split_last() else {
            return Err(CpioError::Name { name: String::new(), fault: NameFault::Empty });
        };
        let size = fits(last.as_ref(), content.len() as u64)?;
        names.iter().try_for_each(|name| self.claim(name.as_ref(), Kind::Other))?;
        let inode = self.next_inode()?;
        let links = u32::try_from(names.len()).map_err(|_| CpioError::Full)?;
        // The content goes with the last name, as GNU cpio has it: readers link the earlier ones to it.
        for name in others {
            let header = Header { links, ..Header::new(S_IFREG, meta, 0) };
            self.header(name.as_ref(), inode, &header)?;
        }
        self.header(last.as_ref(), inode, &Header { links, ..Header::new(S_IFREG, meta, size) })?;
        self.body(last.as_ref(), u64::from(size), content)
    }

    /// A symbolic link. `target` may be absolute or lead upwards: the guest resolves it.
    ///
    /// # Errors
    /// As [`Cpio::directory`]; also if the target is empty, too long or contains NUL.
    pub fn symlink(
        &mut self,
        name: impl AsRef<[u8]>,
        target: impl AsRef<[u8]>,
        meta: Meta,
    ) -> Result<(), CpioError> {
        let (name, target) = (name.as_ref(), target.as_ref());
        name::check_target(target)
            .map_err(|fault| CpioError::Target { name: shown(name), fault })?;
        self.claim(name, Kind::Other)?;
        self.entry(
            name,
            &Header::new(S_IFLNK, Meta { mode: 0o777, ..meta }, fits(name, target.len() as u64)?),
        )?;
        self.body(name, target.len() as u64, target)
    }

    /// A device node. No privilege is needed: only its numbers are written.
    ///
    /// # Errors
    /// As [`Cpio::directory`].
    pub fn device(
        &mut self,
        name: impl AsRef<[u8]>,
        device: Device,
        meta: Meta,
    ) -> Result<(), CpioError> {
        let name = name.as_ref();
        self.claim(name, Kind::Other)?;
        let (kind, device) = match device {
            Device::Char { major, minor } => (S_IFCHR, (major, minor)),
            Device::Block { major, minor } => (S_IFBLK, (major, minor)),
        };
        self.entry(name, &Header { device, ..Header::new(kind, meta, 0) })
    }

    /// A named pipe.
    ///
    /// # Errors
    /// As [`Cpio::directory`].
    pub fn pipe(&mut self, name: impl AsRef<[u8]>, meta: Meta) -> Result<(), CpioError> {
        let name = name.as_ref();
        self.claim(name, Kind::Other)?;
        self.entry(name, &Header::new(S_IFIFO, meta, 0))
    }

    /// Ends the archive and gives the writer back, flushed.
    ///
    /// # Errors
    /// Writing fails.
    pub fn finish(mut self) -> Result<W, CpioError> {
        self.mtime = 0;
        let trailer = Header { links: 1, ..Header::new(0, Meta::root(0), 0) };
        self.header(TRAILER, 0, &trailer)?;
        self.pad(BLOCK)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Takes a name, making the folders above it.
    fn claim(&mut self, name: &[u8], kind: Kind) -> Result<(), CpioError> {
        name::check(name).map_err(|fault| CpioError::Name { name: shown(name), fault })?;
        if self.kinds.contains_key(name) {
            return Err(CpioError::Duplicate { name: shown(name) });
        }
        for folder in name::parents(name) {
            self.parent(name, folder)?;
        }
        self.kinds.insert(name.to_vec(), kind);
        Ok(())
    }

    fn parent(&mut self, name: &[u8], folder: &[u8]) -> Result<(), CpioError> {
        match self.kinds.get(folder) {
            Some(Kind::Folder) => Ok(()),
            // A link here would lead a reader outside of its root.
            Some(Kind::Other) => {
                Err(CpioError::NotAFolder { name: shown(name), parent: shown(folder) })
            }
            None => {
                self.kinds.insert(folder.to_vec(), Kind::Folder);
                self.entry(folder, &Header::new(S_IFDIR, Meta::root(0o755), 0))
            }
        }
    }

    fn next_inode(&mut self) -> Result<u32, CpioError> {
        self.inode = self.inode.checked_add(1).ok_or(CpioError::Full)?;
        Ok(self.inode)
    }

    fn entry(&mut self, name: &[u8], header: &Header) -> Result<(), CpioError> {
        let inode = self.next_inode()?;
        self.header(name, inode, header)
    }

    fn header(&mut self, name: &[u8], inode: u32, header: &Header) -> Result<(), CpioError> {
        let Header { mode, meta, links, size, device } = *header;
        let name_size = u32::try_from(name.len() + 1).map_err(|_| CpioError::Full)?;
        let (major, minor) = device;
        self.write(MAGIC)?;
        for field in [
            inode, mode, meta.uid, meta.gid, links, self.mtime, size, 0, 0, major, minor,
            name_size, 0,
        ] {
            self.write(format!("{field:08X}").as_bytes())?;
        }
        self.write(name)?;
        self.write(&[0])?;
        self.pad(4)
    }

    fn body(&mut self, name: &[u8], size: u64, content: impl Read) -> Result<(), CpioError> {
        // One byte more than was announced tells a reader that goes on.
        let mut content = content.take(size + 1);
        let copied = io::copy(&mut content.by_ref().take(size), &mut self.out)?;
        self.written += copied;
        if copied < size || content.read(&mut [0])? > 0 {
            return Err(CpioError::Length { name: shown(name), announced: size });
        }
        self.pad(4)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), CpioError> {
        self.out.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn pad(&mut self, to: u64) -> Result<(), CpioError> {
        let missing = self.written.next_multiple_of(to) - self.written;
        self.written += io::copy(&mut io::repeat(0).take(missing), &mut self.out)?;
        Ok(())
    }
}

fn fits(name: &[u8], size: u64) -> Result<u32, CpioError> {
    u32::try_from(size).map_err(|_| CpioError::TooLarge { name: shown(name), size })
}

fn shown(name: &[u8]) -> String {
    name.escape_ascii().to_string()
}
