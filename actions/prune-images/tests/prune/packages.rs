//! ghcr.io, as far as its API is concerned.

use chrono::{TimeDelta, Utc};
use testkit::packages::Packages;

use crate::MONTH;
use crate::world::{World, digests, prune, told};

fn version(digest: impl ToString, days: i64, tags: &[&str]) -> (String, Vec<String>, String) {
    let time = (Utc::now() - TimeDelta::days(days)).to_rfc3339();
    (digest.to_string(), tags.iter().map(|&tag| tag.into()).collect(), time)
}

/// Old builds and a version, each of three manifests, and the API that lists them.
fn packages(world: &World, builds: usize) -> (Packages, Vec<String>) {
    let mut versions = Vec::new();
    for number in 0..builds {
        let tag = format!("sha-{number}");
        let build = world.build(&tag, 1, &tag);
        versions.push(version(build[0], 90, &[&tag]));
        versions.extend(build[1..].iter().map(|part| version(part, 90, &[])));
    }
    let stays = world.build("version", 1, "v1.0");
    versions.extend(stays.iter().map(|digest| version(digest, 90, &[])));
    versions[3 * builds].1 = vec!["v1.0".into()];
    let packages = Packages::serve("me", "os", &versions);
    (packages, stays.iter().map(ToString::to_string).collect())
}

#[test]
fn versions_of_packages_go_page_by_page_indexes_first() {
    let world = World::start();
    let (packages, mut stays) = packages(&world, 40);
    let url = packages.url();
    let more = [&MONTH[..], &["--json", "--delete", "--api-url", &url]].concat();
    let done = told(&prune(&world.image(), &more));
    assert_eq!(digests(&done["deleted"]).len(), 120);
    let mut left = packages.left();
    left.sort();
    stays.sort();
    assert_eq!(left, stays);
    let numbers: Vec<usize> = packages.deleted().iter().map(|it| it.parse().unwrap()).collect();
    let place = |number: usize| numbers.iter().position(|it| *it == number).unwrap();
    assert!(
        (0..40).all(|build| place(3 * build + 1) < place(3 * build + 2).min(place(3 * build + 3)))
    );
}

#[test]
fn who_may_not_delete_packages_is_told_what_it_takes() {
    let world = World::start();
    let (packages, _) = packages(&world, 2);
    let url = packages.url();
    let more = [&MONTH[..], &["--delete", "--api-url", &url]].concat();
    for status in [403, 404] {
        packages.refuse(status);
        let output = prune(&world.image(), &more);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("packages: write") && said.contains("(0 of 6 were deleted)"),
            "{said}"
        );
    }
    let none = Packages::serve("me", "other", &[]);
    let output = prune(&world.image(), &[&MONTH[..], &["--api-url", &none.url()]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the package `me/os` is not there for us"), "{said}");
}
