//! What a repository says of names: heads, tags, and what is deleted.

use std::net::SocketAddr;

use fetch::Digest;
use registry::{Access, Version};
use serde_json::Value;
use testkit::meddler::{self, Meddle};
use testkit::relay::counting;
use testkit::web::{Asked, Page, Web};

use crate::images::{crane, image};
use crate::world::{ANYONE, World, me, repository};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn tag(name: &str) -> Version {
    Version::Tag(name.into())
}

#[test]
fn a_version_has_a_digest_or_is_not_there() {
    let world = World::start(false);
    let pushed = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Pull, &ANYONE);
    assert_eq!(repository.digest_of(&tag("v1")).unwrap(), Some(pushed));
    assert_eq!(repository.digest_of(&Version::Digest(pushed)).unwrap(), Some(pushed));
    assert_eq!(repository.digest_of(&tag("v2")).unwrap(), None);
    assert_eq!(repository.digest_of(&Version::Digest(Digest::of(b"x"))).unwrap(), None);
}

#[test]
fn a_registry_that_says_no_digest_is_asked_for_the_bytes() {
    let world = World::start(false);
    let pushed = image(&world, "v1", "linux/amd64", 1000);
    let web = meddler::before(&world.host, |_| {
        Meddle::change(|mut page| {
            page.headers.retain(|(name, _)| name != "docker-content-digest");
            page
        })
    });
    let repository = repository(&web.host(), Access::Pull, &ANYONE);
    assert_eq!(repository.digest_of(&tag("v1")).unwrap(), Some(pushed));
    assert_eq!(
        web.asked().iter().map(|it| it.method.as_str()).collect::<Vec<_>>(),
        ["HEAD", "GET"]
    );
}

#[test]
fn only_404_is_none() {
    for status in [400, 401, 403, 429, 500, 503] {
        let web = Web::start();
        web.otherwise(move |_| Some(Page { status, ..Page::default() }));
        let repository = repository(&web.host(), Access::Pull, &ANYONE);
        assert!(repository.digest_of(&tag("v1")).is_err(), "{status}");
        assert!(repository.tags().is_err(), "{status}");
        assert!(repository.referrers(Digest::of(b"")).is_err(), "{status}");
    }
}

#[test]
fn a_registry_that_contradicts_a_digest_is_not_believed() {
    let (asked, other) = (Digest::of(b"asked"), Digest::of(b"other"));
    let web = Web::start();
    let headers = vec![("docker-content-digest".into(), other.to_string())];
    web.otherwise(move |_| Some(Page { headers: headers.clone(), ..Page::default() }));
    let repository = repository(&web.host(), Access::Pull, &ANYONE);
    let problem = repository.digest_of(&Version::Digest(asked)).unwrap_err();
    assert!(problem.message.ends_with(&format!("is `{asked}`, and it is `{other}`")), "{problem}");
}

/// Three tags at once, as registries do that are newer than Debian's.
fn in_small_pages(asked: &Asked) -> Meddle {
    let last = asked.target.split_once("last=").map(|(_, last)| last.to_owned());
    Meddle::change(move |mut page| {
        let mut list: Value = serde_json::from_slice(&page.body).unwrap();
        let tags = list["tags"].as_array_mut().unwrap();
        tags.sort_by_key(ToString::to_string);
        tags.retain(|tag| last.as_deref().is_none_or(|last| tag.as_str().unwrap() > last));
        if tags.len() > 3 {
            tags.truncate(3);
            let next = format!("</v2/some/image/tags/list?n=3&last={}>", tags[2].as_str().unwrap());
            page.headers.push(("link".into(), next + "; rel=\"next\""));
        }
        page.body = list.to_string().into();
        page
    })
}

#[test]
fn all_tags_come_in_however_many_pages() {
    let world = World::start(false);
    image(&world, "v1", "linux/amd64", 1000);
    let from = format!("{}/some/image:v1", world.host);
    let mut expected: Vec<String> = (1..=7).map(|number| format!("v{number}")).collect();
    expected[1..].iter().for_each(|tag| drop(crane(&world, &["tag", &from, tag])));
    let web = meddler::before(&world.host, in_small_pages);
    let mut tags = repository(&web.host(), Access::Pull, &ANYONE).tags().unwrap();
    tags.sort();
    expected.sort();
    assert_eq!(tags, expected);
    assert_eq!(web.asked().len(), 3);
    let listed = crane(&world, &["ls", &format!("{}/some/image", world.host)]);
    let mut listed: Vec<_> = listed.lines().collect();
    listed.sort_unstable();
    assert_eq!(tags, listed);
}

