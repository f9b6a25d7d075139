//! The whole way of an image that is good.

use std::fs;
use std::time::Instant;

use serde_json::Value;
use testkit::act::tool;

use crate::world::World;

/// What people copy.
const SPEC: &str = include_str!("../../../../examples/os-image/system.yaml");

#[test]
fn an_image_becomes_a_disk_that_boots_is_checked_and_its_digest_is_promoted() {
    let world = World::start();
    let key = world.path("ours.key");
    let fixed = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
    let (private, public) = (key.to_str().unwrap(), key.with_extension("pub"));
    world.must("openssl", &[&fixed[..], &[private]].concat());
    world.must("openssl", &["pkey", "-pubout", "-in", private, "-out", public.to_str().unwrap()]);
    let digest = world.push("next", &[]);
    let image = format!("{}@{digest}", world.name("os"));

    let begin = Instant::now();
    let disk = world.disk(digest, &[]);
    let made = begin.elapsed();
    assert_eq!(disk["source_digest"], digest.to_string());
    let spec = world.spec("system.yaml", SPEC);
    let (ran, verdict) = world.test(&spec, &["--subject", &image, "--signing-key", private]);
    let tested = begin.elapsed();
    assert_eq!((ran.code, &verdict["verdict"]), (Some(0), &Value::from("passed")), "{ran:?}");
    let console = fs::read(spec.with_extension("evidence").join("console.log")).unwrap();
    assert!(String::from_utf8_lossy(&console).contains("Linux version 6.1"));
    let collected = spec.with_extension("evidence").join("collected/etc/os-release");
    assert!(fs::read_to_string(collected).unwrap().contains("VERSION_CODENAME=bookworm"));

    let promote = |result: &str| {
        world.bootgate(&[
            "promote-image",
            "--image",
            &image,
            "--to",
            "testing",
            "--require",
            result,
            "--signed-by",
            public.to_str().unwrap(),
        ])
    };
    let refused = promote("upgrade/x86_64");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let moved = promote("system/x86_64");
    assert_eq!(moved.code, Some(0), "{moved:?}");
    let seen = world.must(tool("crane"), &["digest", &world.name("os:testing")]);
    assert_eq!(seen.trim(), digest.to_string());
    let again = Instant::now();
    assert_eq!(world.disk(digest, &[])["is_hit"], true);
    eprintln!(
        "image to disk {made:.1?}, to its verdict {tested:.1?}, to its tag {:.1?}; the disk again {:.1?}",
        again.duration_since(begin),
        again.elapsed()
    );
}
