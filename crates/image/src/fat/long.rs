//! Long names: UTF-16 in entries of their own before the short one, 13 units each, the last of them first.

use super::bytes::{put, u16_at};
use super::short::Short;

/// The attributes that mark such an entry.
pub(crate) const LONG: u8 = 0x0f;

/// Bytes of any entry.
pub(crate) const SLOT: usize = 32;

/// Units of one entry.
const UNITS: usize = 13;

/// Where the units stand in it.
const PLACES: [usize; UNITS] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/// In the first byte of the entry that comes first.
const FIRST: u8 = 0x40;

/// How many entries a long name takes.
pub(crate) fn slots(name: &str) -> usize {
    name.encode_utf16().count().div_ceil(UNITS)
}

/// Ties a long name to the short one that follows.
fn sum(short: &Short) -> u8 {
    short.iter().fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte))
}

/// Writes the entries of a long name.
pub(crate) fn push(out: &mut Vec<u8>, name: &str, short: &Short) {
    let units: Vec<u16> = name.encode_utf16().collect();
    let count = units.len().div_ceil(UNITS);
    for (index, part) in units.chunks(UNITS).enumerate().rev() {
        let mut slot = [0_u8; SLOT];
        let last = if index + 1 == count { FIRST } else { 0 };
        slot[0] = (index + 1) as u8 | last;
        slot[11] = LONG;
        slot[13] = sum(short);
        // A zero ends a name that does not fill its entry; what follows is filled with ones.
        let filled = part.iter().copied().chain([0]).chain(std::iter::repeat(0xffff));
        for (at, unit) in PLACES.into_iter().zip(filled) {
            put(&mut slot, at, &unit.to_le_bytes());
        }
        out.extend(slot);
    }
}

/// The long name that was read so far.
#[derive(Default)]
pub(crate) struct Collected {
    /// The parts, the last of the name first.
    parts: Vec<[u16; UNITS]>,
    /// The number of the part that came last; 1 makes it whole.
    number: u8,
    sum: u8,
}

impl Collected {
    /// Takes an entry. One that does not continue the name ends it.
    pub(crate) fn take(&mut self, slot: &[u8]) {
        let number = slot[0] & !FIRST;
        if slot[0] & FIRST != 0 && (1..=20).contains(&number) {
            *self = Collected { parts: Vec::new(), number, sum: slot[13] };
        } else if number == 0 || number + 1 != self.number || slot[13] != self.sum {
            *self = Collected::default();
            return;
        } else {
            self.number = number;
        }
        self.parts.push(PLACES.map(|at| u16_at(slot, at)));
    }

    /// The name, if it is whole and belongs to this short one.
    pub(crate) fn finish(self, short: &Short) -> Option<String> {
        if self.number != 1 || self.sum != sum(short) {
            return None;
        }
        let units = self.parts.into_iter().rev().flatten().take_while(|unit| *unit != 0);
        Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }
}
