//! Where files can come from.

use std::collections::BTreeMap;
use std::fs;

use fetch::Digest;
use registry::{
    Access, Artifact, Descriptor, File, Keychain, Manifest, Repository, Version, push_artifact,
};
use testkit::registry::Registry;
use testkit::web::{Fault, Web};
use wire::{Http, Patience};

use crate::job::{Machine, mtype, said, tar};

#[test]
fn an_address_needs_a_digest_and_survives_a_broken_line() {
    let (machine, web) = (Machine::new(), Web::start());
    let packed = tar(&[("kernel.bin", "kernel"), ("doc/a.txt", "text")], &["-z"]);
    let url = web.put("/guest.tgz", packed.clone());
    let log = machine.job("fat16").input("source", &url).failed(2);
    assert!(log.contains("`unverified: true`"), "{log}");
    let digest = Digest::of(&packed).hex();
    web.fail(Fault::HangUp(40), 2);
    machine.job("fat16").input("source", &url).input("sha256", &digest).ok();
    assert_eq!(mtype(&machine.image().unwrap(), "doc/a.txt"), b"text");
    let log = machine.job("fat16").input("source", &url).input("sha256", &"0".repeat(64)).failed(2);
    assert!(log.contains(&digest), "{log}");
}

#[test]
fn what_is_unverified_is_said_aloud() {
    let (machine, web) = (Machine::new(), Web::start());
    let url = web.put("/kernel.bin?x=1", "kernel");
    let log = machine.job("fat16").input("source", &url).input("unverified", "true").ok();
    assert!(log.contains("::warning") && log.contains("nothing says what it should be"), "{log}");
    assert_eq!(mtype(&machine.image().unwrap(), "kernel.bin"), b"kernel");
}

#[test]
fn an_image_of_a_catalogue_is_found_by_name_and_architecture() {
    let (machine, web) = (Machine::new(), Web::start());
    let packed = tar(&[("qemu-riscv64", "kernel")], &["-z"]);
    web.put("/guest.tar.gz", packed.clone());
    let entry = format!(
        "[[images]]\nname = \"linux\"\nversion = \"0.1\"\nreleased_at = \"2026-01-06T03:10:51Z\"\ndescription = \"x\"\n\
         sha256 = \"{}\"\narch = \"riscv64\"\nurl = \"{}\"\n",
        Digest::of(&packed).hex(),
        web.url("/guest.tar.gz")
    );
    machine.put("images.toml", entry);
    let job =
        || machine.job("fat16").input("source", "image:linux").input("catalogue", "images.toml");
    job().input("arch", "riscv64").ok();
    assert_eq!(mtype(&machine.image().unwrap(), "qemu-riscv64"), b"kernel");
    job().input("arch", "x86_64").failed(2);
    assert!(machine.job("fat16").input("source", "image:linux").failed(2).contains("`catalogue`"));
}

#[test]
fn an_artifact_comes_from_a_registry_by_its_digest() {
    let (machine, registry) = (Machine::new(), Registry::start());
    machine.put("kernel.bin", "kernel");
    let reference = format!("{}/owner/guest", registry.host()).parse().unwrap();
    let keychain = Keychain::Files(Vec::new());
    let repository =
        Repository::open(&reference, Access::Push, &keychain, Http::new(Patience::default(), 1))
            .unwrap();
    let file = File {
        path: machine.path("kernel.bin"),
        title: "boot/kernel.bin".into(),
        media_type: "application/octet-stream".into(),
    };
    let artifact = Artifact {
        artifact_type: "application/vnd.example",
        files: &[file],
        subject: None,
        annotations: BTreeMap::new(),
    };
    let digest = push_artifact(&repository, &artifact, None).unwrap().digest;
    machine
        .job("fat16")
        .input("source", &format!("oci://{}/owner/guest@{digest}", registry.host()))
        .ok();
    assert_eq!(mtype(&machine.image().unwrap(), "boot/kernel.bin"), b"kernel");
}

#[test]
fn several_sources_and_files_of_the_checkout_go_together() {
    let machine = Machine::new();
    machine.put("a.tar", tar(&[("a/x", "1")], &[])).put("b/y", "2").put("here.bin", "3");
    machine.job("fat16").input("source", "a.tar\nb").input("files", "a/x\ny:sub/\nhere.bin:/").ok();
    let image = machine.image().unwrap();
    assert_eq!(
        [mtype(&image, "x"), mtype(&image, "sub/y"), mtype(&image, "here.bin")],
        [b"1", b"2", b"3"]
    );
    fs::remove_file(image).unwrap();
    machine.put("b/a/x", "other");
    let log = machine.job("fat16").input("source", "a.tar\nb").failed(2);
    assert!(log.contains("`a/x` is there twice"), "{log}");
}

#[test]
fn a_container_image_is_its_layers_one_over_the_other() {
    let (machine, registry) = (Machine::new(), Registry::start());
    let reference = format!("{}/owner/root", registry.host()).parse().unwrap();
    let keychain = Keychain::Files(Vec::new());
    let repository =
        Repository::open(&reference, Access::Push, &keychain, Http::new(Patience::default(), 1))
            .unwrap();
    let push = |bytes: &[u8], kind: &str| -> Descriptor {
        repository.push_bytes(bytes, &format!("application/vnd.oci.image.{kind}")).unwrap()
    };
    let layers = [
        tar(&[("etc/old", "1"), ("etc/kept", "1")], &["--owner=7", "--numeric-owner"]),
        tar(&[("etc/.wh.old", ""), ("etc/new", "2")], &[]),
    ]
    .map(|layer| push(&layer, "layer.v1.tar"));
    let config = serde_json::json!({ "architecture": "amd64", "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": layers.each_ref().map(|layer| layer.digest) } });
    let raw = serde_json::json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": push(config.to_string().as_bytes(), "config.v1+json"), "layers": layers });
    let manifest =
        Manifest::parse(raw.to_string().into_bytes(), "application/vnd.oci.image.manifest.v1+json")
            .unwrap();
    repository.push_manifest(&manifest, &Version::Digest(manifest.digest)).unwrap();
    let source = format!("oci://{}/owner/root@{}", registry.host(), manifest.digest);
    machine.job("ext4").input("source", &source).ok();
    let image = machine.image().unwrap();
    let list = said("debugfs", &["-R", "ls /etc", image.to_str().unwrap()]);
    assert!(list.contains("new") && list.contains("kept") && !list.contains("old"), "{list}");
    let stat = said("debugfs", &["-R", "stat /etc/kept", image.to_str().unwrap()]);
    assert!(stat.contains("User:     7"), "{stat}");
}
