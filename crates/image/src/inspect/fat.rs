//! FAT, by our own reader.

use std::io;

use super::{FileEntry, FileKind, FileSystem, Files, Window};
use crate::fat::{Entry, FatError, FatKind, Reader};

pub(super) fn read(window: &Window) -> io::Result<Option<FileSystem>> {
    let mut reader = match Reader::new(window.clone(), 0) {
        Ok(reader) => reader,
        Err(FatError::Read(error)) if error.kind() != io::ErrorKind::UnexpectedEof => {
            return Err(error);
        }
        Err(_) => return Ok(None),
    };
    let kind = match reader.kind() {
        FatKind::Fat12 => "fat12",
        FatKind::Fat16 => "fat16",
        FatKind::Fat32 => "fat32",
    };
    let serial = reader.serial();
    let mut system = FileSystem {
        kind,
        label: reader.label().map(|label| label.escape_debug().to_string()),
        // As every tool prints it.
        uuid: Some(format!("{:04X}-{:04X}", serial >> 16, serial & 0xffff)),
        ..FileSystem::default()
    };
    match reader.entries() {
        Ok(entries) => list(&entries, &mut system.files),
        Err(error) => system.files.incomplete = Some(error.to_string()),
    }
    Ok(Some(system))
}

fn list(entries: &[Entry], files: &mut Files) {
    for entry in entries {
        let (kind, mode) =
            if entry.is_folder { (FileKind::Folder, 0o755) } else { (FileKind::File, 0o644) };
        let path = entry.path.escape_default().to_string();
        // FAT has no modes and owners: these are what Linux shows.
        let entry =
            FileEntry { path, kind, size: entry.size.into(), mode, uid: 0, gid: 0, target: None };
        if !files.add(entry) {
            return;
        }
    }
}
