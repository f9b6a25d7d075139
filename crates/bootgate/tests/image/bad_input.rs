//! What is wrong is said by its name, and nothing half-made is left under the output's.

use std::fs;

use crate::job::{Machine, tar};

/// The step fails with this code and these words, and what was at the output before still is.
fn refused(machine: &Machine, format: &str, inputs: &[(&str, &str)], code: i32, words: &[&str]) {
    machine.put("out/disk.img", "before");
    let job = inputs.iter().fold(machine.job(format), |job, (name, value)| job.input(name, value));
    let log = job.failed(code);
    words.iter().for_each(|word| assert!(log.contains(word), "no `{word}`: {log}"));
    assert_eq!(fs::read_to_string(machine.image().unwrap()).unwrap(), "before");
}

#[test]
fn names_that_the_format_cannot_hold_are_said() {
    let machine = Machine::new();
    machine.put("what?.bin", "").put("dup/A", "").put("dup/a", "");
    refused(&machine, "fat32", &[("files", "what[?].bin:what?.bin")], 2, &["what?.bin"]);
    refused(&machine, "fat32", &[("files", "dup")], 2, &["dup/A", "dup/a"]);
}

#[test]
fn an_image_that_is_too_small_is_said_with_the_size_that_is_enough() {
    let machine = Machine::new();
    machine.put("big", vec![1; 3 << 20]);
    for (format, words) in [("fat16", "the content needs"), ("ext4", "are needed")] {
        refused(&machine, format, &[("files", "big"), ("size", "1M")], 2, &[words]);
    }
}

#[test]
fn hostile_and_broken_archives_are_refused() {
    let machine = Machine::new();
    let mut outside = tar(&[("aa/evil", "x")], &["--transform=s,./aa,../..,"]);
    machine.put("outside.tar", &outside);
    outside.truncate(700);
    machine.put("cut.tar", &outside);
    machine.put("absolute.tar", tar(&[("a", "x")], &["-P", "--transform=s,./a,/etc/a,"]));
    refused(&machine, "ext4", &[("source", "outside.tar")], 2, &["cannot unpack `outside.tar`"]);
    refused(&machine, "ext4", &[("source", "absolute.tar")], 2, &["/etc/a"]);
    refused(&machine, "ext4", &[("source", "cut.tar")], 2, &["cannot unpack `cut.tar`"]);
}

#[test]
fn a_bomb_is_refused() {
    let machine = Machine::new();
    let zeros = vec![0; 200 << 20];
    let mut bomb = zstd::encode_all(&zeros[..], 19).unwrap();
    bomb.truncate(bomb.len());
    machine.put("bomb.zst", bomb);
    refused(&machine, "fat32", &[("source", "bomb.zst")], 2, &["bytes come out of it"]);
}

#[test]
fn contradictions_are_said_before_anything_is_done() {
    let machine = Machine::new();
    machine.put("x", "");
    refused(&machine, "cpio", &[("files", "x"), ("size", "64M")], 2, &["`size`"]);
    refused(&machine, "ext4", &[("files", "x"), ("append-to", "x")], 2, &["`append-to`"]);
    refused(&machine, "fat32", &[], 2, &["nothing is to go into the image"]);
    refused(&machine, "fat32", &[("files", "missing.bin:y")], 2, &["`missing.bin`"]);
    refused(&machine, "fat32", &[("source", "missing.tar")], 2, &["`missing.tar`"]);
}
