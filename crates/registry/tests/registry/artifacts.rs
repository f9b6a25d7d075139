//! What we push others can read, and the other way round.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use fetch::Digest;
use registry::{
    Access, Artifact, Descriptor, File, Kind, Manifest, Platform, Version, pull_artifact,
    push_artifact,
};
use serde_json::json;

use crate::world::{ANYONE, World, skopeo, write};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn files(world: &World) -> Vec<File> {
    [("small.txt", vec![b'x'; 10]), ("boot/large.bin", vec![7; 3_000_000])]
        .map(|(title, contents)| {
            let path = world.path("sources").join(title);
            write(&path, &contents);
            File { path, title: title.into(), media_type: "application/octet-stream".into() }
        })
        .into()
}

fn push(world: &World, tag: Option<&str>, subject: Option<Descriptor>) -> Manifest {
    let files = files(world);
    let artifact_type = "application/vnd.example.guest";
    let artifact = Artifact { artifact_type, files: &files, subject, annotations: BTreeMap::new() };
    push_artifact(&world.repository(Access::Push, &ANYONE), &artifact, tag).unwrap()
}

/// An image of one layer, in the folder that skopeo calls `dir:`.
fn image(folder: &Path) {
    write(&folder.join("tree/etc/motd"), b"hello\n");
    let script = "cd tree && tar -czf ../layer . && gzip -dc ../layer | sha256sum";
    let output = Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap();
    let inner = String::from_utf8(output.stdout).unwrap()[..64].to_owned();
    let config = json!({ "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{inner}")] } });
    let (config, layer) = (config.to_string(), fs::read(folder.join("layer")).unwrap());
    let config_type = "application/vnd.oci.image.config.v1+json";
    let layer_type = "application/vnd.oci.image.layer.v1.tar+gzip";
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST,
        "config": Descriptor::of(config.as_bytes(), config_type),
        "layers": [Descriptor::of(&layer, layer_type)] });
    write(&folder.join("image").join(Digest::of(config.as_bytes()).hex()), config.as_bytes());
    write(&folder.join("image").join(Digest::of(&layer).hex()), &layer);
    write(&folder.join("image/manifest.json"), manifest.to_string().as_bytes());
    write(&folder.join("image/version"), b"Directory Transport Version: 1.1\n");
}

#[test]
fn an_artifact_comes_back_as_it_was_pushed_and_skopeo_sees_the_same_bytes() {
    let world = World::start(false);
    let pushed = push(&world, Some("v1"), None);
    let seen = skopeo(&["inspect", "--raw", "--tls-verify=false", &world.there(":v1")]);
    assert_eq!(Digest::of(&seen), pushed.digest);
    assert_eq!(seen, pushed.raw);
    let target = world.path("pulled");
    let pulled =
        pull_artifact(&world.repository(Access::Pull, &ANYONE), pushed.digest, &target).unwrap();
    assert_eq!(pulled, pushed);
    assert_eq!(pulled.artifact_type.unwrap(), "application/vnd.example.guest");
    for file in files(&world) {
        assert_eq!(fs::read(&file.path).unwrap(), fs::read(target.join(file.title)).unwrap());
    }
    assert_eq!(fs::read_dir(&target).unwrap().count(), 2);
}

#[test]
fn an_image_that_skopeo_pushed_is_read_and_unpacked() {
    let world = World::start(false);
    image(&world.path(""));
    let from = format!("dir:{}", world.path("image").display());
    skopeo(&["copy", "--insecure-policy", "--dest-tls-verify=false", &from, &world.there(":v2")]);
    let repository = world.repository(Access::Pull, &ANYONE);
    let manifest = repository.manifest(&Version::Tag("v2".into())).unwrap();
    assert_eq!(manifest.raw, fs::read(world.path("image/manifest.json")).unwrap());
    assert!(matches!(&manifest.kind, Kind::Single(parts) if parts.layers.len() == 1));
    let target = world.path("pulled");
    pull_artifact(&repository, manifest.digest, &target).unwrap();
    assert_eq!(fs::read(target.join("etc/motd")).unwrap(), b"hello\n");
    assert_eq!(fs::read_dir(&target).unwrap().count(), 1);
}

#[test]
fn an_index_is_pushed_and_its_platforms_are_found() {
    let world = World::start(false);
    let repository = world.repository(Access::Push, &ANYONE);
    let mut entry = push(&world, None, None).descriptor();
    entry.platform = Some(Platform::linux("riscv64"));
    let raw = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [entry] });
    let index = Manifest::parse(raw.to_string().into_bytes(), INDEX).unwrap();
    repository.push_manifest(&index, &Version::Tag("all".into())).unwrap();
    let found = repository.manifest(&Version::Tag("all".into())).unwrap();
    assert_eq!(found.choose(&Platform::linux("riscv64")).unwrap().digest, entry.digest);
    let problem = pull_artifact(&repository, found.digest, &world.path("pulled")).unwrap_err();
    assert!(problem.message.contains("is an index"), "{problem}");
}

#[test]
fn an_artifact_may_be_about_another_one_and_have_no_files() {
    let world = World::start(false);
    let subject = push(&world, Some("v1"), None).descriptor();
    let artifact = Artifact {
        artifact_type: "application/vnd.example.verdict",
        files: &[],
        subject: Some(subject.clone()),
        annotations: BTreeMap::from([("org.example.made".into(), "today".into())]),
    };
    let repository = world.repository(Access::Push, &ANYONE);
    let pushed = push_artifact(&repository, &artifact, None).unwrap();
    let found = repository.manifest(&Version::Digest(pushed.digest)).unwrap();
    assert_eq!(found.annotations, artifact.annotations);
    let [attached] = &repository.referrers(subject.digest).unwrap()[..] else { panic!() };
    assert_eq!((attached.digest, &attached.annotations), (pushed.digest, &artifact.annotations));
    assert_eq!(found.subject, Some(subject));
}

#[test]
fn a_tag_that_moves_changes_nothing_for_a_digest() {
    let world = World::start(false);
    let old = push(&world, Some("latest"), None);
    let new = push(&world, Some("latest"), Some(old.descriptor()));
    let repository = world.repository(Access::Pull, &ANYONE);
    let tagged = repository.manifest(&Version::Tag("latest".into())).unwrap();
    assert_eq!((tagged.digest, tagged.digest == old.digest), (new.digest, false));
    assert_eq!(repository.manifest(&Version::Digest(old.digest)).unwrap(), old);
}

#[test]
fn what_is_not_there_is_said_so() {
    let world = World::start(false);
    let repository = world.repository(Access::Pull, &ANYONE);
    let problem = repository.manifest(&Version::Tag("none".into())).unwrap_err();
    assert_eq!(
        problem.message,
        format!(
            "`none` of `{}/some/image` is not there: status 404, `MANIFEST_UNKNOWN: manifest unknown`",
            world.host
        )
    );
    assert!(!repository.has_blob(Digest::of(b"nothing")).unwrap());
}
