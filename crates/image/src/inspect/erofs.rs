//! erofs: what its superblock says. Its files are not listed.

use std::io;

use super::{FileSystem, Files, Window, shown};

const SUPERBLOCK: u64 = 1024;
const MAGIC: [u8; 4] = [0xe2, 0xe1, 0xf5, 0xe0];

pub(super) fn read(window: &Window) -> io::Result<Option<FileSystem>> {
    let mut head = [0; 128];
    if !window.fill(&mut head, SUPERBLOCK)? || !head.starts_with(&MAGIC) {
        return Ok(None);
    }
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&head[48..64]);
    let label = head[64..80].split(|byte| *byte == 0).next().unwrap_or_default();
    let blocks = u32::from_le_bytes([head[36], head[37], head[38], head[39]]);
    Ok(Some(FileSystem {
        kind: "erofs",
        label: (!label.is_empty()).then(|| shown(label)),
        uuid: Some(uuid::Uuid::from_bytes(uuid).to_string()),
        used: 1_u64.checked_shl(head[12].into()).and_then(|size| size.checked_mul(blocks.into())),
        files: Files {
            incomplete: Some("the files of erofs are not listed: `dump.erofs --ls` does it".into()),
            ..Files::default()
        },
    }))
}
