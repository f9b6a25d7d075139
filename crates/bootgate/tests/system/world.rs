//! A registry with images of a real Debian, and our program.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fetch::Digest;
use registry::{
    Access, Credentials, Descriptor, Keychain, Manifest, Reference, Repository, Version,
};
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};
pub(crate) use testkit::Ran;
use testkit::registry::Registry;
use wire::{Http, Patience};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What a layer over the Debian holds.
pub(crate) enum Entry<'a> {
    File(&'a str, &'a str),
    Link(&'a str, &'a str),
}

/// A registry, and a folder for everything else.
pub(crate) struct World {
    pub(crate) registry: Registry,
}

impl World {
    pub(crate) fn start() -> World {
        World { registry: Registry::start() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.registry.path(name)
    }

    /// The full name of an image in this registry.
    pub(crate) fn name(&self, rest: &str) -> String {
        format!("{}/{rest}", self.registry.host())
    }

    /// Runs our program in the world's folder. What it keeps is kept for all tests of this run.
    pub(crate) fn bootgate(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command.args(arguments).current_dir(self.path("")).stdin(Stdio::null());
        command.env("HOME", self.path("")).env_remove("DOCKER_CONFIG");
        command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        command.env_remove("GITHUB_ACTIONS").env_remove("XDG_RUNTIME_DIR").env("USER", "alice");
        command.output().unwrap().into()
    }

    /// The same of any program, which must succeed.
    pub(crate) fn must(&self, program: impl AsRef<Path>, arguments: &[&str]) -> String {
        let mut command = Command::new(program.as_ref());
        command.args(arguments).env("HOME", self.path("")).stdin(Stdio::null());
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
        ran.out
    }

    /// Pushes the Debian with another layer over it, and gives its digest.
    pub(crate) fn push(&self, tag: &str, over: &[Entry<'_>]) -> Digest {
        let reference: Reference = self.name("os").parse().unwrap();
        let anyone = Keychain::Given(Credentials::Anonymous);
        let http = Http::new(Patience::default(), 2);
        let repository = Repository::open(&reference, Access::Push, &anyone, http).unwrap();
        let path = self.path(&format!("{tag}.tar"));
        layer(&path, over);
        let layers =
            [testkit::os().tar, path].map(|path| repository.push_blob(&path, LAYER).unwrap());
        let config = config(&layers);
        let config = repository.push_bytes(config.to_string().as_bytes(), CONFIG).unwrap();
        let manifest =
            json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers});
        let manifest = Manifest::parse(manifest.to_string().into_bytes(), MANIFEST).unwrap();
        repository.push_manifest(&manifest, &Version::Tag(tag.into())).unwrap();
        manifest.digest
    }

    /// Makes a disk of an image where the example has it, and says what our program said.
    pub(crate) fn disk(&self, of: Digest, more: &[&str]) -> Value {
        let image = format!("{}@{of}", self.name("os"));
        let fixed = ["build-disk-image", "--image", &image, "--output-path", "disk", "--json"];
        let ran = self.bootgate(&[&fixed, more].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.json()
    }

    /// Writes the spec of a test.
    pub(crate) fn spec(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Boots and judges, and gives what was said and `verdict.json`.
    pub(crate) fn test(&self, spec: &Path, more: &[&str]) -> (Ran, Value) {
        let evidence = spec.with_extension("evidence");
        let fixed = [
            "run-vm-test",
            "--spec",
            spec.to_str().unwrap(),
            "--evidence-path",
            evidence.to_str().unwrap(),
            "--json",
        ];
        let ran = self.bootgate(&[&fixed, more].concat());
        let verdict = fs::read_to_string(evidence.join("verdict.json"))
            .unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        (ran, serde_json::from_str(&verdict).unwrap())
    }
}

fn config(layers: &[Descriptor]) -> Value {
    let layers: Vec<String> = layers.iter().map(|layer| layer.digest.to_string()).collect();
    json!({
        "architecture": "amd64",
        "os": "linux",
        "created": "2026-01-31T12:00:00Z",
        "config": {"Labels": {"org.opencontainers.image.revision": "0123456789abcdef0123456789abcdef01234567"}},
        "rootfs": {"type": "layers", "diff_ids": layers},
    })
}

/// Writes a layer.
pub(crate) fn layer(path: &Path, entries: &[Entry<'_>]) {
    let mut layer = Builder::new(File::create(path).unwrap());
    for entry in entries {
        let mut header = Header::new_gnu();
        header.set_uid(0);
        header.set_gid(0);
        header.set_mode(0o755);
        match entry {
            Entry::File(name, text) => {
                header.set_size(text.len() as u64);
                layer.append_data(&mut header, name, text.as_bytes()).unwrap();
            }
            Entry::Link(name, target) => {
                header.set_entry_type(EntryType::Symlink);
                header.set_size(0);
                layer.append_link(&mut header, name, target).unwrap();
            }
        }
    }
    layer.finish().unwrap();
}
