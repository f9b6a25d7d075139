//! FAT file systems, looked at by `fsck.fat` and mtools, and read back by our own reader.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod disks;
mod foreign;
mod names;
mod oracle;
mod sizes;
