//! What proves nothing, and why.

use evidence::{Attached, Envelope, Outcome, PublicKey, Rejected, attach, find};
use fetch::Digest;

use crate::world::{World, signed, statement};

fn verified(text: &str, keys: &[PublicKey], subject: Digest) -> Result<(), Rejected> {
    Attached::of_file(text.as_bytes()).verify(keys, subject).map(drop)
}

#[test]
fn each_reason_is_told_from_the_others() {
    let world = World::start();
    let ((ours, key), (theirs, _)) = (world.keys("ours"), world.keys("theirs"));
    let (keys, digest) = ([key], world.image.digest);
    let good = signed(digest, &ours).to_json();
    assert_eq!(verified(&good, &keys, digest), Ok(()));
    assert_eq!(verified(&good, &[], digest), Err(Rejected::OtherKey));
    assert_eq!(verified(&good, &keys, Digest::of(b"x")), Err(Rejected::OtherDigest));
    let other = signed(digest, &theirs).to_json();
    assert_eq!(verified(&other, &keys, digest), Err(Rejected::OtherKey));
    // Another payload under the same signature, and another type of the same payload.
    let of_other = signed(Digest::of(b"x"), &ours).to_json();
    let payload = |text: &str| text.split('"').nth(3).unwrap().to_owned();
    let forged = good.replace(&payload(&good), &payload(&of_other));
    assert_eq!(verified(&forged, &keys, Digest::of(b"x")), Err(Rejected::OtherKey));
    let retyped = good.replace("vnd.in-toto", "vnd.other");
    assert_eq!(verified(&retyped, &keys, digest), Err(Rejected::OtherKey));
    let malformed = [&good[..good.len() / 2], "", "[]", "{\"payload\":1}", "{\"payload\":\"%\"}"];
    for text in malformed {
        assert!(matches!(verified(text, &keys, digest), Err(Rejected::Malformed(_))), "{text}");
    }
    assert!(matches!(verified("{}", &keys, digest), Err(Rejected::NotAStatement(_))));
}

#[test]
fn what_nobody_signed_is_read_only_by_who_says_so() {
    let statement = statement(Digest::of(b"x"), "boot/x86_64", Outcome::Failed);
    for text in [statement.to_json(), Envelope::unsigned(&statement).to_json()] {
        assert_eq!(verified(&text, &[], Digest::of(b"x")), Err(Rejected::Unsigned));
        let file = Attached::of_file(text.as_bytes());
        assert_eq!(file.read_without_verifying(Digest::of(b"x")), Ok(statement.clone()));
        let other = file.read_without_verifying(Digest::of(b"y"));
        assert_eq!(other, Err(Rejected::OtherDigest));
    }
    let result = statement.test_result().unwrap().unwrap();
    assert_eq!(result.outcome_of("boot/x86_64"), Some(Outcome::Failed));
    assert_eq!(result.outcome_of("boot"), None);
    assert_eq!(result.facts().unwrap().verdict.as_deref(), Some("passed"));
}

#[test]
fn evidence_about_one_image_that_is_attached_to_another_is_about_another() {
    let world = World::start();
    let (key, public) = world.keys("ours");
    attach(&world.repository, &world.image, &signed(Digest::of(b"other"), &key)).unwrap();
    let [one] = &find(&world.repository, world.image.digest).unwrap()[..] else { panic!() };
    let refused = one.verify(std::slice::from_ref(&public), world.image.digest);
    assert_eq!(refused, Err(Rejected::OtherDigest));
    assert_eq!(world.verified(&world.image, "ours", &[]), None);
}

#[test]
fn a_signed_text_that_is_no_statement_is_refused_as_that() {
    let world = World::start();
    let (key, public) = world.keys("ours");
    let digest = Digest::of(b"x");
    let text = statement(digest, "x", Outcome::Passed).to_json();
    let text = text.replace("in-toto.io/Statement/v1", "example.org/Other/v1");
    let other: evidence::Statement = serde_json::from_str(&text).unwrap();
    let signed = Envelope::sign(&other, &key);
    assert!(matches!(signed.verify(&[public], digest), Err(Rejected::NotAStatement(_))));
}
