//! The first bytes of a kernel file: its format, its architecture, and where the packed kernel is.

use std::fs::File;
use std::io::{self, Read as _};

use flate2::read::GzDecoder;
use spec::Arch;

use super::{Format, elf, read_up_to};

/// Enough for every sign that is looked for; IBM Z's is the farthest, at 64 KiB.
const LENGTH: usize = 80 << 10;

/// What the head of a file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) format: Format,
    pub(super) arch: Option<Arch>,
    pub(super) payload: Option<Payload>,
}

/// Where the packed kernel is, in bytes of the file; unchecked against its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) offset: u64,
    /// `None`: up to the file's end.
    pub(super) length: Option<u64>,
    /// Whether its last four bytes are the size of what comes out.
    pub(super) sized: bool,
}

/// Reads and recognises the head of `file`.
pub(super) fn read(file: &File) -> io::Result<Head> {
    let mut bytes = vec![0; LENGTH];
    let length = read_up_to(file, &mut bytes, 0)?;
    Ok(recognise(&bytes[..length]))
}

/// What `bytes` are the beginning of. Compressed ones are looked into, one layer deep.
pub(super) fn recognise(bytes: &[u8]) -> Head {
    match bytes {
        [0x1f, 0x8b, ..] => Head {
            format: Format::Gzip,
            arch: plain(&inflated(bytes)).arch,
            payload: Some(Payload { offset: 0, length: None, sized: false }),
        },
        _ => plain(bytes),
    }
}

fn plain(bytes: &[u8]) -> Head {
    let head = |format, arch| Head { format, arch, payload: None };
    let has = |at: usize, sign: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(sign));
    // A bzImage is an EFI program too, and so are the flat images and zboot: the more special sign comes first.
    if has(0x202, b"HdrS") {
        Head { payload: bzimage_payload(bytes), ..head(Format::Bzimage, Some(Arch::X86_64)) }
    } else if has(0, b"\x7fELF") {
        head(Format::Elf, elf::arch(bytes))
    } else if has(56, b"ARM\x64") {
        head(Format::Arm64Image, Some(Arch::Aarch64))
    } else if has(56, b"RSC\x05") {
        head(Format::RiscvImage, Some(Arch::Riscv64))
    } else if has(0x1_0008, b"S390EP") {
        head(Format::S390Image, Some(Arch::S390x))
    } else if has(0, b"MZ") && has(4, b"zimg") {
        Head { payload: zboot_payload(bytes), ..head(Format::EfiZboot, pe_arch(bytes)) }
    } else if has(0, b"MZ") {
        head(Format::Efi, pe_arch(bytes))
    } else {
        head(Format::Unknown, None)
    }
}

/// As far as the bytes go; a truncated stream is what a head is.
fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut inner = Vec::new();
    let _ = GzDecoder::new(bytes).take(LENGTH as u64).read_to_end(&mut inner);
    inner
}

/// From `Documentation/arch/x86/boot.rst`: the offset counts from the end of the set-up sectors.
fn bzimage_payload(bytes: &[u8]) -> Option<Payload> {
    if u16_at(bytes, 0x206)? < 0x208 {
        return None;
    }
    let sectors = match *bytes.get(0x1f1)? {
        0 => 4,
        sectors => u64::from(sectors),
    };
    let offset = (sectors + 1) * 512 + u64::from(u32_at(bytes, 0x248)?);
    Some(Payload { offset, length: Some(u32_at(bytes, 0x24c)?.into()), sized: true })
}

/// From `drivers/firmware/efi/libstub/zboot-header.S`.
fn zboot_payload(bytes: &[u8]) -> Option<Payload> {
    let offset = u32_at(bytes, 8)?.into();
    Some(Payload { offset, length: Some(u32_at(bytes, 12)?.into()), sized: false })
}

