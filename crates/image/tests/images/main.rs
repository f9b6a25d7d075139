//! What the writers write, asked of the programs that everyone else uses.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod cpio;
mod disk;
mod erofs;
mod ext4;
mod fixture;
mod full_disk;
mod guest;
mod inspect;
mod layers;
mod mounted;
mod squashfs;
mod tar;
