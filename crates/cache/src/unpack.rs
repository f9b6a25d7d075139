//! An archive back into files and folders: only in the staging area, and there only where the declared paths are.
//!
//! While contents are written there is no link in the staging area, so no name can lead out of it. Links are made at the
//! end, in folders that were made before; a name that is both a link and a folder is refused.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tarball::{EntryType, Member, Members};

use crate::layout::Layout;
use crate::scratch::inside;
use crate::staging::Staging;
use crate::trouble::Trouble;
use problem::Problem;

use crate::printable;

/// How much is written at once, in bytes.
const CHUNK: usize = 256 << 10;

/// Restores the archive `from` into a staging area.
pub(crate) fn unpack(from: impl Read, layout: &Layout) -> Result<Staging, Trouble> {
    let mut members = Members::new(from);
    let mut unpacker = Unpacker {
        layout,
        staging: Staging::new(layout),
        links: BTreeMap::new(),
        folders: BTreeMap::new(),
        chunk: vec![0; CHUNK],
    };
    while let Some(member) = members.next_member().map_err(broken)? {
        unpacker.take(&member, &mut members)?;
    }
    unpacker.finish()
}

struct Unpacker<'a> {
    layout: &'a Layout,
    staging: Staging,
    links: BTreeMap<PathBuf, Link>,
    /// Modes and times that are set when nothing is written into them any more.
    folders: BTreeMap<PathBuf, (u32, SystemTime)>,
    chunk: Vec<u8>,
}

/// A link that is made at the end.
enum Link {
    Soft(PathBuf),
    /// To another file of the archive.
    Hard(PathBuf),
}

impl Unpacker<'_> {
    fn take(&mut self, member: &Member, contents: &mut impl Read) -> Result<(), Trouble> {
        let path = self.locate(&member.name)?;
        if member.is_sparse {
            return Err(hostile(
                &member.name,
                "is a sparse file, which no client of a cache packs",
            ));
        }
        match member.kind {
            EntryType::Regular | EntryType::Continuous => self.file(member, contents, path),
            EntryType::Directory => self.folder(member, path),
            EntryType::Symlink | EntryType::Link => self.link(member, path),
            _ => Err(hostile(&member.name, "is neither file, folder nor link")),
        }
    }

    /// Where the entry goes.
    fn locate(&mut self, name: &[u8]) -> Result<PathBuf, Trouble> {
        let spot = self.layout.locate(name);
        let spot = spot.ok_or_else(|| hostile(name, "is outside of the paths to restore"))?;
        Ok(self.staging.path(&spot)?)
    }

    fn file(
        &mut self,
        member: &Member,
        contents: &mut impl Read,
        path: PathBuf,
    ) -> Result<(), Trouble> {
        self.links.remove(&path);
        let mut file = create(&path, member.mode & 0o777)?;
        let mut left = member.size;
        while left > 0 {
            let read = contents.read(&mut self.chunk).map_err(broken)?;
            file.write_all(&self.chunk[..read]).map_err(|error| cannot("write", &path, error))?;
            left = left.saturating_sub(read as u64);
        }
        file.set_modified(moment(member)).map_err(|error| cannot("write", &path, error))
    }

    fn folder(&mut self, member: &Member, path: PathBuf) -> Result<(), Trouble> {
        self.links.remove(&path);
        make_folder(&path, member.mode & 0o777)?;
        self.folders.insert(path, (member.mode & 0o777, moment(member)));
        Ok(())
    }

    fn link(&mut self, member: &Member, path: PathBuf) -> Result<(), Trouble> {
        let link = match member.kind {
            _ if member.link.is_empty() || member.link.contains(&0) => {
                return Err(hostile(&member.name, "is a link to nothing"));
            }
            EntryType::Symlink => Link::Soft(OsStr::from_bytes(&member.link).into()),
            _ => Link::Hard(self.locate(&member.link)?),
        };
        self.links.insert(path, link);
        Ok(())
    }

    fn finish(mut self) -> Result<Staging, Trouble> {
        if self.staging.staged().is_empty() {
            return Err(Trouble::Broken("the archive is empty".into()));
        }
        // As long as there is no link at all.
        self.links
            .keys()
            .try_for_each(|path| parent_of(path).and_then(|p| make_folder(p, 0o755)))?;
        self.resolve();
        for (path, link) in &self.links {
            if let Link::Hard(to) = link {
                link_to(to, path)?;
            }
        }
        for (path, link) in &self.links {
            if let Link::Soft(to) = link {
                make_way(path)?;
                symlink(to, path).map_err(|error| cannot("make", path, error))?;
            }
        }
        self.settle()?;
        Ok(self.staging)
    }

    /// A hard link to a symbolic one is the same as that one.
    fn resolve(&mut self) {
        let soft = |to: &PathBuf| match self.links.get(to) {
            Some(Link::Soft(to)) => Some(to.clone()),
            _ => None,
        };
        let resolved: Vec<(PathBuf, PathBuf)> = self
            .links
            .iter()
            .filter_map(|(path, link)| match link {
                Link::Hard(to) => Some((path.clone(), soft(to)?)),
                Link::Soft(_) => None,
            })
            .collect();
        self.links.extend(resolved.into_iter().map(|(path, to)| (path, Link::Soft(to))));
    }

    /// Times before modes, and both from the inside out: a folder may forbid to look into it.
    fn settle(&self) -> Result<(), Trouble> {
        for (path, (mode, mtime)) in self.folders.iter().rev() {
            let settled = File::open(path).and_then(|folder| {
                folder.set_modified(*mtime)?;
                // What the user's mask has taken stays taken.
                let is = folder.metadata()?.permissions().mode() & 0o777;
                let narrow = is & mode;
                if narrow == is {
                    Ok(())
                } else {
                    folder.set_permissions(Permissions::from_mode(narrow))
                }
            });
            settled.map_err(|error| cannot("set the time of", path, error))?;
        }
        Ok(())
    }
}

