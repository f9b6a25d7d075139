//! What differs between images that crane made.

use registry::difference::{Change, Contents, Differences};
use registry::tree::Tree;
use registry::{Access, Version};

use crate::images::{attach, crane, image, index};
use crate::world::{ANYONE, World};

fn contents(world: &World, tag: &str) -> Contents {
    let repository = world.repository(Access::Pull, &ANYONE);
    let manifest = repository.manifest(&Version::Tag(tag.into())).unwrap();
    Contents::of(&repository, &Tree::of(&repository, manifest).unwrap()).unwrap()
}

fn change(name: &str, before: Option<&str>, after: Option<&str>) -> Change {
    let text = |it: Option<&str>| it.map(str::to_owned);
    Change { name: name.into(), before: text(before), after: text(after) }
}

#[test]
fn what_crane_changed_is_what_differs() {
    let world = World::start(false);
    let old = image(&world, "v1", "linux/amd64", 1000);
    let name = |tag: &str| format!("{}/some/image:{tag}", world.host);
    let mutated =
        ["--label", "commit=abc", "--annotation", "note=x", "--env", "A=b", "--user", "me"];
    let (from, to) = (name("v1"), name("v2"));
    crane(&world, &[&["mutate", &from, "-t", &to], &mutated[..]].concat());
    let new = crane(&world, &["digest", &to]).parse().unwrap();
    attach(
        &world,
        old,
        "application/spdx+json",
        r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":"musl","versionInfo":"1.2.4"},{"name":"gone"}]}"#,
    );
    attach(
        &world,
        new,
        "application/vnd.cyclonedx+json",
        r#"{"bomFormat":"CycloneDX","components":[{"name":"musl","version":"1.2.5"}]}"#,
    );
    let (before, after) = (contents(&world, "v1"), contents(&world, "v2"));
    let found = Differences::between(&before, &after);
    let image = &found.images["linux/amd64"];
    assert_eq!((found.platforms.len(), image.layers.len()), (0, 0));
    assert_eq!(image.labels, [change("commit", None, Some("abc"))]);
    assert_eq!(image.annotations, [change("note", None, Some("x"))]);
    let config = [change("config.Env.A", None, Some("b")), change("config.User", None, Some("me"))];
    assert_eq!(image.config, config);
    let packages = [change("gone", Some(""), None), change("musl", Some("1.2.4"), Some("1.2.5"))];
    assert_eq!(image.packages.as_deref(), Some(&packages[..]));
    assert_eq!(Differences::between(&after, &after), Differences::default());
}

#[test]
fn a_platform_that_only_one_has_is_named_and_other_layers_are_told() {
    let world = World::start(false);
    let all = index(&world, "all");
    let (one, other) = (contents(&world, "amd64"), contents(&world, "all"));
    let found = Differences::between(&one, &other);
    let riscv64 = other.images["linux/riscv64"].digest.to_string();
    assert_eq!(found.platforms, [change("linux/riscv64", None, Some(&riscv64))]);
    assert!(found.images.is_empty() && riscv64 != all.to_string());
    image(&world, "later", "linux/amd64", 2000);
    let found = Differences::between(&one, &contents(&world, "later"));
    let layers = &found.images["linux/amd64"].layers;
    assert_eq!(layers.len(), 2);
    assert!(layers.iter().all(|it| it.before.is_some() != it.after.is_some()));
}
