//! What is written of an archive.
//!
//! While contents are written there is no link, so no name can lead out of the folder. Links are made at the end, where
//! nothing is written through them any more; a name that is both a link and a folder is refused.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use problem::Problem;

use super::name::{inside, stays_inside};
use super::{Options, broken, hostile};

/// How much is written at once, in bytes.
const CHUNK: usize = 256 << 10;

/// What the kernel takes for a link's target, in bytes.
const LONGEST_LINK: usize = 4095;

/// What an archive says of one of its entries.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) mode: u32,
    pub(super) mtime: SystemTime,
}

/// A link that is made at the end.
enum Link {
    Soft(PathBuf),
    /// To another file of the archive.
    Hard(PathBuf),
}

/// Paths in it are relative to its root.
pub(super) struct Tree {
    root: PathBuf,
    strip: usize,
    entries: u64,
    most: u64,
    links: BTreeMap<PathBuf, Link>,
    /// Modes and times that are set when nothing is written into them any more.
    folders: BTreeMap<PathBuf, (u32, SystemTime)>,
    chunk: Vec<u8>,
}

impl Tree {
    pub(super) fn new(root: &Path, options: &Options) -> Tree {
        Tree {
            root: root.into(),
            strip: options.strip,
            entries: 0,
            most: options.limits.entries,
            links: BTreeMap::new(),
            folders: BTreeMap::new(),
            chunk: vec![0; CHUNK],
        }
    }

    /// Reads the contents to their end, also of a file that is left out.
    pub(super) fn file(
        &mut self,
        entry: &Entry<'_>,
        contents: &mut impl Read,
    ) -> Result<(), Problem> {
        let Some(path) = self.place(entry.name)? else {
            return io::copy(contents, &mut io::sink()).map(drop).map_err(broken);
        };
        let mut file = self.create(&path, entry.mode & 0o777)?;
        loop {
            let read = match contents.read(&mut self.chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => return Err(broken(error)),
            };
            file.write_all(&self.chunk[..read]).map_err(|error| cannot("write", &path, error))?;
        }
        file.set_modified(entry.mtime).map_err(|error| cannot("write", &path, error))
    }

    pub(super) fn folder(&mut self, entry: &Entry<'_>) -> Result<(), Problem> {
        if let Some(path) = self.place(entry.name)? {
            self.make_folder(&path)?;
            self.folders.insert(path, (entry.mode & 0o777, entry.mtime));
        }
        Ok(())
    }

    pub(super) fn soft_link(&mut self, name: &[u8], to: &[u8]) -> Result<(), Problem> {
        if to.is_empty() || to.contains(&0) || to.len() > LONGEST_LINK {
            return Err(hostile(name, "is a link to nothing"));
        }
        self.link(name, Link::Soft(OsStr::from_bytes(to).into()))
    }

    pub(super) fn hard_link(&mut self, name: &[u8], to: &[u8]) -> Result<(), Problem> {
        let to =
            inside(to, self.strip).map_err(|_| hostile(name, "is a link that leads outside"))?;
        self.link(name, Link::Hard(to))
    }

    fn link(&mut self, name: &[u8], link: Link) -> Result<(), Problem> {
        if let Some(path) = self.place(name)? {
            self.links.insert(path, link);
        }
        Ok(())
    }

    /// Where an entry goes, which takes the place of an earlier one: none if it is left out.
    fn place(&mut self, name: &[u8]) -> Result<Option<PathBuf>, Problem> {
        self.entries += 1;
        if self.entries > self.most {
            let why = format!("it holds more than {} files, folders and links", self.most);
            return Err(Problem::user(why));
        }
        let path = inside(name, self.strip).map_err(|why| hostile(name, why))?;
        self.links.remove(&path);
        Ok((!path.as_os_str().is_empty()).then_some(path))
    }

    fn create(&self, path: &Path, mode: u32) -> Result<File, Problem> {
        let full = self.root.join(path);
        let open = || OpenOptions::new().write(true).create_new(true).mode(mode).open(&full);
        let opened = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make_parent(path)?;
                open()
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.make_way(path)?;
                open()
            }
            opened => opened,
        };
        opened.map_err(|error| cannot("make", path, error))
    }

    fn make_folder(&self, path: &Path) -> Result<(), Problem> {
        let made = DirBuilder::new().recursive(true).mode(0o755).create(self.root.join(path));
        made.map_err(|error| cannot("make", path, error))
    }

    fn make_parent(&self, path: &Path) -> Result<(), Problem> {
        self.make_folder(path.parent().unwrap_or(Path::new("")))
    }

    fn make_way(&self, path: &Path) -> Result<(), Problem> {
        match fs::remove_file(self.root.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(cannot("make", path, error))
            }
            _ => Ok(()),
        }
    }

    /// Makes the links, then sets what was said of folders: how many entries there were.
    pub(super) fn finish(self) -> Result<u64, Problem> {
        if self.entries == 0 {
            return Err(Problem::user("it is empty"));
        }
        // As long as there is no link at all.
        self.links.keys().try_for_each(|path| self.make_parent(path))?;
        let soft: BTreeMap<&Path, &Path> = self.links.iter().filter_map(soft).collect();
        for (path, link) in &self.links {
            if let Link::Hard(to) = link {
                self.link_to(to, path)?;
            }
        }
        for (path, to) in &soft {
            if !stays_inside(path, &soft) {
                return Err(hostile(path.as_os_str().as_bytes(), "is a link that leads outside"));
            }
            self.make_way(path)?;
            symlink(to, self.root.join(path)).map_err(|error| cannot("make", path, error))?;
        }
        self.settle()?;
        Ok(self.entries)
    }

    fn link_to(&self, to: &Path, path: &Path) -> Result<(), Problem> {
        let full = self.root.join(to);
        if !full.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
            let name = path.as_os_str().as_bytes();
            return Err(hostile(name, "is linked to no file of the archive"));
        }
        if to == path {
            return Ok(());
        }
        self.make_way(path)?;
        fs::hard_link(full, self.root.join(path)).map_err(|error| cannot("make", path, error))
    }

    /// Times before modes, and both from the inside out: a folder may forbid to look into it.
    fn settle(&self) -> Result<(), Problem> {
        for (path, (mode, mtime)) in self.folders.iter().rev() {
            let settled = File::open(self.root.join(path)).and_then(|folder| {
                folder.set_modified(*mtime)?;
                // What the user's mask has taken stays taken.
                let is = folder.metadata()?.permissions().mode() & 0o777;
                folder.set_permissions(Permissions::from_mode(is & mode))
            });
            settled.map_err(|error| cannot("set the time of", path, error))?;
        }
        Ok(())
    }
}

fn soft<'a>((path, link): (&'a PathBuf, &'a Link)) -> Option<(&'a Path, &'a Path)> {
    match link {
        Link::Soft(to) => Some((path, to)),
        Link::Hard(_) => None,
    }
}

/// A name that is two things at once is the archive's fault, everything else is this host's.
fn cannot(doing: &str, path: &Path, error: io::Error) -> Problem {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, IsADirectory, NotADirectory};
    match error.kind() {
        AlreadyExists | DirectoryNotEmpty | IsADirectory | NotADirectory => {
            hostile(path.as_os_str().as_bytes(), "is two things at once")
        }
        io::ErrorKind::InvalidFilename => hostile(path.as_os_str().as_bytes(), "is too long"),
        _ => Problem::path(doing, path)(error),
    }
}
