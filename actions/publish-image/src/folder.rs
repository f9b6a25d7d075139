//! A folder of this machine.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use object_store::UpdateVersion;
use problem::Problem;
use supervise::CleanUp;

use crate::content::Content;
use crate::store::{Over, Put, Store, Watch};

/// How files begin that are not whole yet.
const UNFINISHED: &str = ".bootgate-";

/// A folder that is made when it is not there.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &str) -> Folder {
        Folder(path.into())
    }

    /// Removes what runs that were killed have left.
    fn sweep(&self) {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let unfinished = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED))
            .map(|entry| entry.path());
        for path in unfinished.filter(|path| is_abandoned(path)) {
            // What stays is swept by a later run.
            let _stays = fs::remove_file(path);
        }
    }
}

/// Whoever writes it holds its lock.
fn is_abandoned(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
        && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

impl Store for Folder {
    fn read(
        &self,
        name: &str,
        each: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Option<UpdateVersion>, Problem> {
        let path = self.0.join(name);
        let cannot = |error| Problem::path("read", &path)(error);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot(error)),
        };
        let mut chunk = vec![0; 256 << 10];
        loop {
            match file.read(&mut chunk).map_err(cannot)? {
                0 => break,
                read if !each(&chunk[..read]) => break,
                _ => {}
            }
        }
        Ok(Some(UpdateVersion { e_tag: None, version: None }))
    }

    fn put(&self, content: &Content, over: &Over, watch: &mut Watch<'_>) -> Result<Put, Problem> {
        let path = self.0.join(&content.name);
        let cannot = |error| Problem::path("write", &path)(error);
        fs::create_dir_all(&self.0).map_err(cannot)?;
        self.sweep();
        let mut named = tempfile::Builder::new();
        named.prefix(UNFINISHED).permissions(Permissions::from_mode(0o666));
        let mut unfinished = named.tempfile_in(&self.0).map_err(cannot)?;
        unfinished.as_file().lock().map_err(cannot)?;
        let left = unfinished.path().to_owned();
        let guard = CleanUp::push(format!("file {}", left.display()), move || {
            drop(fs::remove_file(left));
        });
        watch.begin();
        let copied = io::copy(&mut content.reader(watch.sending(content)), &mut unfinished);
        watch.interruption.over(Ok(()))?;
        copied.map_err(cannot)?;
        unfinished.flush().and_then(|()| unfinished.as_file().sync_all()).map_err(cannot)?;
        let persisted = match over {
            Over::Nothing => unfinished.persist_noclobber(&path),
            Over::This(_) | Over::Anything => unfinished.persist(&path),
        };
        drop(guard);
        match persisted {
            Ok(_) => Ok(Put::Done),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::Taken),
            Err(error) => Err(cannot(error.error)),
        }
    }
}
