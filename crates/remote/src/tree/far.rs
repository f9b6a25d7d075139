//! The tree on the host, kept from run to run and brought to what a manifest says.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::entry::above;
use super::{Digest, Entry, Kind, Manifest, Pack, Piece};

/// A folder with a tree, what is known of it, and what has arrived for it.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    /// By their paths, and only what is as we left it.
    known: HashMap<String, Known>,
    pack: Pack,
    /// What the tree is on its way to, and what of that is not written yet, in the order in which its pieces come.
    goal: Manifest,
    wanted: VecDeque<Entry>,
}

/// A file that we wrote, and how we left it.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    entry: Entry,
    stamp: Stamp,
}

/// What changes when somebody writes to a file: nobody can set the time of its last change but by changing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    inode: u64,
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(about: &Metadata) -> Stamp {
        Stamp {
            inode: about.ino(),
            size: about.size(),
            written: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        }
    }
}

impl Kept {
    /// What is in `folder`, which is made if it is not there. What is not as we left it is as good as not there.
    ///
    /// # Errors
    /// It cannot be read or made.
    pub fn open(folder: &Path) -> io::Result<Kept> {
        fs::create_dir_all(folder.join(TREE))?;
        let pack = Pack::open(&folder.join(PACK))?;
        let index = fs::read(folder.join(INDEX)).unwrap_or_default();
        let mut left: Vec<Known> = serde_json::from_slice(&index).unwrap_or_default();
        let tree = folder.join(TREE);
        left.retain(|known| stamp(&tree.join(&known.entry.path)) == Some(known.stamp));
        let known = left.into_iter().map(|known| (known.entry.path.clone(), known)).collect();
        let (goal, wanted) = (Manifest::default(), VecDeque::new());
        Ok(Kept { folder: folder.into(), known, pack, goal, wanted })
    }

    /// Where the tree is.
    pub fn tree(&self) -> PathBuf {
        self.folder.join(TREE)
    }

    /// Sets out for the tree to become `goal`: removes what that does not name, but for what is below one of `kept`, and
    /// says what has to be sent, each piece once. It can be done again when what was sent broke off.
    ///
    /// # Errors
    /// Something cannot be read, written or removed.
    pub fn aim(&mut self, goal: Manifest, kept: &[String]) -> io::Result<Vec<Digest>> {
        let is_there =
            |entry: &&Entry| self.known.get(&entry.path).is_some_and(|it| it.entry == **entry);
        self.wanted = goal.entries().iter().filter(|entry| !is_there(entry)).cloned().collect();
        self.goal = goal;
        self.rescue()?;
        self.sweep(kept)?;
        let mut named = HashSet::new();
        let needed = self.wanted.iter().flat_map(Entry::pieces).map(|piece| piece.digest);
        let missing =
            needed.filter(|digest| !self.pack.has(*digest) && named.insert(*digest)).collect();
        self.write_on().map(|()| missing)
    }

