//! Who may do what.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fetch::Digest;
use registry::{Access, Credentials, Descriptor, Keychain, Manifest, Moved, Repository, Version};
use serde_json::json;
use testkit::meddler::{self, Meddle};
use testkit::web::{Asked, Page, Web};

use crate::world::{ANYONE, World, http, me, repository, skopeo};

fn put_and_look(world: &World, keychain: &Keychain) -> Result<bool, problem::Problem> {
    let repository = world.repository(Access::Push, keychain);
    let blob = repository.push_bytes(b"blob", "text/plain")?;
    repository.has_blob(blob.digest)
}

#[test]
fn a_password_opens_what_is_closed_to_others() {
    let world = World::start(true);
    assert!(put_and_look(&world, &me()).unwrap());
    for stranger in [
        ANYONE,
        Keychain::Given(Credentials::Password { user: "me".into(), password: "wrong".into() }),
    ] {
        let problem = put_and_look(&world, &stranger).unwrap_err();
        assert!(problem.message.contains("is not for us: status 401"), "{problem}");
        assert!(problem.hint.unwrap().contains("log in"));
    }
}

#[test]
fn what_a_login_of_podmans_family_leaves_is_enough() {
    let world = World::start(true);
    let file = world.path("auth.json");
    let authfile = format!("--authfile={}", file.display());
    skopeo(&["login", "--tls-verify=false", "-u", "me", "-p", "secret", &authfile, &world.host]);
    let keychain = Keychain::Files(vec![world.path("missing.json"), file]);
    assert!(put_and_look(&world, &keychain).unwrap());
}

/// A registry that wants tokens, and gives one to `me`, and another to anyone.
fn guarded() -> Web {
    let web = Web::start();
    let realm = web.url("/token");
    web.otherwise(move |asked: &Asked| {
        let shown = asked.header("authorization");
        if asked
            .target
            .starts_with("/token?service=reg%20istry&scope=repository%3Asome%2Fimage%3Apull")
        {
            let token = if shown == Some("Basic bWU6c2VjcmV0") { "mine" } else { "anyones" };
            return Some(Page {
                body: format!("{{\"token\":\"{token}\"}}").into(),
                ..Page::default()
            });
        }
        if shown == Some("Bearer mine") {
            return Some(Page { body: b"{}".into(), ..Page::default() });
        }
        let wish = format!("Bearer realm=\"{realm}\",service=\"reg istry\",scope=\"x\"");
        let status = if shown.is_some() { 403 } else { 401 };
        Some(Page { status, headers: vec![("www-authenticate".into(), wish)], body: Vec::new() })
    });
    web
}

#[test]
fn a_token_is_fetched_once_and_shown_from_then_on() {
    let web = guarded();
    let repository = repository(&web.host(), Access::Pull, &me());
    assert!(repository.has_blob(Digest::of(b"")).unwrap());
    assert!(repository.has_blob(Digest::of(b"")).unwrap());
    let targets: Vec<bool> =
        web.asked().iter().map(|asked| asked.target.starts_with("/token")).collect();
    assert_eq!(targets, [false, true, false, false]);
}

#[test]
fn a_token_that_is_not_enough_is_said_so() {
    let web = guarded();
    let repository = repository(&web.host(), Access::Pull, &ANYONE);
    let problem = repository.manifest(&Version::Tag("x".into())).unwrap_err();
    assert!(problem.message.ends_with("is not for us: status 403"), "{problem}");
}

#[test]
fn an_identity_token_is_exchanged() {
    let web = guarded();
    let realm = web.url("/token");
    web.page("/token", Page { body: b"{\"access_token\":\"mine\"}".into(), ..Page::default() });
    let keychain = Keychain::Given(Credentials::Identity("re/fresh".into()));
    assert!(repository(&web.host(), Access::Push, &keychain).has_blob(Digest::of(b"")).unwrap());
    let asked = web.asked();
    assert_eq!(asked[1].method, "POST", "{realm}");
    let body = String::from_utf8(asked[1].body.clone()).unwrap();
    assert!(
        body.contains("grant_type=refresh%5Ftoken") && body.contains("refresh_token=re%2Ffresh")
    );
    assert!(body.contains("%3Apull%2Cpush"), "{body}");
}

