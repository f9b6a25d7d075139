//! The entries of a folder, of 32 bytes each.

use super::bytes::{low, put, u16_at, u32_at};
use super::long::{self, Collected, LONG, SLOT};
use super::short::Short;
use super::stamp::Stamp;

pub(crate) const VOLUME: u8 = 0x08;
pub(crate) const FOLDER: u8 = 0x10;
pub(crate) const FILE: u8 = 0x20;

/// The first byte of an entry that was deleted, and of the one after the last.
const DELETED: u8 = 0xe5;
const END: u8 = 0;

/// Stands for the letter that a deleted entry begins with.
const KANJI: u8 = 0x05;

/// Where Windows NT says that the name, or what is after its dot, is in small letters.
const SMALL: [u8; 2] = [0x08, 0x10];

/// What an entry leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) attributes: u8,
    /// Its first cluster, or 0.
    pub(crate) first: u32,
    /// In bytes; 0 for a folder.
    pub(crate) size: u32,
}

impl Target {
    pub(crate) fn is_label(&self) -> bool {
        self.attributes & VOLUME != 0
    }
}

/// A label without what fills it up.
pub(crate) fn label(padded: &[u8; 11]) -> String {
    String::from_utf8_lossy(padded).trim_end().to_owned()
}

/// How many entries a name takes.
pub(crate) fn slots(name: &str, short: &Short) -> usize {
    1 + if text(short, 0) == name { 0 } else { long::slots(name) }
}

/// Writes the entries of a name.
pub(crate) fn push(out: &mut Vec<u8>, name: &str, short: &Short, target: Target, stamp: Stamp) {
    if text(short, 0) != name {
        long::push(out, name, short);
    }
    push_short(out, short, target, stamp);
}

/// Writes an entry that has no long name.
pub(crate) fn push_short(out: &mut Vec<u8>, short: &Short, target: Target, stamp: Stamp) {
    let mut slot = [0_u8; SLOT];
    let Stamp { time, date } = stamp;
    put(&mut slot, 0, short);
    slot[11] = target.attributes;
    for (at, number) in [(14, time), (16, date), (18, date), (22, time), (24, date)] {
        put(&mut slot, at, &number.to_le_bytes());
    }
    put(&mut slot, 20, &low(target.first >> 16));
    put(&mut slot, 26, &low(target.first));
    put(&mut slot, 28, &target.size.to_le_bytes());
    out.extend(slot);
}

/// All names of a folder and what they lead to; the volume's label too, but not `.` and `..`.
pub(crate) fn read(folder: &[u8]) -> Vec<(String, Target)> {
    let mut found = Vec::new();
    let mut long = Collected::default();
    for slot in folder.chunks_exact(SLOT).take_while(|slot| slot[0] != END) {
        if slot[0] == DELETED {
            long = Collected::default();
        } else if slot[11] & 0x3f == LONG {
            long.take(slot);
        } else {
            let mut short: Short = [0; 11];
            short.copy_from_slice(&slot[..11]);
            let name = std::mem::take(&mut long).finish(&short);
            let target = target(slot);
            if target.is_label() {
                found.push((label(&short), target));
            } else if !matches!(&short, b".          " | b"..         ") {
                found.push((name.unwrap_or_else(|| text(&short, slot[12])), target));
            }
        }
    }
    found
}

fn target(slot: &[u8]) -> Target {
    let first = u32::from(u16_at(slot, 20)) << 16 | u32::from(u16_at(slot, 26));
    Target { attributes: slot[11], first, size: u32_at(slot, 28) }
}

/// A short name with its dot. What is not ASCII depends on a code page that nothing names.
fn text(short: &Short, small: u8) -> String {
    let part = |bytes: &[u8], bit: u8| -> String {
        let end = bytes.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
        let letter = |byte: &u8| match *byte {
            KANJI => char::REPLACEMENT_CHARACTER,
            byte if !byte.is_ascii() => char::REPLACEMENT_CHARACTER,
            byte if small & bit != 0 => char::from(byte).to_ascii_lowercase(),
            byte => char::from(byte),
        };
        bytes[..end].iter().map(letter).collect()
    };
    let (base, extension) = (part(&short[..8], SMALL[0]), part(&short[8..], SMALL[1]));
    if extension.is_empty() { base } else { format!("{base}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Target = Target { attributes: FILE, first: 0x0012_3456, size: 7 };

    fn folder(name: &str, short: &Short) -> Vec<u8> {
        let mut out = Vec::new();
        push(&mut out, name, short, TARGET, Stamp::of(0));
        assert_eq!(out.len(), slots(name, short) * SLOT);
        out
    }

    #[test]
    fn a_name_comes_back_whatever_its_length() {
        for length in [1, 12, 13, 14, 26, 255] {
            let name = "\u{e9}".repeat(length);
            let found = read(&folder(&name, b"E~1        "));
            assert_eq!((found[0].0.as_str(), found[0].1.first), (name.as_str(), 0x0012_3456));
        }
    }

    #[test]
    fn a_name_in_capitals_that_fits_has_no_long_one() {
        assert_eq!(folder("README.TXT", b"README  TXT").len(), SLOT);
        assert_eq!(folder("Readme.txt", b"README  TXT").len(), 2 * SLOT);
    }

    #[test]
    fn small_letters_of_windows_nt_are_read() {
        let mut bytes = folder("README.TXT", b"README  TXT");
        bytes[12] = 0x18;
        assert_eq!(read(&bytes)[0].0, "readme.txt");
    }

    #[test]
    fn a_long_name_that_belongs_to_another_is_not_taken() {
        let mut bytes = folder("a long name of several entries", b"ALONGN~1   ");
        assert_eq!(bytes.len(), 4 * SLOT);
        bytes[3 * SLOT] = b'B';
        assert_eq!(read(&bytes)[0].0, "BLONGN~1");
        bytes[SLOT] = DELETED;
        assert_eq!(read(&bytes)[0].0, "BLONGN~1");
    }
}
