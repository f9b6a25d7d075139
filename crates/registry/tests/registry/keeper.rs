//! Programs that keep credentials.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use registry::{Credentials, Keychain};
use tempfile::TempDir;

/// Answers what it was asked, knows nothing of one server, and fails with another.
const HELPER: &str = r#"#!/bin/sh
read -r server
case "$1 $server" in
    "get none.example") echo "credentials not found in native keychain"; exit 1 ;;
    "get locked.example") echo "the keychain is locked"; exit 1 ;;
    "get token.example") echo '{"Username":"<token>","Secret":"identity"}' ;;
    "get "*) echo "{\"ServerURL\":\"x\",\"Username\":\"me\",\"Secret\":\"for $server\"}" ;;
esac
"#;

/// A test cannot change where programs are found but for another process: itself.
const INNER: &str = "BOOTGATE_TEST_FOLDER";

#[test]
fn a_helper_is_asked_and_heard() {
    if let Some(folder) = env::var_os(INNER) {
        return look(&folder.into_string().unwrap());
    }
    let folder = TempDir::new().unwrap();
    let helper = folder.path().join("docker-credential-test");
    fs::write(&helper, HELPER).unwrap();
    fs::set_permissions(helper, fs::Permissions::from_mode(0o755)).unwrap();
    let helpers = r#"{"credHelpers": {"ghcr.io": "test", "none.example": "test"},
        "auths": {"none.example": {"username": "from", "password": "file"}}}"#;
    fs::write(folder.path().join("helpers.json"), helpers).unwrap();
    fs::write(folder.path().join("store.json"), r#"{"credsStore": "test"}"#).unwrap();
    fs::write(folder.path().join("wrong.json"), r#"{"credsStore": "../test"}"#).unwrap();
    let path = format!("{}:{}", folder.path().display(), env::var("PATH").unwrap());
    let mut inner = Command::new(env::current_exe().unwrap());
    inner.args(["--exact", "keeper::a_helper_is_asked_and_heard"]);
    let output = inner.env("PATH", path).env(INNER, folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn look(folder: &str) {
    let find = |file: &str, reference: &str| {
        let keychain = Keychain::Files(vec![format!("{folder}/{file}.json").into()]);
        keychain.find(&reference.parse().unwrap())
    };
    let password = |user: &str, password: &str| Credentials::Password {
        user: user.into(),
        password: password.into(),
    };
    assert_eq!(find("helpers", "ghcr.io/x").unwrap(), password("me", "for ghcr.io"));
    assert_eq!(find("helpers", "none.example/x").unwrap(), password("from", "file"));
    assert_eq!(
        find("store", "busybox").unwrap(),
        password("me", concat!("for https://", "index.docker.io/v1/"))
    );
    assert_eq!(find("store", "token.example/x").unwrap(), Credentials::Identity("identity".into()));
    assert_eq!(find("store", "none.example/x").unwrap(), Credentials::Anonymous);
    let problem = find("store", "locked.example/x").unwrap_err();
    assert!(problem.message.ends_with("`locked.example`: the keychain is locked"), "{problem}");
    assert!(find("wrong", "x.example/x").unwrap_err().message.ends_with("is none of a program"));
}
