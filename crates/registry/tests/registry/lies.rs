//! Registries that lie, break and hang up.

use std::fs;

use fetch::Digest;
use registry::{Access, Descriptor, Repository, Version, pull_artifact};
use serde_json::json;
use tempfile::TempDir;
use testkit::web::{Fault, Page, Web};

use crate::world::{ANYONE, repository};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Puts an artifact of these layers there, each with its title, and says its digest.
fn artifact(web: &Web, layers: &[(&str, &[u8])]) -> Digest {
    let describe = |(title, contents): &(&str, &[u8])| {
        let mut layer = Descriptor::of(contents, "application/octet-stream");
        web.put(&format!("/v2/some/image/blobs/{}", layer.digest), *contents);
        layer.annotations.insert("org.opencontainers.image.title".into(), (*title).into());
        layer
    };
    let layers: Vec<Descriptor> = layers.iter().map(describe).collect();
    let config = Descriptor::of(b"{}", "application/vnd.oci.empty.v1+json");
    let raw = json!({ "schemaVersion": 2, "config": config, "layers": layers }).to_string();
    let digest = Digest::of(raw.as_bytes());
    manifest(web, &digest.to_string(), raw.as_bytes(), &[]);
    digest
}

fn manifest(web: &Web, version: &str, raw: &[u8], headers: &[(&str, &str)]) {
    let mut headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    headers.push(("content-type".into(), MANIFEST.into()));
    let page = Page { headers, body: raw.into(), ..Page::default() };
    web.page(&format!("/v2/some/image/manifests/{version}"), page);
}

fn open(web: &Web) -> Repository {
    repository(&web.host(), Access::Pull, &ANYONE)
}

fn pull(web: &Web, digest: Digest) -> Result<TempDir, problem::Problem> {
    let folder = TempDir::new().unwrap();
    let pulled = pull_artifact(&open(web), digest, &folder.path().join("out/target"));
    let left = fs::read_dir(folder.path().join("out")).map_or(0, Iterator::count);
    assert_eq!(left, usize::from(pulled.is_ok()), "something is left");
    pulled.map(|_| folder)
}

#[test]
fn a_manifest_is_what_its_digest_says_or_nothing() {
    let web = Web::start();
    let digest = artifact(&web, &[]);
    manifest(&web, &digest.to_string(), b"{}", &[]);
    let problem = open(&web).manifest(&Version::Digest(digest)).unwrap_err();
    let came = Digest::of(b"{}");
    assert!(problem.message.ends_with(&format!("the manifest is `{digest}`, and it is `{came}`")));
    manifest(&web, "tag", b"{}", &[("docker-content-digest", &digest.to_string())]);
    let problem = open(&web).manifest(&Version::Tag("tag".into())).unwrap_err();
    assert!(problem.message.ends_with(&format!("the manifest is `{digest}`, and it is `{came}`")));
}

#[test]
fn a_manifest_without_an_end_is_refused() {
    let web = Web::start();
    manifest(&web, "tag", &vec![b' '; (4 << 20) + 1], &[]);
    let problem = open(&web).manifest(&Version::Tag("tag".into())).unwrap_err();
    assert!(problem.message.ends_with("the answer has more than 4194304 bytes"), "{problem}");
}

#[test]
fn a_blob_is_resumed_where_it_broke_off() {
    let web = Web::start();
    let large = vec![9; 500_000];
    let digest = artifact(&web, &[("large", &large)]);
    // The manifest, the question whether the blob is there, and its first half.
    web.fail(Fault::HangUp(200_000), 4);
    let folder = pull(&web, digest).unwrap();
    assert_eq!(fs::read(folder.path().join("out/target/large")).unwrap(), large);
    assert!(web.asked().iter().any(|asked| asked.header("range").is_some()));
}

#[test]
fn wrong_and_truncated_blobs_are_refused() {
    let web = Web::start();
    let digest = artifact(&web, &[("layer", b"right")]);
    let path = format!("/v2/some/image/blobs/{}", Digest::of(b"right"));
    for (body, expected) in
        [("wrong", "came"), ("righ", "came"), ("right and more", "is larger than 5 bytes")]
    {
        web.put(&path, body);
        let problem = pull(&web, digest).unwrap_err();
        assert!(problem.message.trim_end_matches('`').ends_with(expected), "{problem}");
    }
}

#[test]
fn titles_lead_nowhere_else_and_are_not_given_twice() {
    let web = Web::start();
    for (titles, expected) in [
        (&["../x"][..], "the layer `../x` leads outside"),
        (&["/x"], "the layer `/x` leads outside"),
        (&["."], "the layer `.` has a name that no file has"),
        (&["a", "a"], "the layer `a` has the name of another one"),
        (&["a", "a/b"], "the layer `a/b` has the name of another one"),
    ] {
        let layers: Vec<(&str, &[u8])> = titles.iter().map(|title| (*title, &b"x"[..])).collect();
        assert_eq!(pull(&web, artifact(&web, &layers)).unwrap_err().message, expected);
    }
}

#[test]
fn a_busy_registry_is_asked_again_and_a_broken_one_is_said_so() {
    let web = Web::start();
    let digest = artifact(&web, &[]);
    web.fail(Fault::Status(429), 1);
    web.fail(Fault::Status(503), 1);
    open(&web).manifest(&Version::Digest(digest)).unwrap();
    web.fail(Fault::Status(503), 3);
    let problem = open(&web).manifest(&Version::Digest(digest)).unwrap_err();
    assert!(problem.message.contains("no luck in 3 tries: the service answered 503"), "{problem}");
}
