//! What moves, and what others see afterwards.

use evidence::Outcome;
use serde_json::Value;

use crate::world::World;

#[test]
fn a_tag_moves_to_the_very_digest_and_a_second_time_nothing_moves() {
    let world = World::start();
    let digest = world.push("os:next", "one", &[]);
    let older = world.push("os:testing", "zero", &[]);
    world.attest("os", digest, "smoke/x86_64", Outcome::Passed, Some("ours"));
    let (image, key) = (format!("{}@{digest}", world.name("os")), world.path("ours.pub"));
    let arguments = [
        "--image",
        &image,
        "--to",
        "testing",
        "--require",
        "smoke/x86_64",
        "--signed-by",
        &key,
        "--json",
    ];
    let ran = world.promote(&arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said = ran.json();
    assert_eq!(said["outcome"], "promoted");
    assert_eq!(said["plan"]["moves"][0]["from"], older.to_string());
    assert_eq!(said["plan"]["proof"][0]["result"], "smoke/x86_64");
    assert_eq!(world.digest(&world.name("os:testing")), Some(digest));
    world.must("crane", &["validate", "--remote", &world.name("os:testing")]);
    let seen = format!("docker://{}", world.name("os:testing"));
    let seen = world.must("skopeo", &["inspect", "--tls-verify=false", &seen]);
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(seen["Digest"], digest.to_string());
    let again = world.promote(&arguments);
    assert_eq!((again.code, &again.json()["outcome"]), (Some(0), &Value::from("nothing to move")));
    assert_eq!(again.json()["records"], Value::Array(Vec::new()), "{again:?}");
}

#[test]
fn the_record_says_who_moved_what_and_leads_back() {
    let world = World::start();
    let [before, digest] = ["zero", "one"].map(|text| world.push("os:next", text, &[]));
    let promote = |digest| {
        let image = format!("{}@{digest}", world.name("os"));
        let key = world.path("ours.key");
        world.promote(&[
            "--image",
            &image,
            "--to",
            "stable",
            "--to",
            "v1.0",
            "--signing-key",
            &key,
            "--json",
        ])
    };
    let image = format!("{}@{before}", world.name("os"));
    let key = world.path("ours.key");
    let first = ["--image", &image, "--to", "stable", "--signing-key", &key];
    assert_eq!(world.promote(&first).code, Some(0));
    let ran = promote(digest);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let record = ran.json()["records"][0].as_str().unwrap().to_owned();
    let kept = world.must("crane", &["manifest", &format!("{}@{record}", world.name("os"))]);
    assert!(kept.contains("/promotion/v0.1") && kept.contains(&digest.to_string()), "{kept}");
    let key = world.path("ours.pub");
    let verified = world.run(
        "cosign",
        &[
            "verify-attestation",
            "--key",
            &key,
            "--type",
            promotion::PREDICATE_TYPE,
            "--insecure-ignore-tlog=true",
            &format!("{}@{digest}", world.name("os")),
        ],
    );
    assert!(verified.status.success(), "{verified:?}");
    let key = world.path("ours.key");
    let back =
        world.promote(&["--image", &world.name("os:stable"), "--rollback", "--signing-key", &key]);
    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(back.out.contains("v1.0` stays"), "{back:?}");
    assert_eq!(world.digest(&world.name("os:stable")), Some(before));
    assert_eq!(world.digest(&world.name("os:v1.0")), Some(digest));
    // A record that somebody else signed, or nobody, leads nowhere.
    let theirs = world.path("theirs.key");
    let forged = world.promote(&[
        "--image",
        &world.name("os:stable"),
        "--rollback",
        "--signing-key",
        &theirs,
    ]);
    assert_eq!(forged.code, Some(2), "{forged:?}");
}

#[test]
fn an_index_moves_whole_when_each_platform_has_its_proof() {
    let world = World::start();
    let (index, [amd64, arm64]) = world.push_index("os:next");
    let image = format!("{}@{index}", world.name("os"));
    let key = world.path("ours.pub");
    let arguments = [
        "--image",
        &image,
        "--to",
        "testing",
        "--require",
        "smoke/x86_64",
        "--require",
        "smoke/aarch64",
        "--signed-by",
        &key,
    ];
    world.attest("os", amd64, "smoke/x86_64", Outcome::Passed, Some("ours"));
    let ran = world.promote(&arguments);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("smoke/aarch64") && ran.err.contains("linux/arm64"), "{ran:?}");
    assert_eq!(world.digest(&world.name("os:testing")), None);
    world.attest("os", arm64, "smoke/aarch64", Outcome::Passed, Some("ours"));
    let ran = world.promote(&arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(world.digest(&world.name("os:testing")), Some(index));
    world.must("crane", &["validate", "--remote", &world.name("os:testing")]);
}

#[test]
fn another_repository_and_another_registry_get_it_with_its_proof() {
    let world = World::start();
    let elsewhere = World::start();
    let (index, [amd64, _]) = world.push_index("os:next");
    world.attest("os", index, "release", Outcome::Passed, Some("ours"));
    world.attest("os", amd64, "smoke/x86_64", Outcome::Passed, Some("ours"));
    let image = format!("{}@{index}", world.name("os"));
    for target in [world.name("released/os:stable"), elsewhere.name("mirror/os:stable")] {
        let ran = world.promote(&[
            "--image",
            &image,
            "--to",
            &target,
            "--require",
            "release",
            "--signed-by",
            &world.path("ours.pub"),
        ]);
        assert_eq!(ran.code, Some(0), "{target}: {ran:?}");
        assert_eq!(world.digest(&target), Some(index), "{target}");
        world.must("crane", &["validate", "--remote", &target]);
        let name = target.rsplit_once(':').unwrap().0;
        for (digest, count) in [(index, 1), (amd64, 1)] {
            let verified = world.must(
                "cosign",
                &[
                    "verify-attestation",
                    "--key",
                    &world.path("ours.pub"),
                    "--insecure-ignore-tlog=true",
                    "--type",
                    evidence::TEST_RESULT,
                    &format!("{name}@{digest}"),
                ],
            );
            assert!(verified.lines().count() >= count, "{target}: {verified}");
        }
    }
}

#[test]
fn a_plan_that_is_only_printed_moves_nothing() {
    let world = World::start();
    let digest = world.push("os:next", "one", &[]);
    let image = world.name("os:next");
    let ran = world.promote(&["--image", &image, "--to", "testing", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("nothing has moved") && ran.out.contains(&digest.to_string()),
        "{ran:?}"
    );
    assert!(ran.out.contains("no proof was asked for"), "{ran:?}");
    assert!(ran.err.contains(&format!("{image} is {digest}")), "{ran:?}");
    assert_eq!(world.digest(&world.name("os:testing")), None);
}

#[test]
fn images_of_one_policy_move_together() {
    let world = World::start();
    let [os, tools] = ["os", "tools"].map(|name| {
        let digest = world.push(&format!("{name}:next"), name, &[]);
        world.attest(name, digest, "smoke/x86_64", Outcome::Passed, Some("ours"));
        (format!("{}@{digest}", world.name(name)), digest)
    });
    let policy = format!(
        "images: [{}, {}]\nchannels:\n  next: {{}}\n  testing:\n    from: next\n    require: [smoke/x86_64]\n    signed-by: [ours.pub]\n",
        world.name("os"),
        world.name("tools")
    );
    let policy = world.file("bootgate.yaml", &policy).display().to_string();
    let alone = world.promote(&["--image", &os.0, "--to", "testing", "--policy", &policy]);
    assert_eq!(alone.code, Some(2), "{alone:?}");
    assert!(alone.err.contains("would stay behind"), "{alone:?}");
    let both = world
        .promote(&["--image", &os.0, "--image", &tools.0, "--to", "testing", "--policy", &policy]);
    assert_eq!(both.code, Some(0), "{both:?}");
    assert_eq!(world.digest(&world.name("os:testing")), Some(os.1));
    assert_eq!(world.digest(&world.name("tools:testing")), Some(tools.1));
}

#[test]
fn a_result_may_come_from_a_file_of_this_workflow() {
    let world = World::start();
    let digest = world.push("os:next", "one", &[]);
    let key = world.key("ours");
    let envelope = crate::world::envelope(digest, "smoke/x86_64", Outcome::Passed, Some(&key));
    world.file("evidence/test-result.dsse.json", &envelope.to_json());
    let image = format!("{}@{digest}", world.name("os"));
    let ran = world.promote(&[
        "--image",
        &image,
        "--to",
        "testing",
        "--require",
        "smoke/x86_64",
        "--signed-by",
        &world.path("ours.pub"),
        "--evidence",
        &world.path("evidence"),
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(world.digest(&world.name("os:testing")), Some(digest));
}
