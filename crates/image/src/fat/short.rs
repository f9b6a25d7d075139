//! Short names: eight characters and three, from the long ones as Windows makes them.

use std::collections::{HashMap, HashSet};

/// Padded with spaces, without the dot.
pub(crate) type Short = [u8; 11];

/// What a short name may have beside capitals and digits.
const MARKS: &[u8] = b"!#$%&'()-@^_`{}~";

/// After so many names with the same start, a hash of the long name takes the place of most of it.
const PLAIN_TAILS: u32 = 4;

/// The short names of one folder.
#[derive(Default)]
pub(crate) struct Shorts {
    taken: HashSet<Short>,
    /// The last tail of each hashed name, so that thousands of like names are not tried one by one.
    tails: HashMap<Short, u32>,
}

/// The short name that needs no tail: that of a name which fits but for its capitals.
pub(crate) fn exact(name: &str) -> Option<Short> {
    let (base, extension) = name.split_once('.').unwrap_or((name, ""));
    let fits = (1..=8).contains(&base.len())
        && extension.len() <= 3
        && (extension.is_empty() != name.contains('.'))
        && name.bytes().all(|byte| byte == b'.' || is_plain(byte.to_ascii_uppercase()))
        && !extension.contains('.');
    fits.then(|| {
        padded(base.to_ascii_uppercase().as_bytes(), extension.to_ascii_uppercase().as_bytes())
    })
}

impl Shorts {
    /// Takes the name of one that fits.
    pub(crate) fn claim(&mut self, short: Short) {
        self.taken.insert(short);
    }

    /// A name with a tail for one that does not fit. Those that fit must have been claimed before.
    pub(crate) fn derive(&mut self, name: &str) -> Short {
        let (base, extension) = basis(name);
        for tail in 1..=PLAIN_TAILS {
            let short = with_tail(&base, tail, &extension);
            if self.taken.insert(short) {
                return short;
            }
        }
        let hash = format!("{:04X}", hash(name));
        let base = [&base[..base.len().min(2)], hash.as_bytes()].concat();
        let last = self.tails.entry(padded(&base, &extension)).or_default();
        loop {
            *last += 1;
            let short = with_tail(&base, *last, &extension);
            if self.taken.insert(short) {
                return short;
            }
        }
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || MARKS.contains(&byte)
}

fn padded(base: &[u8], extension: &[u8]) -> Short {
    let mut short = [b' '; 11];
    short[..base.len()].copy_from_slice(base);
    short[8..8 + extension.len()].copy_from_slice(extension);
    short
}

fn with_tail(base: &[u8], tail: u32, extension: &[u8]) -> Short {
    let tail = format!("~{tail}");
    let kept = base.len().min(8_usize.saturating_sub(tail.len()));
    padded(&[&base[..kept], tail.as_bytes()].concat(), extension)
}

/// What stands before the tail and after the dot: no spaces, no other dots, `_` for what a short name cannot have.
fn basis(name: &str) -> (Vec<u8>, Vec<u8>) {
    let name: String = name.chars().filter(|c| *c != ' ').collect();
    let name = name.trim_start_matches('.');
    let (base, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    (plain(base, 8), plain(extension, 3))
}

fn plain(part: &str, most: usize) -> Vec<u8> {
    let one = |c: char| {
        let byte = u8::try_from(c.to_ascii_uppercase()).unwrap_or(b'_');
        if is_plain(byte) { byte } else { b'_' }
    };
    part.chars().filter(|c| *c != '.').map(one).take(most).collect()
}

/// The hash that Windows takes, as Tom Galvin found it out.
fn hash(name: &str) -> u16 {
    let sum =
        name.encode_utf16().fold(0_u16, |sum, unit| sum.wrapping_mul(0x25).wrapping_add(unit));
    let spread = i32::from(sum).wrapping_mul(314_159_269).unsigned_abs();
    let rest = ((u64::from(spread) * 1_152_921_497) >> 60) * 1_000_000_007;
    let sum = (u64::from(spread).wrapping_sub(rest) & 0xffff) as u16;
    // Its digits are written from the last to the first.
    (sum & 0xf) << 12 | (sum & 0xf0) << 4 | (sum & 0xf00) >> 4 | sum >> 12
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(short: Short) -> String {
        String::from_utf8(short.to_vec()).unwrap()
    }

    #[test]
    fn a_name_that_fits_has_no_tail() {
        for (name, short) in [
            ("README.TXT", "README  TXT"),
            ("a", "A          "),
            ("Vmlinuz.x64", "VMLINUZ X64"),
            ("longfi~1.txt", "LONGFI~1TXT"),
        ] {
            assert_eq!(exact(name).map(text).as_deref(), Some(short));
        }
        for name in ["a b", "a.b.c", ".a", "ninechars", "a.four", "a+b", "\u{e9}"] {
            assert_eq!(exact(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_that_does_not_fit_gets_a_tail() {
        for (name, short) in [
            ("longfilename.text", "LONGFI~1TEX"),
            (".bashrc", "BASHRC~1   "),
            ("a b.c", "AB~1    C  "),
            ("a.b.c", "AB~1    C  "),
            ("\u{e9}t\u{e9}+.x", "_T__~1  X  "),
        ] {
            assert_eq!(text(Shorts::default().derive(name)), short);
        }
    }

    #[test]
    fn the_fifth_of_like_names_has_a_hash_and_all_differ() {
        let mut shorts = Shorts::default();
        shorts.claim(exact("SAMEST~2").unwrap());
        let derived: Vec<String> =
            (0..30_000).map(|n| text(shorts.derive(&format!("same start {n}")))).collect();
        assert_eq!(derived[..3], ["SAMEST~1   ", "SAMEST~3   ", "SAMEST~4   "]);
        assert!(derived[3].starts_with("SA") && derived[3].ends_with("~1   "), "{}", derived[3]);
        assert_eq!(derived.iter().collect::<HashSet<_>>().len(), 30_000);
    }
}
