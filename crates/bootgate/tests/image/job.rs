//! A job that makes an image, on a machine of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use testkit::cache_service::CacheService;
use testkit::runner::World;

/// A machine: a home, and a checkout in which the step runs.
pub(crate) struct Machine {
    folder: TempDir,
}

/// A job on it.
pub(crate) struct Job {
    world: World,
    home: PathBuf,
    checkout: PathBuf,
}

impl Machine {
    pub(crate) fn new() -> Machine {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        fs::create_dir(folder.path().join("checkout")).unwrap();
        Machine { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("checkout").join(name)
    }

    /// A file of the checkout.
    pub(crate) fn put(&self, name: &str, contents: impl AsRef<[u8]>) -> &Machine {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
        self
    }

    pub(crate) fn job(&self, format: &str) -> Job {
        let world = World::new().input("format", format).input("output-path", "out/disk.img");
        Job { world, home: self.folder.path().join("home"), checkout: self.path("") }
    }

    /// The image, if there is one, and nothing else beside it.
    pub(crate) fn image(&self) -> Option<PathBuf> {
        let files: Vec<_> = fs::read_dir(self.path("out"))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(files.len() <= 1, "{files:?}");
        files.first().cloned()
    }
}

impl Job {
    pub(crate) fn input(self, name: &str, value: &str) -> Job {
        Job { world: self.world.input(name, value), ..self }
    }

    pub(crate) fn var(self, name: &str, value: &str) -> Job {
        Job { world: self.world.set(name, value), ..self }
    }

    pub(crate) fn with(self, service: &CacheService) -> Job {
        self.var("ACTIONS_CACHE_SERVICE_V2", "True")
            .var("ACTIONS_RESULTS_URL", &service.url())
            .var("ACTIONS_RUNTIME_TOKEN", service.token())
    }

    fn run(&self, arguments: &[&str]) -> (Output, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command
            .args(arguments)
            .envs(self.world.vars())
            .env("HOME", &self.home)
            .current_dir(&self.checkout);
        let output = command.env_remove("XDG_CACHE_HOME").env_remove("GH_TOKEN").output().unwrap();
        let log = [&output.stdout[..], &output.stderr].concat();
        (output, String::from_utf8_lossy(&log).into_owned())
    }

    /// # Panics
    /// The step failed.
    pub(crate) fn ok(&self) -> String {
        let (output, log) = self.run(&["setup-guest-image"]);
        assert!(output.status.success(), "{log}");
        log
    }

    pub(crate) fn failed(&self, code: i32) -> String {
        let (output, log) = self.run(&["setup-guest-image"]);
        assert_eq!(output.status.code(), Some(code), "{log}");
        log
    }

    /// The step after the job.
    pub(crate) fn post(self) {
        let job = Job { world: self.world.post(), ..self };
        let (output, log) = job.run(&["post", "setup-guest-image"]);
        assert!(output.status.success(), "{log}");
    }

    pub(crate) fn output(&self, name: &str) -> String {
        self.world.outputs().get(name).cloned().unwrap_or_default()
    }
}

/// A file of a FAT image, by mtools.
pub(crate) fn mtype(image: &Path, file: &str) -> Vec<u8> {
    let output =
        Command::new("mtype").arg("-i").arg(image).arg(format!("::{file}")).output().unwrap();
    assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What a program says of an image, which it has to like.
pub(crate) fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
        .output()
        .unwrap();
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    said
}

/// A tar of these files, by tar.
pub(crate) fn tar(files: &[(&str, &str)], options: &[&str]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = Command::new("tar")
        .args(options)
        .arg("-C")
        .arg(folder.path())
        .args(["-cf", "-", "."])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
