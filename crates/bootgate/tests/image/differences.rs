//! `bootgate image diff` on a real registry.

use std::process::{Command, Output, Stdio};

use registry::{Access, Credentials, Keychain, Manifest, Repository, Version};
use serde_json::{Value, json};
use testkit::registry::Registry;
use wire::{Http, Patience};

/// Pushes an image with this for its config.
fn push(registry: &Registry, tag: &str, config: &Value) -> String {
    let name = format!("{}/owner/image:{tag}", registry.host());
    let keychain = Keychain::Given(Credentials::Anonymous);
    let http = Http::new(Patience::default(), 1);
    let to = Repository::open(&name.parse().unwrap(), Access::Push, &keychain, http).unwrap();
    let kind = "application/vnd.oci.image.config.v1+json";
    let config = to.push_bytes(config.to_string().as_bytes(), kind).unwrap();
    let raw = json!({ "schemaVersion": 2, "config": config, "layers": [] });
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifest = Manifest::parse(raw.to_string().into(), kind).unwrap();
    to.push_manifest(&manifest, &Version::Tag(tag.into())).unwrap();
    name
}

fn diff(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
    command.args(["image", "diff"]).args(arguments).env_remove("GITHUB_ACTIONS");
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn what_differs_is_said_as_text_and_as_json_and_nothing_hides_in_it() {
    let registry = Registry::start();
    let config = |label: &str| json!({ "os": "linux", "architecture": "riscv64", "config": { "Labels": { "commit": label } } });
    let before = push(&registry, "v1", &config("abc"));
    let after = push(&registry, "v2", &config("\u{1b}[2Jdef"));
    let text = String::from_utf8(diff(&[&before, &after]).stdout).unwrap();
    assert_eq!(text, "linux/riscv64\n  labels\n    ~ commit: abc -> \\u{1b}[2Jdef\n");
    let found: Value = serde_json::from_slice(&diff(&["--json", &before, &after]).stdout).unwrap();
    let label = &found["images"]["linux/riscv64"]["labels"][0];
    assert_eq!((&label["before"], &label["name"]), (&json!("abc"), &json!("commit")));
    assert_eq!(diff(&[&before, &before]).stdout, b"nothing differs\n");
    for (wrong, expected) in [("X", "is no image of a registry"), (":none", "is not there")] {
        let wrong = wrong.replace(":none", &before.replace(":v1", ":none"));
        let output = diff(&[&before, &wrong]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(expected), "{said}");
    }
}
