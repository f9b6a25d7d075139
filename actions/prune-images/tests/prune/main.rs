//! Against Debian's own registry, and against GitHub's packages as a server of the tests has them.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod packages;
mod world;

use std::fs;
use std::process::Command;

use testkit::web::{Page, Web};
use world::{World, digests, prune, told};

const MONTH: [&str; 2] = ["--older-than", "30d"];

#[test]
fn what_is_old_goes_with_all_that_belongs_to_it_and_the_rest_stays_whole() {
    let world = World::start();
    let old = world.build("old", 90, "sha-0");
    let version = world.build("version", 90, "v1.2.3");
    let young = world.build("young", 1, "next");
    world.crane(&["tag", &format!("{}:sha-0", world.image()), "again"]);
    let of_old = [world.attach(old[1], "sbom"), world.attach(old[0], "result")];
    let of_version = [world.attach(version[0], "signature"), world.attach(version[2], "sbom too")];

    let plan = told(&prune(&world.image(), &[&MONTH[..], &["--json"]].concat()));
    assert_eq!(plan["dry_run"], true);
    // Two indexes under tags that begin with `sha256-` go, too.
    assert_eq!((digests(&plan["deleted"]).len(), digests(&plan["kept"]).len()), (7, 10));
    assert!(world.has(old[0]));

    let done = told(&prune(&world.image(), &[&MONTH[..], &["--json", "--delete"]].concat()));
    assert_eq!(done["deleted"], plan["deleted"]);
    assert!(old.iter().chain(&of_old).all(|digest| !world.has(*digest)));
    for digest in version.iter().chain(&young).chain(&of_version) {
        assert!(world.has(*digest));
        world.crane(&["validate", "--remote", &format!("{}@{digest}", world.image())]);
    }
    assert_eq!(world.repository.referrers(version[0]).unwrap().len(), 1);
    let again = told(&prune(&world.image(), &[&MONTH[..], &["--json", "--delete"]].concat()));
    assert!(digests(&again["deleted"]).is_empty());
}

#[test]
fn the_policy_and_the_flags_say_what_stays() {
    let world = World::start();
    for (days, tag) in [(90, "testing"), (91, "sha-1"), (92, "sha-2"), (93, "lts-1")] {
        world.build(tag, days, tag);
    }
    let policy = world.registry.path("bootgate.yaml");
    let text = format!(
        "image: {}\nchannels: {{ testing: {{}} }}\nkeep: {{ older-than: 30d, last: 2 }}\n",
        world.image()
    );
    fs::write(&policy, &text).unwrap();
    let policy = policy.to_str().unwrap();
    let gone = |more: &[&str]| {
        let output = prune(&world.image(), &[&["--policy", policy, "--json"], more].concat());
        told(&output)["deleted"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["tags"] != serde_json::json!([]))
            .count()
    };
    assert_eq!((gone(&[]), gone(&["--keep", "lts-*"]), gone(&["--keep-last", "0"])), (2, 1, 3));
    assert_eq!(gone(&["--older-than", "95d"]), 0);

    let shown = String::from_utf8(prune(&world.image(), &["--policy", policy]).stdout).unwrap();
    assert!(shown.contains("its tag `testing` is kept") && shown.contains("goes"), "{shown}");
    assert!(shown.contains("6 manifests would be deleted, 6 stay"), "{shown}");
}

#[test]
fn a_step_gives_its_numbers_and_a_page() {
    let world = World::start();
    world.build("old", 90, "sha-0");
    world.build("young", 1, "next");
    let step = testkit::runner::World::new()
        .input("image", &world.image())
        .input("older-than", "30d")
        .input("delete", "true");
    let mut command = Command::new(env!("CARGO_BIN_EXE_prune-images"));
    let output = command.env_clear().envs(step.vars()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let outputs = step.outputs();
    assert_eq!((outputs["deleted"].as_str(), outputs["kept"].as_str()), ("3", "3"));
    let json: serde_json::Value = serde_json::from_str(&outputs["json"]).unwrap();
    assert_eq!((&json["dry_run"], digests(&json["kept"]).len()), (&false.into(), 3));
    let page = fs::read_to_string(&step.vars()["GITHUB_STEP_SUMMARY"]).unwrap();
    assert!(
        page.contains("3 manifests were deleted, 3 stay") && page.contains("` sha-0 `"),
        "{page}"
    );
}

#[test]
fn mistakes_are_the_users_and_cost_nothing() {
    let said = |image: &str, more: &[&str]| {
        let output = prune(image, more);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said("ghcr.io/me/os", &[]).contains("nothing says how long images stay"));
    assert!(said("ghcr.io/me/os:v1", &MONTH).contains("is one image, and not a repository"));
    assert!(said("ghcr.io/me/os", &["--policy", "/nowhere"]).contains("cannot read `/nowhere`"));
    assert!(said("ghcr.io/me/os", &["--keep", "v["]).contains("unclosed character class"));
}

#[test]
fn if_anything_cannot_be_read_nothing_goes() {
    let web = Web::start();
    let manifest = serde_json::json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [] });
    web.page(
        "/v2/me/os/tags/list?n=1000",
        Page { body: br#"{"name":"me/os","tags":["old"]}"#.to_vec(), ..Default::default() },
    );
    let page = Page {
        headers: vec![("content-type".into(), "application/vnd.oci.image.index.v1+json".into())],
        body: manifest.to_string().into(),
        ..Default::default()
    };
    web.page("/v2/me/os/manifests/old", page.clone());
    let digest = fetch::Digest::of(&page.body);
    web.page(&format!("/v2/me/os/manifests/{digest}"), page);
    let failing = format!("/v2/me/os/referrers/{digest}");
    web.page(&failing, Page { status: 403, ..Default::default() });
    let output = prune(&format!("{}/me/os", web.host()), &[&MONTH[..], &["--delete"]].concat());
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(web.asked().iter().any(|asked| asked.target == failing));
    assert!(web.asked().iter().all(|asked| asked.method != "DELETE"));
}
