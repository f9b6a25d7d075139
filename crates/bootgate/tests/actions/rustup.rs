//! A rustup of a test's own; nobody's is touched, and nothing is downloaded.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use testkit::act::{Act, tool};

/// Its home. Whatever a toolchain in it is called, it is the one that runs the tests.
pub(crate) struct Rustup {
    home: TempDir,
}

impl Rustup {
    /// With a toolchain of this name.
    pub(crate) fn with(name: &str) -> Rustup {
        let rustup = Rustup { home: tempfile::tempdir().expect("a temporary folder") };
        for folder in ["toolchains", "bin"] {
            fs::create_dir(rustup.home.path().join(folder)).expect("a folder");
        }
        // Else each of those that start at once writes the file.
        fs::write(rustup.home.path().join("settings.toml"), "version = \"12\"\n").expect("a file");
        rustup.and(name)
    }

    /// And one of this name. That of a nightly has the machine's own at its end, such as `-x86_64-unknown-linux-gnu`.
    pub(crate) fn and(self, name: &str) -> Rustup {
        let toolchain = self.home.path().join("toolchains").join(name);
        symlink(told("sysroot"), toolchain).expect("a link");
        self
    }

    /// Where programs lie that are found before all others.
    pub(crate) fn bin(&self) -> PathBuf {
        self.home.path().join("bin")
    }

    /// Has a run use it, with no way to the network.
    pub(crate) fn surround(&self, act: Act) -> Act {
        self.variables().into_iter().fold(act, |act, (name, value)| act.env(name, value))
    }

    /// With these a program does.
    pub(crate) fn variables(&self) -> [(&'static str, OsString); 4] {
        let tools = tool("node");
        let tools = tools.parent().expect("a folder").display();
        let (bin, cargo) = (self.bin(), folder_of("rustup"));
        let path =
            format!("{}:{tools}:{}:/usr/bin:/bin:/usr/sbin:/sbin", bin.display(), cargo.display());
        [
            ("PATH", path.into()),
            ("RUSTUP_HOME", self.home.path().into()),
            ("RUSTUP_AUTO_INSTALL", "0".into()),
            ("RUSTUP_DIST_SERVER", "http://127.0.0.1:9".into()),
        ]
    }
}

/// What rustc says of itself: its `sysroot`, or the `host-tuple`.
pub(crate) fn told(what: &str) -> String {
    let rustc = Command::new("rustc").args(["--print", what]).output().expect("rustc");
    String::from_utf8(rustc.stdout).expect("text").trim().to_owned()
}

/// Where a program of the one who runs the tests is.
pub(crate) fn folder_of(program: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path).filter(|folder| folder.join(program).is_file());
    folders.next().unwrap_or_else(|| panic!("`{program}` is not on PATH"))
}
