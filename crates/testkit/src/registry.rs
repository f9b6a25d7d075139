//! Debian's `docker-registry`, on loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use supervise::Child;
use tempfile::TempDir;

use crate::server::{free_host, start};

/// `me` with `secret`, as `htpasswd -B` writes it.
const PASSWORDS: &str = "me:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

/// A registry that runs until it is dropped, with a folder for whatever a test needs.
#[derive(Debug)]
pub struct Registry {
    host: String,
    // Ends before its folder goes.
    _child: Child,
    folder: TempDir,
}

impl Registry {
    /// One that is open to all.
    ///
    /// # Panics
    /// It is not installed or does not start.
    pub fn start() -> Registry {
        Registry::with("")
    }

    /// One for `me` with the password `secret`.
    ///
    /// # Panics
    /// It is not installed or does not start.
    pub fn with_password() -> Registry {
        Registry::with("auth: {htpasswd: {realm: test, path: $folder/passwords}}\n")
    }

    fn with(auth: &str) -> Registry {
        let folder = TempDir::new().expect("a folder");
        let host = free_host();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: $folder/registry}}, delete: {{enabled: true}}}}\n\
             http: {{addr: {host}}}\n\
             validation: {{manifests: {{urls: {{allow: ['.*']}}}}}}\n{auth}"
        );
        let path = folder.path().join("config.yml");
        let here = folder.path().display().to_string();
        fs::write(folder.path().join("passwords"), PASSWORDS).expect("a file");
        fs::write(&path, config.replace("$folder", &here)).expect("a file");
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&path);
        let child = start(&mut command, &host);
        Registry { host, _child: child, folder }
    }

    /// Where it listens, as `127.0.0.1:port`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// A place in the folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }
}
