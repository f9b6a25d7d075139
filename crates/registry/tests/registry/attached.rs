//! What is attached to an image, where the registry keeps a list of it and where it does not.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fetch::Digest;
use registry::{Access, Descriptor, Manifest, Repository, Version};
use serde_json::{Value, json};
use testkit::meddler::{self, Meddle};
use testkit::web::{Asked, Page, Web};

use crate::images::{attach, crane, image, regctl};
use crate::world::{ANYONE, World, repository};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Something about an image, which `repository` has the blobs of.
pub(crate) fn about(repository: &Repository, subject: Digest, text: &str) -> Manifest {
    let empty = "application/vnd.oci.empty.v1+json";
    let config = repository.push_bytes(b"{}", empty).unwrap();
    let layer = repository.push_bytes(text.as_bytes(), "text/plain").unwrap();
    let size = repository.manifest(&Version::Digest(subject)).unwrap().raw.len();
    let raw = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config,
        "artifactType": "application/vnd.example.note", "layers": [layer],
        "subject": { "mediaType": MANIFEST, "digest": subject, "size": size },
        "annotations": { "example.note": text } });
    Manifest::parse(raw.to_string().into(), MANIFEST).unwrap()
}

fn notes(found: &[Descriptor]) -> Vec<&str> {
    let note = |of: &'_ Descriptor| of.annotations.contains_key("example.note");
    assert!(
        found
            .iter()
            .filter(|of| note(of))
            .all(|of| { of.artifact_type.as_deref() == Some("application/vnd.example.note") })
    );
    let mut notes: Vec<_> = found
        .iter()
        .filter_map(|of| of.annotations.get("example.note"))
        .map(String::as_str)
        .collect();
    notes.sort_unstable();
    notes
}

/// A registry that keeps a list itself, before one that does not: the list comes in pages of one.
pub(crate) fn with_lists(host: &str) -> Web {
    let lists: Mutex<BTreeMap<String, Vec<Value>>> = Mutex::default();
    meddler::before(host, move |asked| {
        let mut lists = lists.lock().unwrap();
        if let Some((_, rest)) = asked.target.split_once("/referrers/") {
            let (digest, page) = rest.split_once("?page=").unwrap_or((rest, "0"));
            let page: usize = page.parse().unwrap();
            let all = lists.entry(digest.to_owned()).or_default();
            let body = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": all.get(page) .into_iter().collect::<Vec<_>>() });
            let mut headers = vec![("content-type".into(), INDEX.into())];
            if page + 1 < all.len() {
                headers.push(("link".into(), format!("<?page={}>; rel=\"next\"", page + 1)));
            }
            return Meddle::Answer(Page { status: 200, headers, body: body.to_string().into() });
        }
        let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        let Some(subject) = body["subject"]["digest"].as_str().filter(|_| asked.method == "PUT")
        else {
            return Meddle::Pass;
        };
        let list = lists.entry(subject.to_owned()).or_default();
        let digest = json!(Digest::of(&asked.body));
        if !list.iter().any(|known| known["digest"] == digest) {
            list.push(json!({ "mediaType": MANIFEST, "digest": digest, "size": asked.body.len(),
                "artifactType": body["artifactType"], "annotations": body["annotations"] }));
        }
        let subject = subject.to_owned();
        Meddle::change(move |mut page| {
            page.headers.push(("oci-subject".into(), subject));
            page
        })
    })
}

fn fallback(of: Digest) -> Version {
    Version::Tag(format!("sha256-{}", of.hex()))
}

#[test]
fn what_regctl_attached_is_found_and_it_finds_what_we_attach() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Push, &ANYONE);
    assert_eq!(repository.referrers(image).unwrap(), []);
    attach(&world, image, "application/spdx+json", "bill");
    let note = about(&repository, image, "ours");
    repository.attach(&note).unwrap();
    repository.attach(&note).unwrap();
    attach(&world, image, "application/vnd.example.later", "later");
    let found = repository.referrers(image).unwrap();
    let kinds: Vec<_> = found.iter().filter_map(|of| of.artifact_type.as_deref()).collect();
    let expected =
        ["application/spdx+json", "application/vnd.example.note", "application/vnd.example.later"];
    assert_eq!(kinds, expected);
    assert_eq!(notes(&found), ["ours"]);
    let name = format!("{}/some/image@{image}", world.host);
    let listed = regctl(&world, &["artifact", "list", &name, "--format", "{{jsonPretty .}}"]);
    assert!(listed.contains(&note.digest.to_string()) && listed.contains("\"ours\""), "{listed}");
}

#[test]
fn a_registry_with_lists_needs_no_tag() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    let web = with_lists(&world.host);
    let repository = repository(&web.host(), Access::Push, &ANYONE);
    assert_eq!(repository.referrers(image).unwrap(), []);
    for text in ["one", "two", "three"] {
        repository.attach(&about(&repository, image, text)).unwrap();
    }
    assert_eq!(notes(&repository.referrers(image).unwrap()), ["one", "three", "two"]);
    assert_eq!(repository.digest_of(&fallback(image)).unwrap(), None);
}

