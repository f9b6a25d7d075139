//! ext2, ext3 and ext4, by the crate `ext4-view`.

use std::error::Error;
use std::io;

use ext4_view::{DirEntry, Ext4, Ext4Error, Ext4Read, FileType, PathBuf};

use super::{FileEntry, FileKind, FileSystem, Files, Window, shown};
use crate::name::MAX_PATH;

/// Where the superblock begins, in bytes, and what of it says the kind.
const SUPERBLOCK: u64 = 1024;
const MAGIC: [u8; 2] = [0x53, 0xef];

const HAS_JOURNAL: u32 = 0x4;
/// Extents, 64-bit numbers and flexible groups: an ext3 has none of them.
const OF_EXT4: u32 = 0x40 | 0x80 | 0x200;

/// What is read at most for a list of files, in bytes.
const BUDGET: u64 = 1 << 30;

/// How many bytes of folders are looked through at most.
const WORK: u64 = 4 << 30;

pub(super) fn read(window: &Window) -> io::Result<Option<FileSystem>> {
    let mut head = [0; 104];
    if !window.fill(&mut head, SUPERBLOCK)? || head[56..58] != MAGIC {
        return Ok(None);
    }
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let kind = match (word(92) & HAS_JOURNAL, word(96) & OF_EXT4) {
        (_, 1..) => "ext4",
        (0, 0) => "ext2",
        (_, 0) => "ext3",
    };
    let mut system = FileSystem { kind, ..FileSystem::default() };
    let reader = Box::new(Limited { window: window.clone(), left: BUDGET });
    let listed = Ext4::load(reader).and_then(|ext4| {
        let label = ext4.label().as_bytes().split(|byte| *byte == 0).next().unwrap_or_default();
        system.label = (!label.is_empty()).then(|| shown(label));
        system.uuid = Some(ext4.uuid().to_string());
        list(&ext4, &mut system.files)
    });
    if let Err(error) = listed {
        system.files.incomplete = Some(error.to_string());
    }
    Ok(Some(system))
}

struct Limited {
    window: Window,
    left: u64,
}

impl Ext4Read for Limited {
    fn read(&mut self, at: u64, into: &mut [u8]) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.left = self.left.checked_sub(into.len() as u64).ok_or("it takes too long to read")?;
        if self.window.fill(into, at)? { Ok(()) } else { Err("it ends early".into()) }
    }
}

/// Lists all files. Finding a path reads all folders above it: `work` counts those bytes, which may come from memory.
fn list(ext4: &Ext4, files: &mut Files) -> Result<(), Ext4Error> {
    let root = PathBuf::new("/");
    let mut folders = vec![(ext4.metadata(&root)?.len(), root)];
    let mut work = WORK;
    while let Some((above, folder)) = folders.pop() {
        if above > work {
            files.incomplete = Some("it takes too long to read".to_owned());
            return Ok(());
        }
        work -= above;
        for entry in ext4.read_dir(&folder)? {
            let entry = entry?;
            let (name, path) = (entry.file_name(), entry.path());
            // A folder that holds itself ends here, at the latest.
            if name == "." || name == ".." || path.as_ref().len() > MAX_PATH {
                continue;
            }
            let found = file(ext4, &entry, &path)?;
            match found.kind {
                FileKind::Folder => folders.push((above.saturating_add(found.size), path)),
                FileKind::Symlink => work = work.saturating_sub(above),
                _ => {}
            }
            if !files.add(found) {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn file(ext4: &Ext4, entry: &DirEntry, path: &PathBuf) -> Result<FileEntry, Ext4Error> {
    let about = entry.metadata()?;
    let kind = match about.file_type() {
        FileType::Regular => FileKind::File,
        FileType::Directory => FileKind::Folder,
        FileType::Symlink => FileKind::Symlink,
        FileType::CharacterDevice => FileKind::CharDevice,
        FileType::BlockDevice => FileKind::BlockDevice,
        FileType::Fifo | FileType::Socket => FileKind::Other,
    };
    let is_link = about.is_symlink() && about.len() <= MAX_PATH as u64;
    let target = if is_link { Some(shown(ext4.read_link(path)?.as_ref())) } else { None };
    Ok(FileEntry {
        path: shown(path.as_ref().strip_prefix(b"/").unwrap_or(path.as_ref())),
        kind,
        size: about.len(),
        mode: about.mode().into(),
        uid: about.uid(),
        gid: about.gid(),
        target,
    })
}
