//! A registry of our own, and the programs that put images there and unpack them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use fetch::{Digest, Store};
use problem::Problem;
use registry::{Access, Credentials, Keychain, Manifest, Reference, Repository, Version};
use rootfs::Root;
use serde_json::{Value, json};
use testkit::registry::Registry;
use wire::{Http, Patience};

use crate::built::Packing;
use crate::fact::{Facts, of_folder};

/// A registry, and an image in the folder that skopeo calls `oci:`.
pub(crate) struct World {
    registry: Registry,
}

/// An image, by the folder of its layout.
pub(crate) struct Layout {
    folder: PathBuf,
    pub(crate) manifest: Value,
    pub(crate) config: Value,
}

impl World {
    pub(crate) fn start() -> World {
        World { registry: Registry::start() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.registry.path(name)
    }

    /// An image of these layers, which are tar archives.
    pub(crate) fn layout(&self, name: &str, layers: &[(Vec<u8>, Packing)]) -> Layout {
        let folder = self.path(name);
        fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
        let mut layout = Layout { folder, manifest: Value::Null, config: Value::Null };
        let descriptors: Vec<Value> = layers
            .iter()
            .map(|(tar, packing)| layout.blob(&packing.media_type(), &packing.pack(tar)))
            .collect();
        let sums: Vec<String> = layers.iter().map(|(tar, _)| Digest::of(tar).to_string()).collect();
        layout.config = json!({
            "architecture": "amd64", "os": "linux", "created": "2024-01-01T00:00:00Z",
            "config": { "Labels": { "containers.bootc": "1" } },
            "rootfs": { "type": "layers", "diff_ids": sums },
        });
        layout.manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {}, "layers": descriptors,
        });
        layout
    }

    /// Pushes an image as it is.
    pub(crate) fn push(&self, layout: &mut Layout, name: &str) {
        layout.write();
        let from = format!("oci:{}:tag", layout.folder.display());
        let to = self.there(name);
        let copy = ["copy", "--insecure-policy", "--dest-tls-verify=false", "--preserve-digests"];
        run(Command::new("skopeo").args(copy).args([from, to]));
    }

    /// Its address for skopeo.
    pub(crate) fn there(&self, name: &str) -> String {
        format!("docker://{}/{name}:tag", self.registry.host())
    }

    pub(crate) fn repository(&self, name: &str) -> Repository {
        let reference: Reference = format!("{}/{name}", self.registry.host()).parse().unwrap();
        let anyone = Keychain::Given(Credentials::Anonymous);
        Repository::open(&reference, Access::Pull, &anyone, http()).unwrap()
    }

    pub(crate) fn manifest(&self, name: &str) -> Manifest {
        self.repository(name).manifest(&Version::Tag("tag".into())).unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        Store::new(self.path("store"), http())
    }

    /// Pulls it; what is large in it is in a folder of the world's.
    pub(crate) fn pull(&self, name: &str) -> Result<Root, Problem> {
        let scratch = self.path(format!("scratch-{name}").as_str());
        let _was_not_there = fs::remove_dir_all(&scratch);
        let manifest = self.manifest(name);
        rootfs::pull(&self.repository(name), &manifest, &self.store(), &scratch, &mut |_, _| {})
    }

    /// What umoci makes of it. It has to run as root; what it cannot unpack is `None`.
    pub(crate) fn unpacked(&self, layout: &mut Layout) -> Option<Facts> {
        layout.write();
        let bundle = layout.folder.with_extension("bundle");
        let mut umoci = Command::new("umoci");
        let image = format!("{}:tag", layout.folder.display());
        umoci.args(["unpack", "--image", &image]).arg(&bundle).stdin(Stdio::null());
        let done = umoci.output().unwrap().status.success();
        let facts = done.then(|| of_folder(&bundle.join("rootfs")));
        let _perhaps_nothing = fs::remove_dir_all(&bundle);
        facts
    }
}

impl Layout {
    pub(crate) fn blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Digest::of(bytes);
        fs::write(self.folder.join("blobs/sha256").join(digest.hex()), bytes).unwrap();
        json!({ "mediaType": media_type, "digest": digest.to_string(), "size": bytes.len() })
    }

    fn write(&mut self) {
        let config = self.config.to_string();
        self.manifest["config"] =
            self.blob("application/vnd.oci.image.config.v1+json", config.as_bytes());
        let manifest = self.manifest.to_string();
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let mut entry = self.blob(media_type, manifest.as_bytes());
        entry["annotations"] = json!({ "org.opencontainers.image.ref.name": "tag" });
        let index = json!({ "schemaVersion": 2, "manifests": [entry] });
        fs::write(self.folder.join("index.json"), index.to_string()).unwrap();
        let version = r#"{"imageLayoutVersion":"1.0.0"}"#;
        fs::write(self.folder.join("oci-layout"), version).unwrap();
    }
}

fn http() -> Http {
    let patience = Patience { tries: 2, first_wait: Duration::from_millis(5) };
    Http::new(patience, 4).silence(Duration::from_secs(20))
}

/// Whether umoci may do what it does.
pub(crate) fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The data of a blob as the registry keeps it.
pub(crate) fn kept_by(registry: &World, digest: &str) -> PathBuf {
    let hex = digest.strip_prefix("sha256:").unwrap();
    let name = format!("registry/docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2]);
    Path::new(&registry.path(&name)).to_owned()
}
