//! Across: what we attach cosign verifies, and what cosign attaches we do.

use evidence::{Envelope, Outcome, Rejected, attach, find};

use crate::world::{World, signed, statement};

#[test]
fn what_we_attach_cosign_verifies_with_our_key_and_no_other() {
    let world = World::start();
    let ((key, _), _) = (world.keys("ours"), world.keys("theirs"));
    let envelope = signed(world.image.digest, &key);
    attach(&world.repository, &world.image, &envelope).unwrap();
    let verified = world.verified(&world.image, "ours", &[]).unwrap();
    assert_eq!(verified.trim_end(), envelope.to_json());
    assert_eq!(world.verified(&world.image, "theirs", &[]), None);
    assert_eq!(world.verified(&world.other_image(), "ours", &[]), None);
}

#[test]
fn cosign_verifies_ours_beside_others_and_does_not_look_at_what_is_unsigned() {
    let world = World::start();
    let ((ours, _), (theirs, _)) = (world.keys("ours"), world.keys("theirs"));
    let unsigned = Envelope::unsigned(&statement(world.image.digest, "u", Outcome::Failed));
    for envelope in
        [unsigned, signed(world.image.digest, &theirs), signed(world.image.digest, &ours)]
    {
        attach(&world.repository, &world.image, &envelope).unwrap();
    }
    for key in ["ours", "theirs"] {
        assert_eq!(world.verified(&world.image, key, &[]).unwrap().lines().count(), 1);
    }
}

#[test]
fn what_cosign_attaches_in_any_of_its_ways_is_found_and_verified() {
    let world = World::start();
    let ((_, ours), (_, theirs)) = (world.keys("ours"), world.keys("theirs"));
    let no_services = ["--use-signing-config=false", "--tlog-upload=false"];
    let older = ["--new-bundle-format=false", no_services[0], no_services[1]];
    world.must(&["signing-config", "create", "--out=services.json"]);
    world.attest(&world.image, "ours", "bundle", &no_services);
    world.attest(&world.image, "ours", "without services", &["--signing-config=services.json"]);
    world.attest(&world.image, "ours", "older", &older);
    world.attest(&world.image, "ours", "older still", &older);
    let digest = world.image.digest;
    let found = find(&world.repository, digest).unwrap();
    let mut names: Vec<String> = found
        .iter()
        .map(|one| one.verify(std::slice::from_ref(&ours), digest).unwrap())
        .flat_map(|statement| statement.test_result().unwrap().unwrap().passed_tests)
        .collect();
    names.sort();
    assert_eq!(names, ["bundle", "older", "older still", "without services"]);
    for one in &found {
        let refused = one.verify(std::slice::from_ref(&theirs), digest);
        assert_eq!(refused, Err(Rejected::OtherKey));
    }
}

#[test]
fn an_image_that_cosign_signed_has_no_test_result_for_it() {
    let world = World::start();
    let (_, ours) = world.keys("ours");
    let image = world.named(&world.image);
    let no_services = ["--use-signing-config=false", "--tlog-upload=false"];
    world.must(&[&["sign", "--yes", "--key=ours.key", &image], &no_services[..]].concat());
    let [one] = &find(&world.repository, world.image.digest).unwrap()[..] else { panic!() };
    let statement = one.verify(&[ours], world.image.digest).unwrap();
    assert_eq!(statement.test_result(), Ok(None));
}
