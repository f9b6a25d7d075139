//! An initramfs, or something else that is packed.

use std::io::{self, BufReader};

use super::{FileEntry, FileKind, Files, Image, Window, shown};
use crate::cpio::{self, Entry, Packing, ReadError};

pub(super) fn read(window: Window) -> Image {
    let mut head = [0; 6];
    // An initramfs is larger than this.
    let packing = match window.fill(&mut head, 0) {
        Ok(true) => packing_of(&head),
        _ => None,
    };
    let Some(packing) = packing else { return Image::Unknown };
    let mut files = Files::default();
    let done = cpio::read(BufReader::with_capacity(256 << 10, window), &mut |entry, _| {
        let has_room = files.add(file(entry));
        // What comes then is not unpacked.
        if has_room { Ok(()) } else { Err(io::ErrorKind::FileTooLarge.into()) }
    });
    match done {
        Ok(archives) => Image::Initramfs { archives, files },
        Err(ReadError::NotAnArchive | ReadError::Header | ReadError::Io(_))
            if files.files.is_empty() && packing != Packing::None =>
        {
            Image::Packed { packing }
        }
        Err(error) => {
            files.incomplete.get_or_insert_with(|| error.to_string());
            Image::Initramfs { archives: vec![packing], files }
        }
    }
}

fn packing_of(head: &[u8; 6]) -> Option<Packing> {
    match head {
        b"070701" | b"070702" => Some(Packing::None),
        [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
        b"\xfd7zXZ\0" => Some(Packing::Xz),
        _ => None,
    }
}

fn file(entry: &Entry) -> FileEntry {
    FileEntry {
        path: shown(&entry.path),
        kind: FileKind::of_mode(entry.mode),
        size: entry.size.into(),
        mode: entry.mode & 0o7777,
        uid: entry.uid,
        gid: entry.gid,
        target: entry.target.as_deref().map(shown),
    }
}
