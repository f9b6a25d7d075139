//! A job that sets QEMU up from a source, on a runner of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use testkit::cache_service::CacheService;
use testkit::runner::World;

const TOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/source/toy");

/// A copy of the small source, so that one test can change it.
pub(crate) fn toy() -> TempDir {
    let folder = TempDir::new().unwrap();
    for entry in fs::read_dir(TOY).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

/// A machine: what is left of its home when a job is over depends on the test.
pub(crate) struct Machine {
    home: TempDir,
}

/// A job on it.
pub(crate) struct Job {
    world: World,
    home: PathBuf,
}

/// What a step came to.
pub(crate) struct Ended {
    pub(crate) output: Output,
    pub(crate) log: String,
}

impl Machine {
    pub(crate) fn new() -> Machine {
        Machine { home: TempDir::new().unwrap() }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A job with this source and no service.
    pub(crate) fn job(&self, source: &str) -> Job {
        let world = World::new().input("source", source).input("targets", "x86_64");
        let tools = self.home.path().join("tools");
        let world = world.set("RUNNER_TOOL_CACHE", tools.to_str().unwrap());
        Job { world, home: self.home.path().to_owned() }
    }

    /// The folders of all builds that are in their places.
    pub(crate) fn builds(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.home.path().join(".cache/bootgate/qemu"));
        let paths = entries.into_iter().flatten().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_dir() && path.join("bin").exists()).collect()
    }

    /// What is left behind of builds that were not finished.
    pub(crate) fn leftovers(&self) -> usize {
        let runs = fs::read_dir(self.home.path().join(".cache/bootgate/qemu/bootgate-0"));
        runs.map_or(0, Iterator::count)
    }
}

impl Job {
    /// With the cache service.
    pub(crate) fn with(self, service: &CacheService) -> Job {
        let world = self
            .world
            .set("ACTIONS_CACHE_SERVICE_V2", "True")
            .set("ACTIONS_RESULTS_URL", &service.url())
            .set("ACTIONS_RUNTIME_TOKEN", service.token());
        Job { world, ..self }
    }

    pub(crate) fn input(self, name: &str, value: &str) -> Job {
        Job { world: self.world.input(name, value), ..self }
    }

    pub(crate) fn run(&self) -> Ended {
        ended(self.command(&["setup-qemu"]))
    }

    /// The step after the job.
    pub(crate) fn post(self) -> Ended {
        let Job { world, home } = self;
        ended(command(&world.post(), &home, &["post", "setup-qemu"]))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command(&self.world, &self.home, arguments)
    }

    pub(crate) fn output(&self, name: &str) -> String {
        self.world.outputs().get(name).cloned().unwrap_or_default()
    }

    pub(crate) fn added_path(&self) -> Vec<String> {
        self.world.added_path()
    }
}

impl Ended {
    /// # Panics
    /// The step failed.
    pub(crate) fn ok(self) -> String {
        assert!(self.output.status.success(), "{}", self.log);
        self.log
    }

    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.output.status.code(), Some(code), "{}", self.log);
        self.log
    }
}

fn command(world: &World, home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
    command.args(arguments).envs(world.vars()).env("HOME", home).env_remove("XDG_CACHE_HOME");
    command
}

fn ended(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    let log = [&output.stdout[..], &output.stderr].concat();
    Ended { output, log: String::from_utf8_lossy(&log).into_owned() }
}

/// Packs a source as a release is packed, and gives the file and its SHA-256.
pub(crate) fn tarball(source: &Path, folder: &Path) -> (PathBuf, String) {
    let (name, file) = (folder.join("qemu-8.2.99"), folder.join("qemu-8.2.99.tar.xz"));
    std::os::unix::fs::symlink(source, &name).unwrap();
    let mut tar = Command::new("tar");
    tar.args(["--dereference", "-cJf"]).arg(&file).arg("-C").arg(folder).arg("qemu-8.2.99");
    assert!(tar.status().unwrap().success());
    let sum = Command::new("sha256sum").arg(&file).output().unwrap().stdout;
    (file, String::from_utf8(sum).unwrap()[..64].to_owned())
}

/// Makes a file a program.
pub(crate) fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
