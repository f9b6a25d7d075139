//! Against an API of our own that answers as GitHub's does.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::fs;
use std::time::{Duration, SystemTime};

use fetch::{Digest, Store};
use problem::{Fault as Whose, Problem};
use release::{Api, Asset};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::releases;
use testkit::web::{Fault, Page, Web};
use wire::{Http, Patience};

fn http() -> Http {
    Http::new(Patience { tries: 3, first_wait: Duration::from_millis(5) }, 2)
}

/// A release as the API has it.
fn release<'a>(tag: &str, assets: &[(u64, &'a str, &'a [u8], bool)]) -> Value {
    let digest = |contents: &[u8], has: bool| has.then(|| Digest::of(contents).to_string());
    let asset = |(id, name, contents, has_digest): &(u64, &'a str, &'a [u8], bool)| {
        releases::Asset { id: *id, name, contents, digest: digest(contents, *has_digest) }
    };
    let assets: Vec<releases::Asset<'_>> = assets.iter().map(asset).collect();
    releases::release(tag, &assets)
}

struct World {
    web: Web,
    api: Api,
    folder: TempDir,
}

const ROOT: &str = "/api/v3/repos/owner/guests";

impl World {
    fn new(token: Option<&str>) -> World {
        let web = Web::start();
        let api = Api::new(&web.url("/api/v3"), token, http());
        World { web, api, folder: TempDir::new().unwrap() }
    }

    fn put(&self, path: &str, body: &Value) {
        self.web.put(&format!("{ROOT}{path}"), body.to_string());
    }

    fn find(&self, name: &str, glob: &str) -> Result<Asset, Problem> {
        Asset::find(&self.api, &name.parse().unwrap(), glob)
    }

    fn store(&self) -> Store {
        Store::new(self.folder.path(), http())
    }
}

#[test]
fn an_asset_is_found_by_a_glob_and_comes_without_the_token_from_the_store() {
    let world = World::new(Some("secret"));
    let store = Web::start();
    let assets: [(u64, &str, &[u8], bool); 2] =
        [(7, "guest-x86_64.tar.gz", b"image", true), (8, "guest-aarch64.tar.gz", b"other", true)];
    world.put("/releases/tags/v1%2F0", &release("v1/0", &assets));
    world.web.redirect(&format!("{ROOT}/releases/assets/7"), &store.put("/signed?sig=x", "image"));
    let asset = world.find("owner/guests@v1/0", "*-x86_64.*").unwrap();
    assert_eq!(asset.digest, Some(Digest::of(b"image")));
    let stored = asset.download(&world.api, None, &world.store(), &mut |_, _| {}).unwrap();
    assert_eq!(fs::read(stored.path).unwrap(), b"image");
    let asked = world.web.asked();
    assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer secret")));
    assert_eq!(asked[1].header("accept"), Some("application/octet-stream"));
    assert_eq!(store.asked()[0].header("authorization"), None);
}

#[test]
fn what_github_or_the_user_says_of_it_is_checked() {
    let world = World::new(None);
    world.put(
        "/releases/tags/v1",
        &release("v1", &[(7, "a", b"right", true), (8, "b", b"right", false)]),
    );
    for id in [7, 8] {
        world.web.put(&format!("{ROOT}/releases/assets/{id}"), "wrong");
    }
    let get = |name: &str, expect: Option<&[u8]>| {
        let asset = world.find("owner/guests@v1", name).unwrap();
        asset.download(&world.api, expect.map(Digest::of), &world.store(), &mut |_, _| {})
    };
    assert!(get("a", None).unwrap_err().message.contains("is not what was expected"));
    assert!(get("b", Some(b"right")).unwrap_err().message.contains("is not what was expected"));
    assert!(get("a", Some(b"wrong")).unwrap_err().message.starts_with("`a` is `sha256:"));
    assert_eq!(get("b", None).unwrap().digest, Digest::of(b"wrong"));
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let world = World::new(None);
    let missing = world.find("owner/none@v1", "*").unwrap_err();
    assert_eq!(missing.message, "there is no repository `owner/none` for us");
    assert!(missing.hint.unwrap().contains("a private one needs a token"));
    world.put("/releases?per_page=20", &json!([release("v2", &[]), release("v1", &[])]));
    let missing = world.find("owner/guests@v3", "*").unwrap_err();
    assert_eq!(missing.message, "`owner/guests` has no release `v3`");
    assert_eq!(missing.hint.unwrap(), "its latest are v2, v1");
    world.put(
        "/releases/tags/v2",
        &release("v2", &[(1, "a.gz", b"", true), (2, "b.gz", b"", true)]),
    );
    let missing = world.find("owner/guests@v2", "c*").unwrap_err();
    assert_eq!(missing.hint.unwrap(), "it has a.gz, b.gz");
    let many = world.find("owner/guests@v2", "*.gz").unwrap_err();
    assert_eq!(many.message, "several files of `owner/guests@v2` fit `*.gz`");
    assert!(world.find("owner/guests@v2", "[").unwrap_err().message.starts_with("`[` is no glob"));
}

#[test]
fn a_rate_limit_is_said_with_its_end() {
    let world = World::new(None);
    let reset = SystemTime::now() + Duration::from_secs(600);
    let seconds = reset.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let headers =
        [("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", seconds.to_string())];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
    let path = format!("{ROOT}/releases/tags/v1");
    world.web.page(&path, Page { status: 403, headers, body: b"{\"message\":\"limit\"}".to_vec() });
    let problem = world.find("owner/guests@v1", "*").unwrap_err();
    assert!(problem.message.ends_with("that is for 10 min"), "{problem}");
    assert_eq!((problem.fault, world.web.asked().len()), (Whose::Infrastructure, 1));
    assert!(problem.hint.unwrap().starts_with("give a token"));
}

#[test]
fn refusals_failures_and_nonsense_are_said_so() {
    let world = World::new(Some("secret"));
    let path = format!("{ROOT}/releases/tags/v1");
    let refusal =
        json!({ "message": "Bad credentials", "documentation_url": "x", "status": "401" });
    world
        .web
        .page(&path, Page { status: 401, body: refusal.to_string().into(), ..Page::default() });
    let problem = world.find("owner/guests@v1", "*").unwrap_err();
    assert!(problem.message.ends_with("refused with status 401: Bad credentials"), "{problem}");
    assert_eq!(problem.fault, Whose::User);
    world.web.put(&path, "<html>");
    let problem = world.find("owner/guests@v1", "*").unwrap_err();
    assert!(problem.message.contains("answered what we cannot read"), "{problem}");
    world.put("/releases/tags/v1", &release("v1", &[(1, "a", b"", true)]));
    world.web.fail(Fault::Status(502), 2);
    world.find("owner/guests@v1", "*").unwrap();
    world.web.fail(Fault::Status(502), 3);
    let problem = world.find("owner/guests@v1", "*").unwrap_err();
    assert!(problem.message.contains("no luck in 3 tries: the service answered 502"), "{problem}");
    let plain = Api::new("http://github.example/api/v3", Some("secret"), http());
    let problem = Asset::find(&plain, &"owner/guests@v1".parse().unwrap(), "*").unwrap_err();
    assert!(problem.message.ends_with("the address on `github.example` is not HTTPS"), "{problem}");
}
