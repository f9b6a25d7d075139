//! Numbers in bytes, the lowest byte first. The caller has looked that they are inside.

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// The low half, where the form is known to have no more.
pub(crate) fn low(number: u32) -> [u8; 2] {
    let [a, b, _, _] = number.to_le_bytes();
    [a, b]
}

pub(crate) fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    bytes[at..at + what.len()].copy_from_slice(what);
}
