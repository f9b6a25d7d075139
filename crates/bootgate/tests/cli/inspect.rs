//! `bootgate image inspect`: images of others, of ours, damaged ones, and what is none.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;

use image::disk::{self, PartitionKind, Source};
use image::{Content, Kind, Meta, Node, Tree, cpio, fat};

use crate::world::{Ran, World};

/// What a terminal would act on, and what is hidden or turns the line around in it.
const EVIL: &str = "\x1b]0;owned\x07\u{9b}31m\u{202e}evil";

fn inspect(world: &World, image: &str) -> (Ran, Ran) {
    let run = |arguments: &[&str]| world.run(&[&["image", "inspect", image], arguments].concat());
    (run(&[]), run(&["--json"]))
}

fn file(content: &str, mode: u32) -> Node {
    Node::file(Content::Bytes(content.as_bytes().into()), mode)
}

/// An initramfs in which everything is that may be wrong with a name.
fn archive(world: &World) -> String {
    let mut tree = Tree::new();
    tree.add("init", file("#!", 0o4755)).unwrap();
    tree.add(format!("tmp/{EVIL}"), file("x", 0o644)).unwrap();
    let link = Kind::Symlink(format!("/{EVIL}").into_bytes());
    tree.add("link", Node::of(link, Meta { mode: 0o777, uid: 1000, gid: 5 })).unwrap();
    let options = cpio::Options { compression: cpio::Compression::Zstd, ..Default::default() };
    cpio::write(&tree, &world.path("initrd"), &options).unwrap();
    "initrd".into()
}

/// A disk with an ESP and a partition of nothing, both with this label.
fn gpt(world: &World, label: &str) -> String {
    let mut tree = Tree::new();
    tree.add("EFI/BOOT/BOOTX64.EFI", file("MZ", 0o644)).unwrap();
    fat::write(&tree, &world.path("esp"), &fat::Options::default()).unwrap();
    let esp = Source::File(world.path("esp"));
    let partitions = [
        disk::Partition { kind: PartitionKind::Esp, label, source: esp, size: None },
        disk::Partition {
            kind: PartitionKind::Swap,
            label,
            source: Source::Empty,
            size: Some(4096),
        },
    ];
    disk::write(&partitions, &world.path("disk"), &disk::Options::default()).unwrap();
    "disk".into()
}

#[test]
fn a_fat_image_of_mtools_is_listed_as_it_was_filled() {
    let world = World::new();
    let image = File::create(world.path("fat")).unwrap();
    image.set_len(2 << 20).unwrap();
    world.file("hello", "12345");
    let script = "mkfs.vfat -n BOOT -i 12345678 fat && mmd -i fat ::/efi && mcopy -i fat hello '::/efi/A long name.txt'";
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-ec", script]).env("PATH", path).current_dir(world.path(""));
    assert!(shell.output().unwrap().status.success());
    let (ran, json) = inspect(&world, "fat");
    let lines = "fat12 \"BOOT\", 1234-5678, 2 MiB\n   drwxr-xr-x  0:0  0  efi\n   \
                 -rw-r--r--  0:0  5  efi/A long name.txt\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), lines), "{}", ran.stderr);
    let json = json.json();
    assert_eq!((&json["image"], &json["kind"]), (&"file-system".into(), &"fat12".into()));
    assert_eq!(json["files"][1]["path"], "efi/A long name.txt");
}

#[test]
fn a_disks_partitions_are_listed_with_their_files() {
    let world = World::new();
    let (ran, json) = inspect(&world, &gpt(&world, "system"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        (lines[0], lines[2]),
        ("disk with GPT table, 4 MiB", "1: esp \"system\", 1 MiB at 1 MiB")
    );
    assert!(lines[3].starts_with("   fat12, "), "{}", ran.stdout);
    assert_eq!(lines[6], "   -rw-r--r--  0:0  2  EFI/BOOT/BOOTX64.EFI");
    assert_eq!(
        lines[8..],
        ["2: swap \"system\", 4 KiB at 2 MiB", "   no file system that is known"]
    );
    let json = json.json();
    assert_eq!(json["partitions"][0]["file-system"]["files"][2]["size"], 2);
}

#[test]
fn damage_is_said_beside_what_is_still_there() {
    let world = World::new();
    let image = gpt(&world, "system");
    let disk = File::options().read(true).write(true).open(world.path(&image)).unwrap();
    let mut reserved = [0; 2];
    disk.read_exact_at(&mut reserved, (1 << 20) + 14).unwrap();
    // In the table of clusters, both folders' entries lead to one that is none.
    let table = (1 << 20) + 512 * u64::from(u16::from_le_bytes(reserved));
    disk.write_all_at(&[0x77; 3], table + 3).unwrap();
    let (ran, json) = inspect(&world, &image);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("   not all is listed: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("2: swap"), "{}", ran.stdout);
    assert!(json.json()["partitions"][0]["file-system"]["incomplete"].is_string());
}

#[test]
fn what_is_no_image_is_said_to_be_none() {
    let world = World::new();
    world.file("text", "a text");
    let (ran, json) = inspect(&world, "text");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "nothing that is known, 6 B\n"));
    assert_eq!(json.json(), serde_json::json!({ "size": 6, "image": "unknown" }));
}

#[test]
fn what_cannot_be_read_is_the_users_mistake() {
    let world = World::new();
    for (path, why) in [("nowhere.img", "No such file"), (".", "it is no regular file")] {
        let (ran, json) = inspect(&world, path);
        assert_eq!((ran.code, json.code, ran.stdout.as_str()), (Some(2), Some(2), ""));
        assert!(ran.stderr.contains(path) && ran.stderr.contains(why), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
}

#[test]
fn nothing_in_an_image_can_act_on_the_terminal() {
    let world = World::new();
    for image in [archive(&world), gpt(&world, EVIL)] {
        let (ran, json) = inspect(&world, &image);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for text in [ran.stdout, json.stdout] {
            assert!(text.contains("evil"), "{text}");
            let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!text.contains(acts), "{text:?}");
        }
    }
}

#[test]
fn modes_owners_and_targets_stand_in_the_list() {
    let world = World::new();
    let (ran, _) = inspect(&world, &archive(&world));
    assert!(ran.stdout.starts_with("initramfs, packed: zstd, "), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n   -rwsr-xr-x  0:0      2  init\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n   lrwxrwxrwx  1000:5  "), "{}", ran.stdout);
    assert!(ran.stdout.contains("  link -> /\\x1b]0;owned"), "{}", ran.stdout);
}
