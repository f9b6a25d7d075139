//! What a kernel file is, told from its bytes and never from its name, and how to get the ELF out of it.
//!
//! The bytes are foreign: every offset is checked, what is unpacked is limited, and nothing here panics on them.

mod elf;
mod head;
mod unpack;

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use spec::Arch;

use head::Head;
pub use unpack::UnpackError;

/// A kernel file that was looked at.
#[derive(Debug)]
pub struct Kernel {
    file: File,
    head: Head,
    pvh: bool,
}

/// How a kernel is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Linux's own format on x86: set-up code with a packed kernel behind it.
    Bzimage,
    /// ELF, such as `vmlinux`.
    Elf,
    /// Linux's flat `Image` of arm64.
    Arm64Image,
    /// Linux's flat `Image` of RISC-V.
    RiscvImage,
    /// Linux's image of IBM Z.
    S390Image,
    /// An EFI program that unpacks the kernel inside it.
    EfiZboot,
    /// Another EFI program, such as LoongArch's `vmlinux.efi` or a unified kernel image.
    Efi,
    /// Any of these under gzip.
    Gzip,
    /// None of these.
    Unknown,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Bzimage => "x86 bzImage",
            Format::Elf => "ELF",
            Format::Arm64Image => "arm64 Image",
            Format::RiscvImage => "RISC-V Image",
            Format::S390Image => "s390x image",
            Format::EfiZboot => "EFI zboot image",
            Format::Efi => "EFI program",
            Format::Gzip => "gzip file",
            Format::Unknown => "unknown format",
        })
    }
}

/// What came out of a packed kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Whether it is an ELF file.
    pub elf: bool,
    /// Whether it has the PVH entry by which QEMU can start it directly.
    pub pvh: bool,
    /// How many bytes were written.
    pub bytes: u64,
}

impl Kernel {
    /// Reads the beginning of `path` and tells what it is; what it is not known to be is [`Format::Unknown`].
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub fn open(path: &Path) -> io::Result<Kernel> {
        let file = File::open(path)?;
        let head = head::read(&file)?;
        let pvh = head.format == Format::Elf && elf::inspect(&file)?.pvh;
        Ok(Kernel { file, head, pvh })
    }

    /// The architecture it runs on, where its bytes tell. A 32-bit x86 bzImage counts as x86_64, which runs it.
    pub fn arch(&self) -> Option<Arch> {
        self.head.arch
    }

    /// How it is packed.
    pub fn format(&self) -> Format {
        self.head.format
    }

    /// Whether the file itself is an ELF file with the PVH entry by which QEMU can start it directly.
    pub fn pvh(&self) -> bool {
        self.pvh
    }

    /// Writes the kernel that is packed inside a bzImage, an EFI zboot image or a gzip file to the beginning of `out`,
    /// an empty file that is open for reading too. At most 1 GiB comes out.
    ///
    /// # Errors
    /// It is not packed, packed in an unknown way, damaged, or too large; `out` may then hold a part of it.
    pub fn unpack_to(&self, out: &mut File) -> Result<Unpacked, UnpackError> {
        let payload = self.head.payload.ok_or(UnpackError::NotPacked(self.head.format))?;
        let bytes = unpack::payload(&self.file, payload, out)?;
        let elf::Found { elf, pvh } = elf::inspect(out).map_err(UnpackError::Io)?;
        Ok(Unpacked { elf, pvh, bytes })
    }
}

/// Reads from `at` as much of `buffer` as the file has; returns how much.
fn read_up_to(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], at + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
