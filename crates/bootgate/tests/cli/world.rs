//! A folder with specs, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::guest;

/// A folder that goes away, with the program's own temporary files in it.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

/// What a run of the program came to.
#[must_use]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    pub(crate) fn new() -> World {
        World { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Writes a spec for the x86_64 guest in this mode, with these rules.
    pub(crate) fn spec(&self, mode: &str, rules: &str) -> PathBuf {
        self.spec_for("x86_64", mode, rules)
    }

    pub(crate) fn spec_for(&self, arch: &str, mode: &str, rules: &str) -> PathBuf {
        let guest = guest(arch);
        let console = if arch == "aarch64" { "ttyAMA0" } else { "ttyS0" };
        let machine = format!(
            "machine:\n  qemu:\n    arch: {arch}\n    accel: tcg\n    kernel: {}\n    initrd: {}\n    \
             append: \"console={console} panic=-1 {mode}\"\n",
            guest.kernel.display(),
            guest.initrd.display(),
        );
        self.file(&format!("{arch}.yaml"), format!("{machine}{rules}"))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("TMPDIR", self.folder.path()).env_remove("XDG_RUNTIME_DIR");
        command.env("XDG_CACHE_HOME", self.path("cache"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program starts"))
    }

    pub(crate) fn boot(&self, spec: &Path) -> Ran {
        self.run(&["run-vm-test", "--json", "--spec", &spec.to_string_lossy()])
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// The exit code and the verdict.
    pub(crate) fn verdict(&self) -> (Option<i32>, String) {
        (self.code, self.json()["verdict"].as_str().unwrap_or("none").to_owned())
    }
}

/// The guest's own words for success, and limits for an emulated machine on a busy host.
pub(crate) const PASS: &str = "pass: \"^ALL TESTS PASSED$\"\nlimits: { total: 2m }\n";