fn tags_of(body: &'static str, link: &'static str) -> Result<Vec<String>, String> {
    let web = Web::start();
    let headers = vec![("link".into(), link.into())];
    web.otherwise(move |_| {
        Some(Page { headers: headers.clone(), body: body.into(), ..Page::default() })
    });
    let listed = repository(&web.host(), Access::Pull, &ANYONE).tags();
    listed.map_err(|problem| problem.message)
}

#[test]
fn pages_that_lead_in_circles_or_elsewhere_are_refused() {
    let tags = r#"{"tags":["v1"]}"#;
    for (body, link, expected) in [
        (tags, "</v2/some/image/tags/list?n=1000>; rel=next", "has no end"),
        (tags, "<?last=v1>; rel=next", "has no end"),
        (tags, "<http://127.0.0.1:9/v2/some/image/tags/list>; rel=next", "goes on at another host"),
        (tags, "<//evil.example/>; rel=next", "goes on at another host"),
        ("<html>", "", "cannot be read"),
        (r#"{"tags":["../v1"]}"#, "", "cannot be read"),
    ] {
        let problem = tags_of(body, link).unwrap_err();
        assert!(problem.ends_with(expected), "{problem}");
    }
    assert_eq!(tags_of(r#"{"tags":null}"#, "").unwrap(), Vec::<String>::new());
}

#[test]
fn a_list_that_never_ends_is_given_up() {
    let web = Web::start();
    web.otherwise(|asked| {
        let link = format!("<{}1>; rel=\"next\"", asked.target);
        let headers = vec![("link".into(), link)];
        Some(Page { headers, body: b"{\"tags\":[]}".into(), ..Page::default() })
    });
    let problem = repository(&web.host(), Access::Pull, &ANYONE).tags().unwrap_err();
    assert!(problem.message.ends_with("has no end"), "{problem}");
    assert_eq!(web.asked().len(), 1000);
}

#[test]
fn what_is_deleted_is_gone_with_its_tags_and_once_is_enough() {
    let world = World::start(false);
    let pushed = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Delete, &ANYONE);
    repository.delete_manifest(pushed).unwrap();
    assert_eq!(repository.digest_of(&tag("v1")).unwrap(), None);
    repository.delete_manifest(pushed).unwrap();
}

#[test]
fn a_registry_that_deletes_nothing_is_said_so() {
    let web = Web::start();
    let body = br#"{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"#;
    web.otherwise(|asked| {
        let headers = vec![("content-type".into(), INDEX.into())];
        let index = Page { headers, body: b"{\"manifests\":[]}".into(), ..Page::default() };
        Some(match asked.method.as_str() {
            "GET" => index,
            _ => Page { status: 405, body: body.into(), ..Page::default() },
        })
    });
    let repository = repository(&web.host(), Access::Delete, &ANYONE);
    for problem in [
        repository.delete_manifest(Digest::of(b"{\"manifests\":[]}")).unwrap_err(),
        repository.delete_tag("v1").unwrap_err(),
    ] {
        let expected =
            "is not to be deleted: status 405, `UNSUPPORTED: The operation is unsupported.`";
        assert!(problem.message.ends_with(expected), "{problem}");
        assert!(problem.exit_code() == 2 && problem.hint.is_some());
    }
}

#[test]
fn a_registry_that_keeps_its_tags_says_so_and_loses_nothing() {
    let world = World::start(false);
    let pushed = image(&world, "v1", "linux/amd64", 1000);
    let repository = world.repository(Access::Delete, &ANYONE);
    let problem = repository.delete_tag("v1").unwrap_err();
    assert!(problem.message.contains("`v1` of") && problem.exit_code() == 2, "{problem}");
    assert_eq!(repository.digest_of(&tag("v1")).unwrap(), Some(pushed));
}

#[test]
fn a_safe_move_of_a_tag_takes_one_connection() {
    for with_password in [false, true] {
        let world = World::start(with_password);
        let push = world.repository(Access::Push, &me());
        let blob = push.push_bytes(b"{}", "application/vnd.oci.empty.v1+json").unwrap();
        let raw = serde_json::json!({ "schemaVersion": 2, "config": blob, "layers": [blob] });
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let manifest = registry::Manifest::parse(raw.to_string().into(), kind).unwrap();
        push.push_manifest(&manifest, &tag("next")).unwrap();
        let (port, counts) = counting(world.host.parse::<SocketAddr>().unwrap());
        let moved = repository(&format!("127.0.0.1:{port}"), Access::Push, &me());
        assert_eq!(moved.digest_of(&tag("stable")).unwrap(), None);
        let found = moved.manifest(&Version::Digest(manifest.digest)).unwrap();
        moved.push_manifest(&found, &tag("stable")).unwrap();
        assert_eq!(moved.digest_of(&tag("stable")).unwrap(), Some(manifest.digest));
        let [connections, up, down] = counts.now();
        println!("{up} bytes up, {down} bytes down");
        assert_eq!(connections, 1);
    }
}
