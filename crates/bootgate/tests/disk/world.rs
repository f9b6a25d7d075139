//! A registry with images, a home, and our program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fetch::Digest;
use registry::{Access, Keychain, Manifest, Reference, Repository, Version};
use serde_json::{Value, json};
use tempfile::TempDir;
pub(crate) use testkit::Ran;
use testkit::registry::Registry;
use wire::{Http, Patience};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What starts, as small as it can be.
pub(crate) const KERNEL: [(&str, &str); 3] = [
    ("boot/vmlinuz-6.1.0-9-amd64", "old kernel"),
    ("usr/lib/modules/6.1.0-10-amd64/vmlinuz", "kernel"),
    ("usr/lib/modules/6.1.0-10-amd64/initramfs.img", "initramfs"),
];

/// A registry, a home and a folder to work in.
pub(crate) struct World {
    pub(crate) registry: Registry,
    folder: TempDir,
}

impl World {
    pub(crate) fn start() -> World {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        World { registry: Registry::start(), folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn repository(&self, name: &str) -> Repository {
        let reference: Reference = format!("{}/{name}", self.registry.host()).parse().unwrap();
        let http = Http::new(Patience::default(), 2);
        Repository::open(&reference, Access::Push, &Keychain::Files(Vec::new()), http).unwrap()
    }

    /// An image of one layer as `name:latest`, for an architecture by Go's name; its digest.
    pub(crate) fn push(&self, name: &str, arch: &str, tar: &Path) -> Digest {
        let repository = self.repository(name);
        let packed = self.path("layer.zst");
        let to = fs::File::create(&packed).unwrap();
        zstd::stream::copy_encode(fs::File::open(tar).unwrap(), to, 1).unwrap();
        let kind = |name: &str| format!("application/vnd.oci.image.{name}");
        let layer = repository.push_blob(&packed, &kind("layer.v1.tar+zstd")).unwrap();
        let inner = Digest::of_reader(fs::File::open(tar).unwrap()).unwrap().to_string();
        let config = json!({ "architecture": arch, "os": "linux", "config": {},
            "rootfs": { "type": "layers", "diff_ids": [inner] } });
        let config =
            repository.push_bytes(config.to_string().as_bytes(), &kind("config.v1+json")).unwrap();
        let raw = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config,
            "layers": [layer] });
        let manifest = Manifest::parse(raw.to_string().into_bytes(), MANIFEST).unwrap();
        repository.push_manifest(&manifest, &Version::Tag("latest".into())).unwrap();
        manifest.digest
    }

    /// An image of these files, for this machine; its name.
    pub(crate) fn image(&self, name: &str, files: &[(&str, &str)]) -> String {
        self.push(name, go_arch(), &self.tar(files));
        format!("{}/{name}", self.registry.host())
    }

    /// An archive of these files.
    pub(crate) fn tar(&self, files: &[(&str, &str)]) -> PathBuf {
        let (from, to) = (self.path("tree"), self.path("layer.tar"));
        for (name, text) in files {
            let path = from.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut tar = Command::new("tar");
        tar.args(["--owner=7", "--group=8", "--numeric-owner", "-cf"]).arg(&to);
        assert!(tar.arg("-C").arg(&from).arg(".").status().unwrap().success());
        fs::remove_dir_all(&from).unwrap();
        to
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command.arg("build-disk-image").args(arguments).current_dir(self.folder.path());
        command.env("HOME", self.path("home")).env_remove("XDG_CACHE_HOME");
        command.env_remove("GITHUB_ACTIONS").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// The outcome as JSON.
    pub(crate) fn ok(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).json()
    }
}

/// This machine's architecture, as Go calls it.
pub(crate) fn go_arch() -> &'static str {
    if std::env::consts::ARCH == "aarch64" { "arm64" } else { "amd64" }
}

/// What a program says, which has to end well.
pub(crate) fn said(program: impl AsRef<Path>, arguments: &[&str]) -> String {
    let mut command = Command::new(program.as_ref());
    let output = command.args(arguments).env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin").output();
    let Ran { code, out, err } = Ran::from(output.unwrap());
    assert_eq!(code, Some(0), "{:?} {arguments:?}: {out}{err}", program.as_ref());
    out
}
