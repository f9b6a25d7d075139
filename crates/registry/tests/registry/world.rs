//! A registry of our own, and skopeo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use registry::{Access, Credentials, Keychain, Reference, Repository};
use testkit::registry::Registry;
use wire::{Http, Patience};

pub(crate) const ANYONE: Keychain = Keychain::Given(Credentials::Anonymous);

pub(crate) fn me() -> Keychain {
    Keychain::Given(Credentials::Password { user: "me".into(), password: "secret".into() })
}

pub(crate) fn http() -> Http {
    let patience = Patience { tries: 3, first_wait: Duration::from_millis(5) };
    Http::new(patience, 2).silence(Duration::from_secs(5))
}

/// A repository on any host.
pub(crate) fn repository(host: &str, access: Access, keychain: &Keychain) -> Repository {
    let reference: Reference = format!("{host}/some/image").parse().unwrap();
    Repository::open(&reference, access, keychain, http()).unwrap()
}

/// Debian's `docker-registry`, with a folder for whatever a test needs.
pub(crate) struct World {
    pub(crate) host: String,
    registry: Registry,
}

impl World {
    pub(crate) fn start(with_password: bool) -> World {
        let registry = if with_password { Registry::with_password() } else { Registry::start() };
        World { host: registry.host().to_owned(), registry }
    }

    pub(crate) fn repository(&self, access: Access, keychain: &Keychain) -> Repository {
        repository(&self.host, access, keychain)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.registry.path(name)
    }

    /// The address of the repository's version for skopeo.
    pub(crate) fn there(&self, version: &str) -> String {
        format!("docker://{}/some/image{version}", self.host)
    }
}

pub(crate) fn skopeo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("skopeo").args(arguments).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "skopeo {arguments:?}: {said}");
    output.stdout
}

pub(crate) fn write(path: &Path, contents: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}
