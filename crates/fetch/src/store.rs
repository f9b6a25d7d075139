//! What was downloaded once, under its digest.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use problem::Problem;
use wire::Http;

use crate::Digest;
use crate::download::{Download, Expect, Progress, to_file};

/// A folder of downloads, each named after its digest. Several processes may use it at once.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    http: Http,
}

/// A verified file of a store: it is not to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub digest: Digest,
}

impl Store {
    /// In this folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>, http: Http) -> Store {
        Store { folder: folder.into(), http }
    }

    /// The download, from the store where it has it: then it is verified again, and no server is asked. What is expected to
    /// be nothing in particular is downloaded each time.
    ///
    /// # Errors
    /// As [`to_file`]; also if the folder cannot be written to.
    pub fn get(&self, download: &Download<'_>, progress: Progress<'_>) -> Result<Stored, Problem> {
        match download.expect {
            Expect::Sha256(digest) => {
                self.keep(digest, |path| to_file(&self.http, download, path, progress).map(drop))
            }
            Expect::Unverified => {
                let name = Digest::of(download.url.as_bytes());
                let coming = self.folder("unverified")?.join(name.hex());
                let _lock = lock(&coming)?;
                let digest = to_file(&self.http, download, &coming, progress)?;
                let path = self.path(digest)?;
                fs::rename(&coming, &path).map_err(Problem::path("make", &path))?;
                protect(&path)?;
                Ok(Stored { path, digest })
            }
        }
    }

    /// What has this digest: as it is kept, when it is verified again, or else as `fetch` puts it into a file, verified.
    ///
    /// # Errors
    /// Those of `fetch`; also if the folder cannot be written to.
    pub fn keep(
        &self,
        digest: Digest,
        fetch: impl FnOnce(&Path) -> Result<(), Problem>,
    ) -> Result<Stored, Problem> {
        let path = self.path(digest)?;
        let _lock = lock(&path)?;
        if !is_there(&path, digest) {
            fetch(&path)?;
            protect(&path)?;
        }
        Ok(Stored { path, digest })
    }

    /// Where files are: the folder is made if need be.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn path(&self, digest: Digest) -> Result<PathBuf, Problem> {
        Ok(self.folder("sha256")?.join(digest.hex()))
    }

    fn folder(&self, name: &str) -> Result<PathBuf, Problem> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).map_err(Problem::path("make", &folder))?;
        Ok(folder)
    }
}

/// Waits until nobody else works on this file. The lock ends with its owner.
fn lock(path: &Path) -> Result<File, Problem> {
    let path = path.with_extension("lock");
    let open = || {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        file.lock().map(|()| file)
    };
    open().map_err(Problem::path("lock", &path))
}

fn is_there(path: &Path, digest: Digest) -> bool {
    File::open(path).and_then(Digest::of_reader).is_ok_and(|found| found == digest)
}

fn protect(path: &Path) -> Result<(), Problem> {
    fs::set_permissions(path, Permissions::from_mode(0o444)).map_err(Problem::path("protect", path))
}
