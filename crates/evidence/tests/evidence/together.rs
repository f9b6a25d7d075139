//! Attached once, twice, and by many at once.

use std::collections::BTreeSet;

use evidence::{Envelope, Outcome, attach, find};
use registry::Version;

use crate::world::{World, signed, statement};

#[test]
fn the_same_envelope_is_attached_once() {
    let world = World::start();
    let (key, _) = world.keys("ours");
    let once = || attach(&world.repository, &world.image, &signed(world.image.digest, &key));
    assert_eq!(once().unwrap(), once().unwrap());
    assert_eq!(find(&world.repository, world.image.digest).unwrap().len(), 1);
}

#[test]
fn nobody_who_attaches_at_the_same_time_is_lost() {
    let world = World::start();
    let digest = world.image.digest;
    let one = |number: usize| {
        let statement = statement(digest, &number.to_string(), Outcome::Passed);
        attach(&world.repository, &world.image, &Envelope::unsigned(&statement)).unwrap()
    };
    let attached: BTreeSet<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || one(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let found = find(&world.repository, digest).unwrap();
    let found: BTreeSet<_> = found.iter().map(|attached| attached.holder).collect();
    assert_eq!(found, attached);
}

#[test]
fn a_registry_that_fails_has_not_said_that_there_is_nothing() {
    let world = World::start();
    assert_eq!(find(&world.repository, world.image.digest).unwrap(), []);
    let holder = attach(
        &world.repository,
        &world.image,
        &Envelope::unsigned(&statement(world.image.digest, "x", Outcome::Passed)),
    );
    let blob = world.repository.manifest(&Version::Digest(holder.unwrap())).unwrap();
    let registry::Kind::Single(parts) = blob.kind else { panic!() };
    let hex = parts.layers[0].digest.hex();
    let data = format!("registry/docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2]);
    std::fs::remove_file(world.path(&data)).unwrap();
    assert!(find(&world.repository, world.image.digest).is_err());
}