    /// Takes a piece that has arrived, and writes what is whole with it.
    ///
    /// # Errors
    /// The disk is full.
    pub fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pack.add(bytes)?;
        self.write_on()
    }

    /// Ends the way when all has arrived.
    ///
    /// # Errors
    /// A piece is missing, or something cannot be written.
    pub fn settle(&mut self) -> io::Result<()> {
        if let Some(entry) = self.wanted.front() {
            let why = format!("not all of `{}` has arrived", entry.path.escape_debug());
            return Err(io::Error::new(io::ErrorKind::NotFound, why));
        }
        self.remember()?;
        fs::remove_file(self.folder.join(PACK))?;
        self.pack = Pack::open(&self.folder.join(PACK))?;
        Ok(())
    }

    fn write_on(&mut self) -> io::Result<()> {
        let is_whole =
            |entry: &Entry| entry.pieces().iter().all(|piece| self.pack.has(piece.digest));
        while let Some(entry) = self.wanted.front().filter(|entry| is_whole(entry)) {
            self.write(entry)?;
            self.wanted.pop_front();
        }
        Ok(())
    }

    fn sweep(&self, kept: &[String]) -> io::Result<()> {
        let named: HashSet<&str> =
            self.goal.entries().iter().map(|entry| entry.path.as_str()).collect();
        let folders: HashSet<&str> = named.iter().flat_map(|path| above(path)).collect();
        Keep { named: &named, folders: &folders, kept }.sweep(&self.tree(), "")
    }

    /// Where each piece is in the tree: its file, and from where on.
    fn places(&self) -> HashMap<Digest, (&str, u64, u32)> {
        let mut places = HashMap::new();
        for Known { entry, .. } in self.known.values() {
            let mut offset = 0;
            for Piece { digest, length } in entry.pieces().iter().copied() {
                places.insert(digest, (entry.path.as_str(), offset, length));
                offset += u64::from(length);
            }
        }
        places
    }

    /// Packs the pieces of the tree that its new files need: their old files may be gone by then.
    fn rescue(&mut self) -> io::Result<()> {
        let needed = self.wanted.iter().flat_map(Entry::pieces).map(|piece| piece.digest);
        let needed: HashSet<Digest> = needed.filter(|digest| !self.pack.has(*digest)).collect();
        let places = self.places();
        let found = needed.iter().filter_map(|digest| places.get(digest));
        let found: Vec<_> = found
            .map(|(path, offset, length)| (self.tree().join(path), *offset, *length))
            .collect();
        for (path, offset, length) in found {
            let mut bytes = vec![0; length as usize];
            let read = File::open(path).and_then(|file| file.read_exact_at(&mut bytes, offset));
            if read.is_ok() {
                self.pack.add(&bytes)?;
            }
        }
        Ok(())
    }

    /// Writes a file or a link that is whole before it has its name.
    fn write(&self, entry: &Entry) -> io::Result<()> {
        let (part, place) = (self.folder.join(PART), self.tree().join(&entry.path));
        remove(&part)?;
        match &entry.kind {
            Kind::Link { to } => symlink(to, &part)?,
            Kind::File { executable, pieces } => {
                let mode = if *executable { 0o755 } else { 0o644 };
                let mut file =
                    OpenOptions::new().write(true).create_new(true).mode(mode).open(&part)?;
                for piece in pieces {
                    file.write_all(&self.pack.get(piece.digest)?)?;
                }
            }
        }
        let folders: Vec<&str> = above(&entry.path).collect();
        for folder in folders.into_iter().rev() {
            let folder = self.tree().join(folder);
            if !fs::symlink_metadata(&folder).is_ok_and(|about| about.is_dir()) {
                remove(&folder)?;
                fs::create_dir(&folder)?;
            }
        }
        if fs::symlink_metadata(&place).is_ok_and(|about| about.is_dir()) {
            remove(&place)?;
        }
        fs::rename(part, place)
    }

    /// Writes down how everything was left.
    fn remember(&mut self) -> io::Result<()> {
        let tree = self.tree();
        let known = self.goal.entries().iter().filter_map(|entry| {
            Some(Known { stamp: stamp(&tree.join(&entry.path))?, entry: entry.clone() })
        });
        let known: Vec<Known> = known.collect();
        let part = self.folder.join(PART);
        remove(&part)?;
        fs::write(&part, serde_json::to_vec(&known)?)?;
        fs::rename(part, self.folder.join(INDEX))?;
        self.known = known.into_iter().map(|known| (known.entry.path.clone(), known)).collect();
        Ok(())
    }
}

const TREE: &str = "tree";
const INDEX: &str = "index";
const PACK: &str = "pack";
const PART: &str = "part";

/// What stays in a tree.
struct Keep<'a> {
    named: &'a HashSet<&'a str>,
    folders: &'a HashSet<&'a str>,
    kept: &'a [String],
}

impl Keep<'_> {
    /// Removes the rest of a folder, whose path below the tree is `path`.
    fn sweep(&self, folder: &Path, path: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let below = match (path, name.to_str()) {
                ("", Some(name)) => name.to_owned(),
                (path, Some(name)) => format!("{path}/{name}"),
                // Ours are all UTF-8.
                (_, None) => {
                    remove(&entry.path())?;
                    continue;
                }
            };
            let is_folder = entry.file_type()?.is_dir();
            match (is_folder, self.folders.contains(below.as_str())) {
                _ if self.kept.contains(&below) => {}
                (true, true) => self.sweep(&entry.path(), &below)?,
                (false, _) if self.named.contains(below.as_str()) => {}
                (true, false) if self.leads_to_kept(&below) => self.sweep(&entry.path(), &below)?,
                _ => remove(&entry.path())?,
            }
        }
        Ok(())
    }

    fn leads_to_kept(&self, path: &str) -> bool {
        self.kept.iter().any(|kept| above(kept).any(|folder| folder == path))
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    fs::symlink_metadata(path).ok().filter(|about| !about.is_dir()).map(|about| Stamp::of(&about))
}

/// Removes whatever is there, if anything is.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    }
}
