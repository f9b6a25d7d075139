//! What is handed in, read back by other programs.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use access::hand_in;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tempfile::TempDir;

const KEY: &str = "ssh-ed25519 AAAAC3Nza bootgate";

fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_seed_disk_is_read_back_by_mtools() {
    let folder = TempDir::new().unwrap();
    let disk = hand_in::seed("kim", KEY, folder.path()).unwrap();
    let disk = disk.to_str().unwrap();
    assert!(output("mlabel", &["-s", "-i", disk, "::"]).contains("cidata"));
    let meta: Value = serde_json::from_str(&output("mtype", &["-i", disk, "::meta-data"])).unwrap();
    assert!(meta["instance-id"].as_str().unwrap().starts_with("bootgate-"));
    let data = output("mtype", &["-i", disk, "::user-data"]);
    let config: Value =
        serde_json::from_str(data.strip_prefix("#cloud-config\n").unwrap()).unwrap();
    assert_eq!(config["users"][1]["name"], "kim");
    assert_eq!(config["users"][1]["ssh_authorized_keys"][0], KEY);
}

#[test]
fn the_credential_puts_the_key_behind_those_that_the_user_has() {
    let folder = TempDir::new().unwrap();
    let (root, rules) = (folder.path().join("root"), folder.path().join("rules.conf"));
    let keys = root.join("root/.ssh/authorized_keys");
    fs::create_dir(&root).unwrap();
    fs::write(&rules, BASE64_STANDARD.decode(hand_in::credential("root", KEY)).unwrap()).unwrap();
    let create = || {
        output(
            "systemd-tmpfiles",
            &["--create", "--root", root.to_str().unwrap(), rules.to_str().unwrap()],
        );
        fs::read_to_string(&keys).unwrap()
    };
    assert_eq!(create(), format!("{KEY}\n"));
    fs::write(&keys, "another\n").unwrap();
    assert_eq!(create(), format!("another\n{KEY}\n"));
    assert_eq!(fs::metadata(&keys).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn ignitions_configuration_has_the_user_and_the_key() {
    let config: Value = serde_json::from_str(&hand_in::ignition("core", KEY)).unwrap();
    assert_eq!(config["ignition"]["version"], "3.0.0");
    assert_eq!(config["passwd"]["users"][0]["sshAuthorizedKeys"][0], KEY);
}
