//! A job's folders, and a watcher that remembers.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use cache::{Cache, Hit, Local, Paths, Patience, Saved, Service, Staged, Watcher};
use tempfile::TempDir;
use testkit::cache_service::CacheService;

/// So that a test of retries takes no time.
const QUICK: Patience = Patience { tries: 4, first_wait: Duration::from_millis(5) };

/// Folders of one job.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    pub(crate) fn new() -> World {
        let world = World { folder: TempDir::new().unwrap() };
        fs::create_dir_all(world.workspace()).unwrap();
        fs::create_dir_all(world.home()).unwrap();
        world
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.path("home/work/ws")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// What the tests cache: one path in the workspace, one below the home, one elsewhere.
    pub(crate) fn inputs(&self) -> [String; 3] {
        let elsewhere = self.path("opt/qemu").into_os_string().into_string().unwrap();
        ["out/build".into(), "~/.cache/qemu".into(), elsewhere]
    }

    pub(crate) fn paths<S: AsRef<str>>(&self, inputs: &[S]) -> Paths {
        Paths::new(inputs, &self.workspace(), Some(&self.home())).unwrap()
    }

    pub(crate) fn local(&self, limit: u64) -> Cache {
        Cache::Local(Local::new(self.path("local"), limit))
    }

    /// Whether something was forgotten that we make while we restore.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        gather(self.folder.path(), &mut found);
        found
    }
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().starts_with(".bootgate") {
            found.push(entry.path());
        } else if entry.file_type().unwrap().is_dir() {
            gather(&entry.path(), found);
        }
    }
}

pub(crate) fn cache(service: &CacheService) -> Cache {
    Cache::Service(Service {
        results_url: service.url(),
        token: service.token().to_owned(),
        readable: true,
        writable: true,
        patience: QUICK,
    })
}

/// Remembers what it heard, and refuses what it was told to refuse.
#[derive(Default)]
pub(crate) struct Ears {
    refuses: Option<&'static str>,
    masks: Mutex<Vec<String>>,
    warnings: Mutex<Vec<String>>,
    broken: Mutex<Vec<String>>,
}

impl Ears {
    pub(crate) fn that_refuse(why: &'static str) -> Ears {
        Ears { refuses: Some(why), ..Ears::default() }
    }

    pub(crate) fn masks(&self) -> Vec<String> {
        self.masks.lock().unwrap().clone()
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap().clone()
    }

    pub(crate) fn broken(&self) -> Vec<String> {
        self.broken.lock().unwrap().clone()
    }
}

impl Watcher for Ears {
    fn mask(&self, secret: &str) {
        self.masks.lock().unwrap().push(secret.to_owned());
    }

    fn warn(&self, warning: &str) {
        self.warnings.lock().unwrap().push(warning.to_owned());
    }

    fn check(&self, came: &[Staged<'_>]) -> Result<(), String> {
        assert!(came.iter().all(|staged| staged.tree.symlink_metadata().is_ok()));
        self.refuses.map_or(Ok(()), |why| Err(why.to_owned()))
    }

    fn broken(&self, key: &str) {
        self.broken.lock().unwrap().push(key.to_owned());
    }
}

/// Saves without a warning.
pub(crate) fn save(cache: &Cache, paths: &Paths, key: &str) -> u64 {
    let ears = Ears::default();
    match cache.save(paths, key, &ears).unwrap() {
        Saved::Yes { size } => {
            assert_eq!(ears.warnings(), [""; 0]);
            size
        }
        other => panic!("{other:?}: {:?}", ears.warnings()),
    }
}

/// Restores without a warning.
pub(crate) fn restore(cache: &Cache, paths: &Paths, key: &str) -> Option<Hit> {
    let ears = Ears::default();
    let hit = cache.restore(paths, key, &[], &ears).unwrap();
    assert_eq!(ears.warnings(), [""; 0]);
    hit
}
