//! Who may do what.

use fetch::Digest;
use registry::{Access, Credentials, Keychain, Version};
use testkit::web::{Asked, Page, Web};

use crate::world::{ANYONE, World, me, repository, skopeo};

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
