//! A registry with builds of any age, and the program.

use std::io::Write;
use std::process::{Command, Output};

use chrono::{TimeDelta, Utc};
use fetch::Digest;
use flate2::Compression;
use flate2::write::GzEncoder;
use registry::{Access, Credentials, Keychain, Manifest, Reference, Repository, Version};
use serde_json::{Value, json};
use testkit::registry::Registry;
use wire::{Http, Patience};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

pub(crate) struct World {
    pub(crate) registry: Registry,
    pub(crate) repository: Repository,
}

impl World {
    pub(crate) fn start() -> World {
        let registry = Registry::start();
        let reference: Reference = format!("{}/me/os", registry.host()).parse().unwrap();
        let anyone = Keychain::Given(Credentials::Anonymous);
        let http = Http::new(Patience::default(), 2);
        let repository = Repository::open(&reference, Access::Delete, &anyone, http).unwrap();
        World { registry, repository }
    }

    pub(crate) fn image(&self) -> String {
        format!("{}/me/os", self.registry.host())
    }

    fn push(&self, manifest: &Value, kind: &str, tag: Option<&str>) -> Digest {
        let manifest = Manifest::parse(manifest.to_string().into_bytes(), kind).unwrap();
        let version = tag.map_or(Version::Digest(manifest.digest), |tag| Version::Tag(tag.into()));
        self.repository.push_manifest(&manifest, &version).unwrap();
        manifest.digest
    }

    fn single(&self, name: &str, arch: &str, days: i64) -> Value {
        let created = (Utc::now() - TimeDelta::days(days)).to_rfc3339();
        let (plain, packed) = layer(name);
        let layer = self.repository.push_bytes(&packed, LAYER).unwrap();
        let config = json!({ "created": created, "architecture": arch, "os": "linux", "config": {},
            "rootfs": { "type": "layers", "diff_ids": [Digest::of(&plain)] } });
        let config = self.repository.push_bytes(config.to_string().as_bytes(), CONFIG).unwrap();
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] })
    }

    /// An index, so many days old, and its two parts.
    pub(crate) fn build(&self, name: &str, days: i64, tag: &str) -> [Digest; 3] {
        let part = |arch: &str| {
            let raw = self.single(name, arch, days);
            let digest = self.push(&raw, MANIFEST, None);
            let entry = json!({ "mediaType": MANIFEST, "digest": digest, "size": raw.to_string().len(),
                "platform": { "os": "linux", "architecture": arch } });
            (digest, entry)
        };
        let ((one, first), (two, second)) = (part("amd64"), part("arm64"));
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [first, second] });
        [self.push(&index, INDEX, Some(tag)), one, two]
    }

    /// Something about a manifest, listed under the tag of that where the registry keeps no list.
    pub(crate) fn attach(&self, about: Digest, name: &str) -> Digest {
        let subject = self.repository.manifest(&Version::Digest(about)).unwrap().descriptor();
        let mut raw = self.single(name, "amd64", 900);
        raw["subject"] = json!(subject);
        let manifest = Manifest::parse(raw.to_string().into_bytes(), MANIFEST).unwrap();
        self.repository.attach(&manifest).unwrap();
        manifest.digest
    }

    pub(crate) fn crane(&self, arguments: &[&str]) {
        let mut command = Command::new(testkit::act::tool("crane"));
        let output = command.args(arguments).arg("--insecure").output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub(crate) fn has(&self, digest: Digest) -> bool {
        self.repository.digest_of(&Version::Digest(digest)).unwrap().is_some()
    }
}

/// A layer with one file, and the same packed.
fn layer(text: &str) -> (Vec<u8>, Vec<u8>) {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, "name", text.as_bytes()).unwrap();
    let plain = archive.into_inner().unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&plain).unwrap();
    (plain, packed.finish().unwrap())
}

pub(crate) fn prune(image: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prune-images"));
    command.args(["--image", image]).args(more).env_clear();
    command.output().unwrap()
}

/// What it printed as JSON.
pub(crate) fn told(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn digests(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["digest"].as_str().unwrap().to_owned()).collect()
}
