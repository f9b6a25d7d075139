//! Each format, looked at by the programs that know it.

use std::fs;
use std::process::Command;

use fetch::Digest;

use crate::job::{Machine, mtype, said, tar};

#[test]
fn every_format_is_liked_by_its_own_checker_and_is_the_same_the_next_time() {
    let check = |format: &str, image: &str| match format {
        "fat12" | "fat16" | "fat32" => said("fsck.fat", &["-n", image]),
        "ext4" => said("e2fsck", &["-fn", image]),
        "erofs" => said("fsck.erofs", &[image]),
        "squashfs" => said("unsquashfs", &["-ll", image]),
        "disk" => said("sgdisk", &["-v", image]),
        "cpio" => said("sh", &["-c", &format!("gzip -dc {image} | cpio -itv")]),
        other => panic!("{other}"),
    };
    for format in ["fat12", "fat16", "fat32", "cpio", "ext4", "erofs", "squashfs", "disk"] {
        let make = || {
            let machine = Machine::new();
            machine.put("a/kernel.bin", "kernel").put("a/sub/long name of a file.txt", "text");
            machine.job(format).input("files", "a/*:boot/").ok();
            let image = machine.image().unwrap();
            let told = check(format, image.to_str().unwrap());
            if matches!(format, "cpio" | "squashfs") {
                assert!(told.contains("boot/sub/long name of a file.txt"), "{format}: {told}");
            }
            Digest::of(&fs::read(image).unwrap())
        };
        assert_eq!(make(), make(), "{format}");
    }
}

#[test]
fn owners_and_modes_of_a_tar_come_into_ext4() {
    let machine = Machine::new();
    machine.put(
        "root.tar",
        tar(
            &[("etc/shadow", "secret")],
            &["--owner=7", "--group=42", "--mode=0640", "--numeric-owner"],
        ),
    );
    machine.job("ext4").input("source", "root.tar").ok();
    let image = machine.image().unwrap();
    let stat = said("debugfs", &["-R", "stat /etc/shadow", image.to_str().unwrap()]);
    assert!(
        stat.contains("User:     7")
            && stat.contains("Group:    42")
            && stat.contains("Mode:  0640"),
        "{stat}"
    );
}

#[test]
fn times_are_those_of_the_source_and_not_of_the_clock() {
    let machine = Machine::new();
    machine.put("x", "");
    machine
        .job("cpio")
        .input("files", "x")
        .input("compression", "none")
        .var("SOURCE_DATE_EPOCH", "1000000000")
        .ok();
    let cpio = fs::read(machine.image().unwrap()).unwrap();
    assert!(cpio.windows(8).any(|window| window == b"3B9ACA00"));
    let log =
        machine.job("cpio").input("files", "x").var("SOURCE_DATE_EPOCH", "yesterday").failed(2);
    assert!(log.contains("`yesterday`"), "{log}");
}

#[test]
fn an_initramfs_is_appended_to_another_one() {
    let machine = Machine::new();
    machine.put("first", "").put("second", "");
    machine.job("cpio").input("files", "first").ok();
    fs::rename(machine.image().unwrap(), machine.path("base.img")).unwrap();
    machine.job("cpio").input("files", "second").input("append-to", "base.img").ok();
    let list = Command::new(env!("CARGO_BIN_EXE_bootgate"))
        .args(["image", "inspect", "--json"])
        .arg(machine.image().unwrap())
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.contains("\"first\"") && list.contains("\"second\""), "{list}");
}

#[test]
fn a_disk_has_an_esp_that_mtools_reads() {
    let machine = Machine::new();
    machine.put("bootx64.efi", "efi");
    machine
        .job("disk")
        .input("files", "bootx64.efi:EFI/BOOT/BOOTX64.EFI")
        .input("size", "64M")
        .ok();
    let image = machine.image().unwrap();
    assert_eq!(fs::metadata(&image).unwrap().len(), 64 << 20);
    let at = format!("{}@@1M", image.display());
    assert_eq!(mtype(at.as_ref(), "EFI/BOOT/BOOTX64.EFI"), b"efi");
}

#[test]
fn images_that_were_made_before_become_the_partitions_of_a_disk_that_grows() {
    let machine = Machine::new();
    machine.put("x", "x");
    for (format, name) in [("fat32", "esp.img"), ("ext4", "root.img")] {
        machine.job(format).input("files", "x").input("output-path", name).ok();
    }
    let job = machine
        .job("disk")
        .input("partitions", "esp:esp.img\nroot:root.img")
        .input("arch", "riscv64");
    job.ok();
    let image = machine.image().unwrap();
    let path = image.to_str().unwrap();
    let grow = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_bootgate"))
            .args(["image", "grow"])
            .args(more)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(grow(&["--partition", "2", path, "256M"]).0, Some(0));
    said("sgdisk", &["-v", path]);
    let table = said("sfdisk", &["--dump", path]);
    assert!(
        table.contains("72EC70A6-CF74-40E6-BD49-4BDA08E8F224")
            && fs::metadata(&image).unwrap().len() == 256 << 20,
        "{table}"
    );
    let (code, said) = grow(&[path, "1M"]);
    assert!(code == Some(2) && said.contains("too small"), "{said}");
}

#[test]
fn a_disk_with_an_mbr_may_be_a_qcow2() {
    let machine = Machine::new();
    machine.put("x", "x");
    machine.job("disk").input("files", "x").input("table", "mbr").input("image-type", "qcow2").ok();
    let image = machine.image().unwrap();
    let raw = machine.path("raw.img");
    said("qemu-img", &["check", image.to_str().unwrap()]);
    said("qemu-img", &["convert", "-O", "raw", image.to_str().unwrap(), raw.to_str().unwrap()]);
    assert!(said("sfdisk", &["--dump", raw.to_str().unwrap()]).contains("label: dos"));
    assert_eq!(mtype(format!("{}@@1M", raw.display()).as_ref(), "x"), b"x");
}

#[test]
fn what_can_be_chosen_is_in_the_image() {
    let machine = Machine::new();
    machine.put("x", "x");
    let job = machine
        .job("fat16")
        .input("files", "x")
        .input("label", "GUEST")
        .input("serial", "1234-ABCD");
    job.input("sector-size", "1024").input("cluster-size", "4096").ok();
    let image = machine.image().unwrap();
    let told = said("mdir", &["-i", image.to_str().unwrap()]);
    assert!(told.contains("1234-ABCD") && told.contains("GUEST"), "{told}");
    let boot = fs::read(&image).unwrap();
    assert_eq!((u16::from_le_bytes([boot[11], boot[12]]), boot[13]), (1024, 4));
    let uuid = "01234567-89ab-4cde-8f01-23456789abcd";
    machine.job("ext4").input("files", "x").input("label", "root").input("uuid", uuid).ok();
    let told = said("dumpe2fs", &["-h", machine.image().unwrap().to_str().unwrap()]);
    assert!(told.contains(uuid) && told.contains("root"), "{told}");
    for (format, how) in [("erofs", "lz4"), ("squashfs", "gzip"), ("cpio", "zstd")] {
        machine.job(format).input("files", "x").input("compression", how).ok();
    }
    assert!(
        machine
            .job("ext4")
            .input("files", "x")
            .input("compression", "gzip")
            .failed(2)
            .contains("`compression`")
    );
}
