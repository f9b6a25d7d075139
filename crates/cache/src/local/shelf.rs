//! The entries of a folder, while nobody else touches them.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::key::Keys;
use crate::paths::hex;
use problem::Problem;

use crate::scratch;

/// An entry's contents.
pub(super) const ARCHIVE: &str = "archive.tar.zst";

/// What an entry is. Its time is when the entry was last used.
const LABEL: &str = "entry.json";

/// Whose lock is that of the folder.
const LOCK: &str = "lock";

/// The name of an entry's folder: the hash of its key and version.
const NAME_LENGTH: usize = 64;

/// What an entry is, as it is written beside it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Label {
    key: String,
    version: String,
    /// Milliseconds since 1970.
    created: u64,
}

impl Label {
    pub(super) fn new(key: &str, version: &str) -> Label {
        let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let created = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        Label { key: key.to_owned(), version: version.to_owned(), created }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), Problem> {
        let path = folder.join(LABEL);
        let text = serde_json::to_vec(self).map_err(io::Error::from);
        text.and_then(|text| fs::write(&path, text)).map_err(Problem::path("write", &path))
    }

    /// No two entries have the same, whatever their keys are made of.
    fn name(&self) -> String {
        hex(&Sha256::digest(format!("{}\n{}", self.version, self.key)))
    }
}

/// Makes the folder, for its user alone: who can write to it chooses what is restored.
pub(super) fn make(folder: &Path) -> Result<(), Problem> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(Problem::path("make", folder))
}

/// The entries, locked until this is dropped.
pub(super) struct Shelf {
    folder: PathBuf,
    _lock: File,
}

struct Entry {
    label: Label,
    folder: PathBuf,
    /// In bytes.
    size: u64,
    used: SystemTime,
}

impl Shelf {
    pub(super) fn lock(folder: &Path) -> Result<Shelf, Problem> {
        let path = folder.join(LOCK);
        let mut options = File::options();
        let lock = options.read(true).write(true).create(true).truncate(false).open(&path);
        let lock = lock.map_err(Problem::path("open", &path))?;
        // Nobody holds it for longer than a few renames take.
        flock(&lock, FlockOperation::LockExclusive)
            .map_err(|error| Problem::path("lock", &path)(error.into()))?;
        Ok(Shelf { folder: folder.to_owned(), _lock: lock })
    }

    pub(super) fn has(&self, label: &Label) -> bool {
        self.at(label).exists()
    }

    /// The best entry, opened, which counts as a use.
    pub(super) fn take(&self, keys: Keys<'_>, version: &str) -> Option<(String, io::Result<File>)> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.label.version == version);
        let Entry { label, folder, .. } = best(&entries, keys)?;
        // A folder that cannot be written to is used in the order of its making.
        let _unused =
            File::open(folder.join(LABEL)).and_then(|file| file.set_modified(SystemTime::now()));
        Some((label.key.clone(), File::open(folder.join(ARCHIVE))))
    }

    /// Puts an entry that is whole among the others.
    pub(super) fn add(&mut self, label: &Label, folder: &Path) -> Result<(), Problem> {
        let place = self.at(label);
        fs::rename(folder, &place).map_err(Problem::path("make", &place))
    }

    pub(super) fn remove(&mut self, label: &Label) {
        scratch::remove(&self.at(label));
    }

    /// Removes entries, the least recently used first, until the others have at most `limit` bytes.
    pub(super) fn shrink(&mut self, limit: u64) {
        let mut entries = self.entries();
        entries.sort_by_key(|entry| entry.used);
        let mut size: u64 = entries.iter().map(|entry| entry.size).sum();
        for entry in entries {
            if size <= limit {
                return;
            }
            scratch::remove(&entry.folder);
            size -= entry.size;
        }
    }

    fn at(&self, label: &Label) -> PathBuf {
        self.folder.join(label.name())
    }

    fn entries(&self) -> Vec<Entry> {
        let folders = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let named = folders.filter(|entry| entry.file_name().len() == NAME_LENGTH);
        named.map(|entry| Entry::read(entry.path())).collect()
    }
}

impl Entry {
    /// One that cannot be read is as old as can be, so that it goes first.
    fn read(folder: PathBuf) -> Entry {
        let read = fs::read(folder.join(LABEL)).ok();
        let label = read.and_then(|text| serde_json::from_slice(&text).ok());
        let meta = fs::metadata(folder.join(LABEL));
        let size = fs::metadata(folder.join(ARCHIVE)).map_or(0, |meta| meta.len());
        let used = meta.and_then(|meta| meta.modified()).unwrap_or(UNIX_EPOCH);
        match label {
            Some(label) => Entry { label, folder, size, used },
            None => {
                let label = Label { key: String::new(), version: String::new(), created: 0 };
                Entry { label, folder, size, used: UNIX_EPOCH }
            }
        }
    }
}

/// The entry of the key itself, or else the newest of those that begin with a key, key by key.
fn best<'a>(entries: &'a [Entry], keys: Keys<'_>) -> Option<&'a Entry> {
    let exact = entries.iter().find(|entry| entry.label.key == keys.key);
    let newest = |key: &str| {
        let like = entries.iter().filter(|entry| entry.label.key.starts_with(key));
        like.max_by_key(|entry| entry.label.created)
    };
    let all = [keys.key].into_iter().chain(keys.restore.iter().map(String::as_str));
    exact.or_else(|| all.filter(|key| !key.is_empty()).find_map(newest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, created: u64) -> Entry {
        let label = Label { key: key.into(), version: "v".into(), created };
        Entry { label, folder: PathBuf::new(), size: 0, used: UNIX_EPOCH }
    }

    #[test]
    fn the_best_entry_is_the_exact_one_then_the_newest_by_prefix_key_by_key() {
        let entries =
            [entry("qemu-8-a", 1), entry("qemu-8-b", 2), entry("qemu-7", 3), entry("qemu-8", 0)];
        let restore = ["qemu-8-".to_owned(), "qemu-".to_owned()];
        let best = |key, restore| {
            best(&entries, Keys { key, restore }).map(|entry| entry.label.key.as_str())
        };
        assert_eq!(best("qemu-8", &restore), Some("qemu-8"));
        assert_eq!(best("qemu-8-", &[]), Some("qemu-8-b"));
        assert_eq!(best("qemu-9", &restore), Some("qemu-8-b"));
        assert_eq!(best("qemu-9", &restore[1..]), Some("qemu-7"));
        assert_eq!(best("xen", &[]), None);
    }

    #[test]
    fn keys_and_versions_cannot_be_mistaken_for_one_another() {
        let name = |key, version| Label::new(key, version).name();
        assert_eq!(name("a", "b").len(), NAME_LENGTH);
        assert_ne!(name("a", "b"), name("b", "a"));
        assert_eq!(name("a", "b"), name("a", "b"));
    }
}
