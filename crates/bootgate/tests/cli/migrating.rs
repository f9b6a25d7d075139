//! The first moves of docs/migrating.md, made: what people had before and what they have after, on one guest.

use std::fs;
use std::process::Command;

use testkit::guest;

use crate::world::World;

const PAGE: &str = include_str!("../../../../docs/migrating.md");

/// The first block in this language behind a heading.
fn block(heading: &str, language: &str) -> &'static str {
    let (_, section) = PAGE.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let (_, rest) = section.split_once(&format!("\n```{language}\n")).expect("a block");
    rest.split("```").next().expect("its end")
}

#[test]
fn a_panic_after_the_sign_is_green_by_the_script_and_crashed_by_the_spec_that_takes_its_place() {
    let (world, guest) = (World::new(), guest("x86_64"));
    fs::create_dir(world.path("out")).expect("a folder");
    fs::copy(guest.kernel, world.path("out/kernel")).expect("a kernel");
    fs::copy(guest.initrd, world.path("out/initrd")).expect("an initramfs");
    let panics = |text: &str| {
        let panics = text.replace("panic=-1", "panic=-1 bootgate.mode=panic");
        assert_ne!(panics, text, "the command line of the page has changed");
        panics
    };
    world.file("boot.sh", panics(block("From a script", "sh")));
    let mut before = Command::new("sh");
    let before = before.args(["-e", "boot.sh"]).current_dir(world.path("")).output();
    let before = before.expect("a shell");
    let console = String::from_utf8_lossy(&before.stdout);
    assert!(console.contains("Kernel panic - not syncing"), "{console}");
    assert!(before.status.success(), "the script has learned something: {console}");
    let after = world.boot(&world.file("smoke.yaml", panics(block("From a script", "yaml"))));
    assert_eq!(after.verdict(), (Some(1), "crashed".into()), "{}{}", after.stdout, after.stderr);
    let told = format!("`crashed smoke: {}`", after.json()["title"].as_str().expect("a title"));
    assert!(PAGE.contains(&told), "the page does not say {told}");
}

#[test]
fn an_image_is_made_without_root_as_the_page_says() {
    let world = World::new();
    fs::create_dir(world.path("out")).expect("a folder");
    world.file("out/nimbos.bin", "a kernel");
    let command =
        PAGE.lines().find(|line| line.starts_with("bootgate setup-guest-image ")).expect("it");
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    let made = world.run(&words);
    assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
    let held = world.run(&["image", "inspect", "disk.img"]);
    assert!(
        held.stdout.contains("fat32") && held.stdout.contains("nimbos-x86_64.bin"),
        "{}",
        held.stdout
    );
}