/// The machine field of the PE header that the DOS header points to.
fn pe_arch(bytes: &[u8]) -> Option<Arch> {
    let pe = usize::try_from(u32_at(bytes, 0x3c)?).ok()?;
    if !bytes.get(pe..)?.starts_with(b"PE\0\0") {
        return None;
    }
    match u16_at(bytes, pe + 4)? {
        0x8664 => Some(Arch::X86_64),
        0xaa64 => Some(Arch::Aarch64),
        0x5064 => Some(Arch::Riscv64),
        0x6264 => Some(Arch::Loongarch64),
        _ => None,
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn with(length: usize, parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; length];
        for (at, part) in parts {
            bytes[*at..*at + part.len()].copy_from_slice(part);
        }
        bytes
    }

    fn told(bytes: &[u8]) -> (Format, Option<Arch>) {
        let head = recognise(bytes);
        (head.format, head.arch)
    }

    fn pe(machine: u16) -> Vec<u8> {
        let machine = machine.to_le_bytes();
        with(512, &[(0, b"MZ"), (0x3c, &[0x80]), (0x80, b"PE\0\0"), (0x84, &machine)])
    }

    fn elf(class: u8, order: u8, machine: u16) -> Vec<u8> {
        let machine = if order == 2 { machine.to_be_bytes() } else { machine.to_le_bytes() };
        with(64, &[(0, b"\x7fELF"), (4, &[class, order]), (18, &machine)])
    }

    #[test]
    fn a_flat_image_is_told_by_its_magic() {
        assert_eq!(
            told(&with(64, &[(0, b"MZ"), (56, b"ARM\x64")])),
            (Format::Arm64Image, Some(Arch::Aarch64))
        );
        assert_eq!(
            told(&with(64, &[(0, b"MZ"), (56, b"RSC\x05")])),
            (Format::RiscvImage, Some(Arch::Riscv64))
        );
        assert_eq!(
            told(&with(0x1_0010, &[(0x1_0008, b"S390EP")])),
            (Format::S390Image, Some(Arch::S390x))
        );
    }

    #[test]
    fn an_elf_file_is_of_the_architecture_its_header_names() {
        let arch = |class, order, machine| told(&elf(class, order, machine)).1;
        assert_eq!(arch(2, 1, 62), Some(Arch::X86_64));
        assert_eq!(arch(2, 1, 183), Some(Arch::Aarch64));
        assert_eq!(arch(2, 1, 243), Some(Arch::Riscv64));
        assert_eq!(arch(2, 1, 258), Some(Arch::Loongarch64));
        assert_eq!(arch(2, 2, 22), Some(Arch::S390x));
        assert_eq!(arch(2, 1, 21), Some(Arch::Ppc64le));
        assert_eq!(arch(2, 2, 21), None, "big-endian POWER");
        assert_eq!(arch(1, 1, 243), None, "32-bit RISC-V");
    }

    #[test]
    fn an_efi_program_is_of_the_architecture_its_pe_header_names() {
        assert_eq!(told(&pe(0x6264)), (Format::Efi, Some(Arch::Loongarch64)));
        assert_eq!(told(&pe(0xaa64)), (Format::Efi, Some(Arch::Aarch64)));
        assert_eq!(told(&pe(0x014c)), (Format::Efi, None));
        assert_eq!(told(&with(64, &[(0, b"MZ"), (0x3c, &[0xff; 4])])), (Format::Efi, None));
    }

    #[test]
    fn a_zboot_image_says_where_its_kernel_is() {
        let mut bytes = pe(0x5064);
        bytes[4..16].copy_from_slice(b"zimg\x00\x10\x00\x00\x34\x12\x00\x00");
        let head = recognise(&bytes);
        assert_eq!((head.format, head.arch), (Format::EfiZboot, Some(Arch::Riscv64)));
        assert_eq!(
            head.payload,
            Some(Payload { offset: 0x1000, length: Some(0x1234), sized: false })
        );
    }

    #[test]
    fn a_bzimage_without_a_sector_count_has_four_sectors() {
        let mut bytes = with(
            0x260,
            &[(0x202, b"HdrS"), (0x206, &[0x0f, 0x02]), (0x248, &[0x10]), (0x24c, &[9])],
        );
        let payload = |offset| Some(Payload { offset, length: Some(9), sized: true });
        assert_eq!(recognise(&bytes).payload, payload(5 * 512 + 0x10));
        bytes[0x1f1] = 27;
        assert_eq!(recognise(&bytes).payload, payload(28 * 512 + 0x10));
        bytes[0x206] = 0x07;
        assert_eq!(recognise(&bytes).payload, None, "boot protocol 2.7 does not say");
    }

    #[test]
    fn a_gzip_file_is_of_its_contents_architecture_even_when_cut_off() {
        let image = with(LENGTH * 4, &[(0, b"MZ"), (56, b"ARM\x64")]);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(&image).unwrap();
        let packed = packer.finish().unwrap();
        assert_eq!(told(&packed), (Format::Gzip, Some(Arch::Aarch64)));
        assert_eq!(told(&packed[..packed.len() / 2]), (Format::Gzip, Some(Arch::Aarch64)));
        assert_eq!(told(&packed[..3]), (Format::Gzip, None));
    }

    #[test]
    fn text_and_nothing_are_unknown() {
        assert_eq!(told(b""), (Format::Unknown, None));
        assert_eq!(told(b"#!/bin/sh\necho no kernel\n"), (Format::Unknown, None));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            sign in 0_usize..6,
            mut bytes in proptest::collection::vec(any::<u8>(), 0..1200),
        ) {
            let signs: [(usize, &[u8]); 6] =
                [(0, b"MZ"), (0, b"\x7fELF"), (0x202, b"HdrS"), (0, b"\x1f\x8b\x08\x00"), (4, b"zimg"), (0, b"")];
            let (at, sign) = signs[sign];
            if let Some(place) = bytes.get_mut(at..at + sign.len()) {
                place.copy_from_slice(sign);
            }
            recognise(&bytes);
        }
    }
}
