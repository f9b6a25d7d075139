//! The few facts of an ELF file that matter for booting it.

use std::fs::File;
use std::io;

use spec::Arch;

use super::read_up_to;

/// More program headers than any kernel has.
const HEADERS: usize = 128;

/// A note segment longer than this, in bytes, is not looked through to its end.
const NOTES: u64 = 1 << 20;

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const PT_NOTE: u32 = 4;

/// `XEN_ELFNOTE_PHYS32_ENTRY` of Xen's `public/elfnote.h`: the address of the PVH entry.
const PHYS32_ENTRY: u32 = 18;

/// What was found in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) elf: bool,
    pub(super) pvh: bool,
}

/// The architecture that an ELF header names.
pub(super) fn arch(bytes: &[u8]) -> Option<Arch> {
    const WIDE: u8 = 2;
    let (class, order) = (*bytes.get(4)?, *bytes.get(5)?);
    let machine = *bytes.get(18..)?.first_chunk()?;
    match (class, order) {
        (WIDE, 1) => match u16::from_le_bytes(machine) {
            62 => Some(Arch::X86_64),
            183 => Some(Arch::Aarch64),
            243 => Some(Arch::Riscv64),
            258 => Some(Arch::Loongarch64),
            21 => Some(Arch::Ppc64le),
            _ => None,
        },
        (WIDE, 2) if u16::from_be_bytes(machine) == 22 => Some(Arch::S390x),
        _ => None,
    }
}

/// Whether `file` is an ELF file, and whether QEMU can enter it by PVH. What is malformed is not found.
pub(super) fn inspect(file: &File) -> io::Result<Found> {
    let mut header = [0; HEADER];
    let length = read_up_to(file, &mut header, 0)?;
    if !header[..length].starts_with(b"\x7fELF") {
        return Ok(Found::default());
    }
    let pvh = arch(&header) == Some(Arch::X86_64) && has_pvh_entry(file, &header)?;
    Ok(Found { elf: true, pvh })
}

fn has_pvh_entry(file: &File, header: &[u8; HEADER]) -> io::Result<bool> {
    let start = u64_at(header, 32).unwrap_or(u64::MAX);
    let count = usize::from(u32_at(header, 56).unwrap_or(0) as u16).min(HEADERS);
    let table = read(file, start, (count * PROGRAM_HEADER) as u64)?;
    for segment in
        table.chunks_exact(PROGRAM_HEADER).filter(|segment| u32_at(segment, 0) == Some(PT_NOTE))
    {
        let (offset, size) = (u64_at(segment, 8).unwrap_or(0), u64_at(segment, 32).unwrap_or(0));
        if names_pvh_entry(&read(file, offset, size.min(NOTES))?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads `length` bytes at `offset`, or what there is of them.
fn read(file: &File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    // Beyond this the system call would take the offset for a negative one.
    if offset > i64::MAX as u64 - length {
        return Ok(Vec::new());
    }
    let mut bytes = vec![0; length as usize];
    let read = read_up_to(file, &mut bytes, offset)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Whether one of `notes`, laid out one after the other, is Xen's with the entry's address.
fn names_pvh_entry(mut notes: &[u8]) -> bool {
    while let Some((is_entry, rest)) = next_note(notes) {
        if is_entry {
            return true;
        }
        notes = rest;
    }
    false
}

fn next_note(notes: &[u8]) -> Option<(bool, &[u8])> {
    let field = |at| u32_at(notes, at).and_then(|value| usize::try_from(value).ok());
    let (name_size, description_size, kind) = (field(0)?, field(4)?, u32_at(notes, 8)?);
    let name = notes.get(12..)?.get(..name_size)?;
    let description = notes.get(12..)?.get(aligned(name_size)?..)?;
    let is_entry = kind == PHYS32_ENTRY
        && name == b"Xen\0"
        && (4..=description.len()).contains(&description_size);
    Some((is_entry, description.get(aligned(description_size)?..).unwrap_or_default()))
}

fn aligned(size: usize) -> Option<usize> {
    size.checked_next_multiple_of(4)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn note(name: &[u8], kind: u32, description: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend((description.len() as u32).to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        for part in [name, description] {
            bytes.extend(part);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    /// An x86_64 ELF file with one note segment.
    pub(crate) fn with_notes(notes: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEADER + PROGRAM_HEADER];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[18] = 62;
        bytes[32] = HEADER as u8;
        bytes[56] = 1;
        bytes[HEADER] = PT_NOTE as u8;
        bytes[HEADER + 8] = (HEADER + PROGRAM_HEADER) as u8;
        bytes[HEADER + 32..HEADER + 40].copy_from_slice(&(notes.len() as u64).to_le_bytes());
        bytes.extend(notes);
        bytes
    }

    /// The smallest file that QEMU would enter by PVH.
    pub(crate) fn with_pvh() -> Vec<u8> {
        let other = note(b"Linux\0", 257, b"odd");
        with_notes(&[other, note(b"Xen\0", PHYS32_ENTRY, &[0; 8])].concat())
    }

    fn found(bytes: &[u8]) -> Found {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        inspect(&file).unwrap()
    }

    #[test]
    fn a_kernel_with_xens_entry_note_is_entered_by_pvh() {
        assert_eq!(found(&with_pvh()), Found { elf: true, pvh: true });
    }

    #[test]
    fn another_note_is_no_pvh_entry() {
        let elf_only = Found { elf: true, pvh: false };
        assert_eq!(found(&with_notes(&note(b"Xen\0", 17, &[0; 8]))), elf_only);
        assert_eq!(found(&with_notes(&note(b"GNU\0", PHYS32_ENTRY, &[0; 8]))), elf_only);
        assert_eq!(found(&with_notes(&note(b"Xen\0", PHYS32_ENTRY, &[]))), elf_only);
        assert_eq!(found(&with_notes(&[])), elf_only);
        assert_eq!(found(b"\x7fELF"), elf_only);
        assert_eq!(found(b"MZ"), Found::default());
    }

    #[test]
    fn offsets_and_sizes_beyond_the_file_find_nothing() {
        for at in [32, HEADER + 8, HEADER + 32] {
            let mut bytes = with_pvh();
            bytes[at..at + 8].copy_from_slice(&[0xff; 8]);
            assert!(found(&bytes).elf);
        }
    }

    proptest! {
        #[test]
        fn no_notes_make_it_panic(notes in proptest::collection::vec(prop_oneof![Just(0), Just(4), any::<u8>()], 0..200)) {
            names_pvh_entry(&notes);
        }

        #[test]
        fn no_headers_make_it_panic(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = with_pvh();
            bytes.splice(20.., tail);
            found(&bytes);
        }
    }
}