#[test]
fn what_the_list_holds_besides_is_kept() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Push, &ANYONE);
    let other = about(&repository, image, "other");
    repository.push_manifest(&other, &Version::Digest(other.digest)).unwrap();
    let mut entry = json!(other.descriptor());
    entry["data"] = "e30=".into();
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [entry],
        "annotations": { "kept": "yes" } });
    let index = Manifest::parse(index.to_string().into(), INDEX).unwrap();
    repository.push_manifest(&index, &fallback(image)).unwrap();
    repository.attach(&about(&repository, image, "ours")).unwrap();
    let raw = repository.manifest(&fallback(image)).unwrap().raw;
    let kept: Value = serde_json::from_slice(&raw).unwrap();
    assert_eq!((&kept["manifests"][0], &kept["annotations"]["kept"]), (&entry, &json!("yes")));
    assert_eq!(kept["manifests"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_deleted_is_on_no_list_and_more_can_be_attached() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Delete, &ANYONE);
    let [one, two, three] = ["one", "two", "three"].map(|text| about(&repository, image, text));
    repository.attach(&one).unwrap();
    repository.attach(&two).unwrap();
    repository.delete_manifest(one.digest).unwrap();
    assert_eq!(notes(&repository.referrers(image).unwrap()), ["two"]);
    repository.attach(&three).unwrap();
    assert_eq!(notes(&repository.referrers(image).unwrap()), ["three", "two"]);
    assert_eq!(repository.digest_of(&Version::Digest(one.digest)).unwrap(), None);
}

#[test]
fn what_others_deleted_is_in_nobodys_way() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Push, &ANYONE);
    let [one, two, three] = ["one", "two", "three"].map(|text| about(&repository, image, text));
    repository.attach(&one).unwrap();
    repository.attach(&two).unwrap();
    crane(&world, &["delete", &format!("{}/some/image@{}", world.host, one.digest)]);
    repository.attach(&three).unwrap();
    assert_eq!(notes(&repository.referrers(image).unwrap()), ["three", "two"]);
}

/// A registry that loses the first so many lists that are put there.
fn forgetful(host: &str, times: usize) -> Web {
    let lost = AtomicUsize::new(0);
    meddler::before(host, move |asked| {
        let is_list = asked.method == "PUT" && asked.target.contains("/manifests/sha256-");
        if is_list && lost.fetch_add(1, Ordering::SeqCst) < times {
            return Meddle::status(201);
        }
        Meddle::Pass
    })
}

#[test]
fn what_a_faster_writer_overwrote_is_written_again_but_not_for_ever() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    for (times, is_fine) in [(2, true), (99, false)] {
        let web = forgetful(&world.host, times);
        let repository = repository(&web.host(), Access::Push, &ANYONE);
        let note = about(&repository, image, &times.to_string());
        let attached = repository.attach(&note);
        assert_eq!(attached.is_ok(), is_fine, "{attached:?}");
        let found = repository.referrers(image).unwrap();
        assert_eq!(found.iter().any(|of| of.digest == note.digest), is_fine);
    }
}

#[test]
fn something_else_under_the_tag_is_left_alone() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Push, &ANYONE);
    let note = about(&repository, image, "ours");
    repository.push_manifest(&note, &fallback(image)).unwrap();
    let problem = repository.attach(&note).unwrap_err();
    assert!(problem.message.contains("is no list of what refers to an image"), "{problem}");
    assert!(repository.referrers(image).is_err());
    assert_eq!(repository.digest_of(&fallback(image)).unwrap(), Some(note.digest));
    let subject = repository.manifest(&Version::Digest(image)).unwrap();
    assert!(repository.attach(&subject).unwrap_err().message.contains("is about nothing"));
}

#[test]
fn an_answer_that_is_no_list_is_never_taken_for_none() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 1000);
    let list = r#"{"schemaVersion":2,"manifests":[]}"#;
    let circle = format!("</v2/some/image/referrers/{image}>; rel=\"next\"");
    let ill = r#"{"manifests":[{"mediaType":"x","digest":"sha512:00","size":1}]}"#;
    for (status, kind, body, link) in [
        (500, INDEX, list, ""),
        (400, INDEX, list, ""),
        (401, INDEX, list, ""),
        (403, INDEX, list, ""),
        (302, INDEX, list, ""),
        (204, INDEX, "", ""),
        (200, "text/html", "<html>", ""),
        (200, "application/json", list, ""),
        (200, INDEX, "{}", ""),
        (200, INDEX, ill, ""),
        (200, INDEX, list, &circle),
        (200, INDEX, list, "<http://127.0.0.1:1/>; rel=next"),
    ] {
        let headers = vec![("content-type".into(), kind.into()), ("link".into(), link.into())];
        let page = Page { status, headers, body: body.into() };
        let web = meddler::before(&world.host, move |asked: &Asked| {
            match asked.target.contains("/referrers/") {
                true => Meddle::Answer(page.clone()),
                false => Meddle::Pass,
            }
        });
        let found = repository(&web.host(), Access::Pull, &ANYONE).referrers(image);
        assert!(found.is_err(), "{status} {kind} {body} {link}: {found:?}");
    }
}

#[test]
fn a_tag_that_cannot_be_read_is_never_taken_for_none() {
    for status in [401, 403, 429, 500] {
        let web = Web::start();
        web.otherwise(move |asked| {
            let status = if asked.target.contains("/referrers/") { 404 } else { status };
            Some(Page { status, ..Page::default() })
        });
        let found = repository(&web.host(), Access::Pull, &ANYONE).referrers(Digest::of(b""));
        assert!(found.is_err(), "{status}");
    }
}