/// A new file: whatever had the name before is none of the archive's business, or an earlier entry of it.
fn create(path: &Path, mode: u32) -> Result<File, Trouble> {
    let open = || OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let opened = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_folder(parent_of(path)?, 0o755)?;
            open()
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            make_way(path)?;
            open()
        }
        opened => opened,
    };
    opened.map_err(|error| cannot("make", path, error))
}

fn make_folder(path: &Path, mode: u32) -> Result<(), Trouble> {
    let made = DirBuilder::new().recursive(true).mode(mode | 0o700).create(path);
    made.map_err(|error| cannot("make", path, error))
}

/// Never a file system's root: what is asked about is below a staging area.
fn parent_of(path: &Path) -> Result<&Path, Trouble> {
    path.parent().ok_or_else(|| cannot("make", path, io::ErrorKind::InvalidInput.into()))
}

fn make_way(path: &Path) -> Result<(), Trouble> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot("make", path, error)),
        _ => Ok(()),
    }
}

fn link_to(to: &Path, path: &Path) -> Result<(), Trouble> {
    if !to.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
        return Err(hostile_path(path, "is linked to no file of the archive"));
    }
    if to == path {
        return Ok(());
    }
    make_way(path)?;
    match fs::hard_link(to, path) {
        // The declared paths may be on several file systems.
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::copy(to, path).map(drop).map_err(|error| cannot("make", path, error))
        }
        linked => linked.map_err(|error| cannot("make", path, error)),
    }
}

/// A time that this host's clock cannot hold is none.
fn moment(member: &Member) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(member.mtime).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn broken(error: io::Error) -> Trouble {
    Trouble::Broken(printable(&error.to_string()))
}

fn hostile(name: &[u8], why: &str) -> Trouble {
    let name = printable(&String::from_utf8_lossy(name));
    Trouble::Hostile(format!("it holds `{name}`, which {why}"))
}

fn hostile_path(path: &Path, why: &str) -> Trouble {
    hostile(inside(path).as_os_str().as_bytes(), why)
}

/// A name that is two things at once is the archive's fault, everything else is this host's.
fn cannot(doing: &str, path: &Path, error: io::Error) -> Trouble {
    use io::ErrorKind::{AlreadyExists, IsADirectory, NotADirectory};
    match error.kind() {
        AlreadyExists | IsADirectory | NotADirectory => hostile_path(path, "is two things at once"),
        _ => Trouble::Host(Problem::path(doing, path)(error)),
    }
}
