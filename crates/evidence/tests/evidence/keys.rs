//! Keys in all their forms, from those who write them.

use std::fs;
use std::process::Command;

use evidence::{PublicKey, SigningKey};

use crate::world::{PASSWORD, World};

fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn why(pem: &str, password: Option<&str>) -> String {
    SigningKey::from_pem(pem, password).unwrap_err().message
}

#[test]
fn a_key_of_cosigns_opens_with_its_password_alone() {
    let world = World::start();
    let (private, public) = world.keys("ours");
    assert_eq!(private.public(), public);
    let text = world.text("ours.key");
    assert!(why(&text, Some("another")).contains("`COSIGN_PASSWORD` is wrong"));
    assert!(why(&text, None).contains("no `COSIGN_PASSWORD`"));
    let older = text.replace("ENCRYPTED SIGSTORE", "ENCRYPTED COSIGN");
    assert_eq!(SigningKey::from_pem(&older, Some(PASSWORD)).unwrap().public(), public);
    assert_eq!(format!("{private:?}"), format!("the private key of {public:?}"));
}

#[test]
fn plain_keys_of_openssls_are_read_and_other_curves_are_not() {
    let world = World::start();
    let sec1 = openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout"]);
    let path = world.path("plain.pem");
    fs::write(&path, &sec1).unwrap();
    let path = path.to_str().unwrap();
    let pkcs8 = openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", path]);
    let public = PublicKey::from_pem(&openssl(&["ec", "-pubout", "-in", path])).unwrap();
    for pem in [sec1, pkcs8] {
        assert_eq!(SigningKey::from_pem(&pem, None).unwrap().public(), public);
    }
    let other = openssl(&["ecparam", "-name", "secp384r1", "-genkey", "-noout"]);
    assert!(why(&other, None).contains("no key on P-256"));
    let rsa = openssl(&["genpkey", "-algorithm", "ed25519"]);
    assert!(why(&rsa, None).contains("no key on P-256"));
    assert!(why(&world.text("plain.pem").replace("EC PRIVATE", "OTHER"), None).contains("`OTHER"));
    assert!(why("", None).contains("no PEM"));
}
