//! `bootgate policy check`: mistakes, hazards and warnings, with their places and exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::world::Ran;

const SOUND: &str = "\
image: ghcr.io/me/os
channels:
  next: {}
  stable:
    from: next
    require: [smoke/x86_64]
    signed-by: [ci.pub]
    gates: { soak: { command: ./soak.sh, limit: 1h } }
";

fn check(folder: &Path, policy: &str, arguments: &[&str]) -> Ran {
    fs::write(folder.join("bootgate.yaml"), policy).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
    command.args(["policy", "check"]).args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env_remove("GITHUB_ACTIONS").output().unwrap().into()
}

#[test]
fn hazards_in_a_policy_end_with_1_and_mistakes_with_2() {
    let folder = TempDir::new().unwrap();
    let check = |policy: &str, arguments: &[&str]| check(folder.path(), policy, arguments);
    let sound = check(SOUND, &[]);
    assert_eq!((sound.code, sound.out.as_str()), (Some(0), ""), "{sound:?}");
    let unsigned = SOUND.replace("    signed-by: [ci.pub]\n", "").replace(", limit: 1h", "");
    let hazards = check(&unsigned, &["bootgate.yaml"]);
    let expected = "bootgate.yaml:5:5: unsigned: nobody has to sign the results for `stable`: whoever may push can write them\n  hint: name the key of the tests in `signed-by`\nbootgate.yaml:7:20: no-limit: gate `soak` may take for ever\n  hint: give it a `limit`, such as `1h`\n";
    assert_eq!((hazards.code, hazards.out.as_str()), (Some(1), expected), "{hazards:?}");
    let found = check(&unsigned, &["--json"]).json();
    let names = found["hazards"].as_array().unwrap().iter().map(|it| &it["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["unsigned", "no-limit"]);
    let circle =
        "image: a.b/c\nchannels:\n  x: { from: y, require: [] }\n  y: { from: x, require: [] }\n";
    for (mistake, expected) in [
        (circle, "bootgate.yaml:3:14: `x` comes from itself"),
        ("image: a.b/c\nchanels: {}\n", "bootgate.yaml:2:1: unknown key `chanels`"),
    ] {
        let ran = check(mistake, &[]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    }
    assert_eq!(check(SOUND, &["none.yaml"]).code, Some(2));
}

#[test]
fn a_result_that_no_boot_test_beside_the_policy_has_is_a_warning_alone() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("tests")).unwrap();
    let spec = "name: smoke\nmachine: { qemu: { arch: aarch64, kernel: Image } }\npass: ['ok']\n";
    fs::write(folder.path().join("tests/smoke.yaml"), spec).unwrap();
    let ran = check(folder.path(), SOUND, &["--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let warnings = &ran.json()["warnings"];
    assert_eq!(
        (&warnings[0]["name"], &warnings[0]["line"]),
        (&json!("unknown-result"), &json!(6)),
        "{ran:?}"
    );
    let known = SOUND.replace("smoke/x86_64", "smoke/aarch64");
    assert_eq!(check(folder.path(), &known, &["--json"]).json()["warnings"], json!([]));
}
