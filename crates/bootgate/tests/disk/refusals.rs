//! What is wrong is said by its name and with the next step, and nothing half-made is left.

use std::fs;

use fetch::Digest;
use testkit::meddler::{self, Meddle};

use crate::world::{KERNEL, Ran, World, go_arch};

/// It fails with this code and these words, and leaves nothing.
fn refused(world: &World, ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    words.iter().for_each(|word| assert!(ran.err.contains(word), "no `{word}`: {}", ran.err));
    assert!(!world.path("disk/disk.raw").exists());
    let kept = world.path("home/.cache/bootgate/disks");
    for left in fs::read_dir(kept).into_iter().flatten().flatten() {
        let runs = fs::read_dir(left.path()).unwrap().count();
        assert_eq!(runs, 0, "{} is left", left.path().display());
    }
}

#[test]
fn wishes_that_contradict_each_other_are_said_before_anything_is_done() {
    let world = World::start();
    for (arguments, words) in [
        (&["--type", "iso"][..], ["neither `iso` nor `ami`", "bootc-image-builder"]),
        (&["--type", "ami"], ["neither `iso` nor `ami`", "hint"]),
        (&["--config", "config.toml"], ["`config` is for bootc-image-builder", "hint"]),
        (&["--filesystem", "erofs", "--size", "1G"], ["as large as what is in it", "`size`"]),
        (&["--engine", "bootc-image-builder", "--layout", "disk"], ["`layout`", "hint"]),
        (&["--engine", "bootc-image-builder", "--append", "x"], ["customizations.kernel", "hint"]),
        (&["--engine", "bootc-image-builder", "--arch", "s390x"], ["`s390x`", "hint"]),
        (&["--append", "a\nb"], ["more than one line", "`append`"]),
    ] {
        // Nobody is asked: there is no such host.
        let ran = world.run(&[&["--image", "registry.invalid/os"], arguments].concat());
        refused(&world, &ran, 2, &words);
    }
    refused(&world, &world.run(&[]), 2, &["--image"]);
    refused(&world, &world.run(&["--image", "Not An Image"]), 2, &["Not An Image"]);
}

#[test]
fn an_image_that_does_not_start_is_refused_with_what_to_install() {
    let world = World::start();
    let empty = world.image("empty", &[("etc/motd", "hello\n")]);
    refused(&world, &world.run(&["--image", &empty]), 2, &["no kernel", "`linux-image-amd64`"]);
    let loose = world.image("os", &KERNEL);
    let disk = ["--image", &loose, "--layout", "disk"];
    refused(&world, &world.run(&disk), 2, &["neither systemd-boot", "`systemd-boot-efi`"]);
    let small = ["--image", &loose, "--size", "2M"];
    refused(&world, &world.run(&small), 2, &["2097152", "are needed"]);
}

#[test]
fn an_image_for_another_architecture_is_refused_with_those_that_there_are() {
    let world = World::start();
    let image = world.image("os", &KERNEL);
    let ran = world.run(&["--image", &image, "--arch", "riscv64"]);
    let there = format!("it has something for linux/{}", go_arch());
    refused(&world, &ran, 2, &["has nothing for `linux/riscv64`", &there]);
}

#[test]
fn a_layer_that_is_not_what_its_digest_says_is_the_registrys_fault() {
    let world = World::start();
    world.image("os", &KERNEL);
    let web = meddler::before(world.registry.host(), |asked| {
        if !asked.target.contains("/blobs/") || asked.method != "GET" {
            return Meddle::Pass;
        }
        Meddle::change(|mut page| {
            // The configuration is JSON, and is left alone.
            if !page.body.starts_with(b"{") {
                page.body.iter_mut().skip(20).take(1).for_each(|byte| *byte ^= 1);
            }
            page
        })
    });
    let ran = world.run(&["--image", &format!("{}/os", web.host())]);
    refused(&world, &ran, 3, &["sha256:"]);
}

#[test]
fn too_little_space_is_said_with_both_numbers_before_a_layer_is_pulled() {
    let world = World::start();
    let noise: String =
        (0..4000).map(|it| Digest::of(&[it as u8, (it >> 8) as u8]).hex()).collect();
    let image = world.image("os", &[&KERNEL[..], &[("noise", &noise)]].concat());
    let script = r#"mount -t tmpfs -o size=64k small "$HOME" || exit 99; exec "$@""#;
    let ours = world.command(&["--image", &image]);
    let mut command = testkit::mounting_shell();
    command.arg(script).arg("sh").arg(ours.get_program()).args(ours.get_args());
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = Ran::from(command.current_dir(world.path("")).output().unwrap());
    refused(&world, &ran, 3, &["not enough space", "are needed", "MiB are free"]);
}