/// A registry whose tokens are good for three requests each, and which says how many it gave.
fn forgetful(host: &str) -> (Web, Arc<AtomicUsize>) {
    let (given, uses) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let counted = Arc::clone(&given);
    let web = meddler::before(host, move |asked| {
        if asked.target.starts_with("/token") {
            uses.store(0, Ordering::SeqCst);
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!("{{\"token\":\"t{number}\"}}").into();
            return Meddle::Answer(Page { body, ..Page::default() });
        }
        let shown = format!("Bearer t{}", given.load(Ordering::SeqCst));
        let is_good = asked.header("authorization") == Some(&shown);
        if is_good && uses.fetch_add(1, Ordering::SeqCst) < 3 {
            return Meddle::Pass;
        }
        let realm = format!("http://{}/token", asked.header("host").unwrap());
        let wish = format!("Bearer realm=\"{realm}\",service=\"x\"");
        let headers = vec![("www-authenticate".into(), wish)];
        Meddle::Answer(Page { status: 401, headers, body: b"{}".into() })
    });
    (web, counted)
}

#[test]
fn a_token_that_runs_out_again_and_again_is_renewed_each_time() {
    let world = World::start(false);
    let (web, given) = forgetful(&world.host);
    let there = repository(&web.host(), Access::Push, &ANYONE);
    for number in 0..4 {
        let config = there.push_bytes(format!("{{\"{number}\":0}}").as_bytes(), "x").unwrap();
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let raw = json!({ "schemaVersion": 2, "config": config, "layers": [] });
        let manifest = Manifest::parse(raw.to_string().into(), kind).unwrap();
        let tag = Version::Tag(format!("v{number}"));
        there.push_manifest(&manifest, &tag).unwrap();
        assert_eq!(there.digest_of(&tag).unwrap(), Some(manifest.digest));
    }
    let used = given.load(Ordering::SeqCst);
    assert!(used >= 6, "only {used} tokens were given");
}

#[test]
fn a_mount_is_asked_for_with_a_token_for_both_and_without_if_need_be() {
    for both_may in [true, false] {
        let web = Web::start();
        let realm = web.url("/token");
        web.otherwise(move |asked| {
            let (target, page) = (&asked.target, Page::default());
            if target.starts_with("/token") {
                let both = ["some", "other"]
                    .iter()
                    .all(|it| target.contains(&format!("{it}%2Fimage%3Apull")));
                let refused = both && !both_may;
                let body = format!("{{\"token\":\"{}\"}}", if both { "both" } else { "one" });
                return Some(Page {
                    status: if refused { 403 } else { 200 },
                    body: body.into(),
                    ..page
                });
            }
            let Some(shown) = asked.header("authorization") else {
                let wish = format!("Bearer realm=\"{realm}\",service=\"x\"");
                return Some(Page {
                    status: 401,
                    headers: vec![("www-authenticate".into(), wish)],
                    ..page
                });
            };
            let status = match asked.method.as_str() {
                "HEAD" => 404,
                "POST" if target.contains("mount=") && shown == "Bearer both" => 201,
                "POST" => 202,
                "PUT" => 201,
                _ => return Some(Page { body: b"blob".into(), ..page }),
            };
            let location = "/v2/some/image/blobs/uploads/1".into();
            Some(Page { status, headers: vec![("location".into(), location)], ..page })
        });
        let to = repository(&web.host(), Access::Push, &ANYONE);
        let other = format!("{}/other/image", web.host()).parse().unwrap();
        let from = Repository::open(&other, Access::Pull, &ANYONE, http()).unwrap();
        let blob = Descriptor::of(b"blob", "x");
        let moved = to.copy_blob(&from, &blob).unwrap();
        assert_eq!(moved, if both_may { Moved::Mounted } else { Moved::Streamed });
    }
}
