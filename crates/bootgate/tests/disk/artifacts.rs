//! Disks in a registry, tied to the image that they were made of.

use std::fs;

use serde_json::Value;
use testkit::act::tool;

use crate::world::{KERNEL, World, said};

fn crane(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(tool("crane"), arguments)).unwrap()
}

#[test]
fn a_pushed_disk_is_about_its_image_and_comes_back_as_it_was() {
    let world = World::start();
    let image = world.image("os", &KERNEL);
    let to = format!("{image}:disk");
    let made =
        world.ok(&["--image", &image, "--type", "qcow2", "--append", "quiet", "--push-to", &to]);
    let artifact = made["artifact"].as_str().unwrap();
    let manifest = crane(&["manifest", artifact]);
    assert_eq!(manifest["subject"]["digest"], made["source_digest"]);
    assert_eq!(manifest["artifactType"], "application/vnd.bootgate.disk.v1");
    let titles = manifest["layers"].as_array().unwrap().iter();
    let titles = titles.map(|it| &it["annotations"]["org.opencontainers.image.title"]);
    assert_eq!(titles.collect::<Vec<_>>(), ["disk.qcow2", "kernel", "initrd", "disk.json"]);
    assert_eq!(manifest["layers"][0]["digest"], made["digest"]);
    let subject = format!("subject:{image}");
    for from in [artifact, &to, &subject] {
        let fetched =
            world.ok(&["--from-artifact", from, "--image", &image, "--output-path", "fetched"]);
        for same in ["digest", "source_digest", "artifact", "append", "format", "kernel_version"] {
            assert_eq!(fetched[same], made[same], "{from}: {same}");
        }
        for file in ["image_path", "kernel", "initrd"] {
            let [made, fetched] = [&made, &fetched].map(|it| fs::read(it[file].as_str().unwrap()));
            assert!(made.unwrap() == fetched.unwrap(), "{file}");
        }
    }
    assert!(fs::read_dir(world.path("fetched")).unwrap().count() == 4);
}

#[test]
fn of_several_disks_the_newest_is_meant() {
    let world = World::start();
    let image = world.image("os", &KERNEL);
    let push = |append: &str| {
        world.ok(&["--image", &image, "--append", append, "--push-to", &image])["artifact"].clone()
    };
    let old = push("old");
    let new = push("new");
    let subject = format!("subject:{image}");
    let fetched = world.ok(&["--from-artifact", &subject]);
    assert_eq!((&fetched["artifact"], old == new), (&new, false));
    assert!(fetched["append"].as_str().unwrap().ends_with(" new"));
}

#[test]
fn a_disk_of_another_image_and_what_is_no_disk_are_refused() {
    let world = World::start();
    let (one, other) =
        (world.image("one", &KERNEL), world.image("other", &[&KERNEL[..], &[("x", "")]].concat()));
    let made = world.ok(&["--image", &one, "--push-to", &one]);
    let artifact = made["artifact"].as_str().unwrap();
    let subject = format!("subject:{other}");
    for (arguments, words) in [
        (vec!["--from-artifact", artifact, "--image", &other], "and not about"),
        (vec!["--from-artifact", &one], "is no disk of ours"),
        (vec!["--from-artifact", &subject], "no disk is attached"),
        (vec!["--from-artifact", artifact, "--arch", "s390x"], "is for `"),
        (vec!["--image", artifact], "is no container image"),
    ] {
        let ran = world.run(&arguments);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{arguments:?}: {ran:?}");
    }
    assert!(!world.path("disk/disk.qcow2").exists());
}

#[test]
fn a_disk_that_somebody_else_attached_is_not_taken_for_ours() {
    let world = World::start();
    let image = world.image("os", &KERNEL);
    let key = |name: &str| {
        let path = world.path(name).to_str().unwrap().to_owned();
        let fixed = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
        said("openssl", &[&fixed[..], &[&path]].concat());
        path
    };
    let (ours, theirs) = (key("ours.key"), key("theirs.key"));
    let push = |append: &str, by: &[&str]| {
        let common = ["--image", &image, "--append", append, "--push-to", &image];
        world.ok(&[&common[..], by].concat())["artifact"].as_str().unwrap().to_owned()
    };
    let subject = format!("subject:{image}");
    let fetch =
        |from: &str| world.run(&["--from-artifact", from, "--signing-key", &ours, "--json"]);
    let unsigned = push("first", &[]);
    for from in [&subject, &unsigned] {
        let ran = fetch(from);
        assert!(ran.code == Some(2) && ran.err.contains("was not signed with this key"), "{ran:?}");
    }
    let good = push("good", &["--signing-key", &ours]);
    let (other, last) = (push("other", &["--signing-key", &theirs]), push("last", &[]));
    let fetched: Value = serde_json::from_str(&fetch(&subject).out).unwrap();
    assert_eq!(fetched["artifact"], good.as_str());
    assert_eq!([&good, &other, &last].map(|disk| fetch(disk).code), [Some(0), Some(2), Some(2)]);
}
