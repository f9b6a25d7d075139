//! What the disks are, by the programs of others.

use std::fs;

use serde_json::Value;

use crate::world::{KERNEL, World, said};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_root_holds_the_files_as_they_are_beside_kernel_and_initramfs() {
    let world = World::start();
    let files = [&KERNEL[..], &[("etc/motd", "hello\n")]].concat();
    let image = world.image("os", &files);
    let made = world.ok(&["--image", &image, "--append", "console=ttyS0 quiet"]);
    let disk = text(&made["image_path"]);
    said("e2fsck", &["-fn", disk]);
    assert_eq!(said("debugfs", &["-R", "cat /etc/motd", disk]), "hello\n");
    let stat = said("debugfs", &["-R", "stat /etc/motd", disk]);
    assert!(stat.contains("User:     7   Group:     8"), "{stat}");
    assert_eq!(fs::read_to_string(text(&made["kernel"])).unwrap(), "kernel");
    assert_eq!(fs::read_to_string(text(&made["initrd"])).unwrap(), "initramfs");
    let uuid = said("blkid", &["-o", "value", "-s", "UUID", disk]);
    let append = format!("root=UUID={} rootfstype=ext4 rw console=ttyS0 quiet", uuid.trim());
    assert_eq!(text(&made["append"]), append);
    assert_eq!((text(&made["kernel_version"]), &made["is_hit"]), ("6.1.0-10-amd64", &false.into()));
    assert_eq!(made["untested"].as_array().unwrap().len(), 4);
    // A quarter more, and 256 MiB, to boot in.
    assert!(made["size"].as_u64().unwrap() >= 256 << 20, "{made}");
}

#[test]
fn a_digest_is_made_once_and_copied_from_then_on() {
    let world = World::start();
    let image = world.image("os", &KERNEL);
    let first = world.ok(&["--image", &image]);
    assert_eq!(first["is_hit"], false);
    let again = world.run(&["--image", &image, "--output-path", "other", "--json"]);
    let again_made = again.json();
    assert!(!again.err.contains("pulling"), "{}", again.err);
    assert_eq!((&again_made["is_hit"], &again_made["digest"]), (&true.into(), &first["digest"]));
    assert_eq!(
        fs::read(text(&first["image_path"])).unwrap(),
        fs::read(text(&again_made["image_path"])).unwrap()
    );
    assert!(again.err.contains("does not test the bootloader, Secure Boot"), "{}", again.err);
    // Another shape, or another image under the tag, is another disk.
    assert_eq!(world.ok(&["--image", &image, "--size", "300M"])["is_hit"], false);
    world.image("os", &[&KERNEL[..], &[("etc/new", "")]].concat());
    assert_eq!(world.ok(&["--image", &image])["is_hit"], false);
}

#[test]
fn a_disk_has_what_firmware_starts_and_a_root_that_is_found_by_its_type() {
    let world = World::start();
    let loader =
        [("usr/lib/systemd/boot/efi/systemd-bootx64.efi", "systemd-boot"), ("etc/motd", "hello\n")];
    let image = world.image("os", &[&KERNEL[..], &loader].concat());
    let made =
        world.ok(&["--image", &image, "--arch", "x86_64", "--layout", "disk", "--append", "quiet"]);
    let disk = text(&made["image_path"]);
    assert!(said("sgdisk", &["-v", disk]).contains("No problems found"));
    let root = said("sgdisk", &["-i", "2", disk]);
    assert!(root.contains("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"), "{root}");
    assert!(said("sgdisk", &["-i", "1", disk]).contains("C12A7328-F81F-11D2-BA4B-00A0C93EC93B"));
    let esp = format!("{disk}@@1M");
    let file = |name: &str| said("mtype", &["-i", &esp, &format!("::{name}")]);
    assert_eq!(file("EFI/BOOT/BOOTX64.EFI"), "systemd-boot");
    let partuuid = root.split("unique GUID: ").nth(1).unwrap().lines().next().unwrap();
    let entry = file("loader/entries/6.1.0-10-amd64.conf");
    let options = format!("root=PARTUUID={} rootfstype=ext4 rw quiet", partuuid.to_lowercase());
    assert!(entry.ends_with(&format!("options {options}\n")), "{entry}");
    for (line, content) in [("linux", "kernel"), ("initrd", "initramfs")] {
        let path = entry.lines().find_map(|it| it.strip_prefix(&format!("{line} /"))).unwrap();
        assert_eq!(file(path), content);
    }
    let first = root.split("First sector: ").nth(1).unwrap().split(' ').next().unwrap();
    let offset: u64 = first.parse::<u64>().unwrap() * 512;
    let part = format!("{disk}?offset={offset}");
    assert_eq!(said("debugfs", &["-R", "cat /etc/motd", &part]), "hello\n");
    said("e2fsck", &["-fn", &part]);
    assert_eq!((&made["kernel"], text(&made["append"])), (&Value::Null, ""));
}

#[test]
fn a_size_holds_for_a_whole_disk_and_qcow2_is_packed() {
    let world = World::start();
    let loader = ("usr/lib/systemd/boot/efi/systemd-bootx64.efi", "systemd-boot");
    let image = world.image("os", &[&KERNEL[..], &[loader]].concat());
    let asked = ["--image", &image, "--arch", "x86_64", "--layout", "disk", "--size", "1G"];
    let made = world.ok(&[&asked[..], &["--type", "qcow2"]].concat());
    let disk = text(&made["image_path"]);
    let about: Value =
        serde_json::from_str(&said("qemu-img", &["info", "--output=json", disk])).unwrap();
    assert_eq!(
        (&about["format"], &about["virtual-size"]),
        (&"qcow2".into(), &(1_u64 << 30).into())
    );
    assert_eq!(about["format-specific"]["data"]["compression-type"], "zstd");
    assert!(fs::metadata(disk).unwrap().len() < 64 << 20);
}

#[test]
fn an_erofs_is_one_that_others_read() {
    let world = World::start();
    let image = world.image("os", &[&KERNEL[..], &[("etc/motd", "hello\n")]].concat());
    let made = world.ok(&["--image", &image, "--filesystem", "erofs"]);
    said("fsck.erofs", &[text(&made["image_path"])]);
    assert!(text(&made["append"]).ends_with("rootfstype=erofs ro"), "{made}");
}
