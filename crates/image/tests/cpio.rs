//! The archives, read back by GNU cpio and by a small reader of our own.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use image::{Cpio, CpioError, Device, Meta};
use proptest::prelude::*;

const EPOCH: u32 = 1_700_000_000;

fn archive(fill: impl FnOnce(&mut Cpio<Vec<u8>>) -> Result<(), CpioError>) -> Vec<u8> {
    let mut cpio = Cpio::new(Vec::new(), EPOCH);
    fill(&mut cpio).unwrap();
    cpio.finish().unwrap()
}

fn small_system(cpio: &mut Cpio<Vec<u8>>) -> Result<(), CpioError> {
    cpio.directory("tmp", Meta::root(0o1777))?;
    cpio.file("bin/busybox", Meta::root(0o4755), b"\x7fELF")?;
    cpio.symlink("bin/sh", "busybox", Meta::root(0o777))?;
    cpio.linked_file(&["usr/a", "usr/b", "c"], Meta::root(0o644), b"one content")?;
    cpio.file("empty", Meta { mode: 0o600, uid: 1000, gid: 100 }, b"")
}

fn gnu_cpio(arguments: &[&str], folder: &Path, input: &[u8]) -> String {
    let mut child = Command::new("cpio")
        .args(arguments)
        .current_dir(folder)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("GNU cpio runs: `./x setup test` installs it");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "cpio: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn gnu_cpio_lists_every_entry_with_its_kind_mode_owner_and_time() {
    let bytes = archive(|cpio| {
        small_system(cpio)?;
        cpio.device("dev/console", Device::Char { major: 5, minor: 1 }, Meta::root(0o600))?;
        cpio.device(
            "dev/vda",
            Device::Block { major: 254, minor: 0 },
            Meta { mode: 0o660, uid: 0, gid: 6 },
        )
    });
    let listing = gnu_cpio(&["-itvn", "--quiet"], Path::new("/"), &bytes);
    let squeezed: Vec<String> =
        listing.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        squeezed,
        [
            "drwxrwxrwt 2 0 0 0 Nov 14 2023 tmp",
            "drwxr-xr-x 2 0 0 0 Nov 14 2023 bin",
            "-rwsr-xr-x 1 0 0 4 Nov 14 2023 bin/busybox",
            "lrwxrwxrwx 1 0 0 7 Nov 14 2023 bin/sh -> busybox",
            "drwxr-xr-x 2 0 0 0 Nov 14 2023 usr",
            "-rw-r--r-- 3 0 0 0 Nov 14 2023 usr/a",
            "-rw-r--r-- 3 0 0 0 Nov 14 2023 usr/b",
            "-rw-r--r-- 3 0 0 11 Nov 14 2023 c",
            "-rw------- 1 1000 100 0 Nov 14 2023 empty",
            "drwxr-xr-x 2 0 0 0 Nov 14 2023 dev",
            "crw------- 1 0 0 5, 1 Nov 14 2023 dev/console",
            "brw-rw---- 1 0 6 254, 0 Nov 14 2023 dev/vda",
        ]
    );
}

#[test]
fn gnu_cpio_unpacks_content_modes_times_and_links() {
    let folder = tempfile::tempdir().unwrap();
    gnu_cpio(&["-idm", "--quiet", "--no-preserve-owner"], folder.path(), &archive(small_system));
    let stat = |name: &str| fs::symlink_metadata(folder.path().join(name)).unwrap();
    assert_eq!(fs::read(folder.path().join("bin/busybox")).unwrap(), b"\x7fELF");
    assert_eq!(stat("bin/busybox").permissions().mode() & 0o777, 0o755);
    assert_eq!(stat("bin/busybox").mtime(), i64::from(EPOCH));
    assert_eq!(fs::read_link(folder.path().join("bin/sh")).unwrap(), Path::new("busybox"));
    assert_eq!(fs::read(folder.path().join("usr/a")).unwrap(), b"one content");
    assert_eq!((stat("usr/a").ino(), stat("usr/b").ino()), (stat("c").ino(), stat("c").ino()));
    assert_eq!(stat("tmp").permissions().mode() & 0o7777, 0o1777);
    assert_eq!(stat("empty").len(), 0);
}

#[test]
fn a_compressed_archive_is_one_with_an_encoder_around_it() {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let mut cpio = Cpio::new(encoder, EPOCH);
    cpio.file("init", Meta::root(0o755), b"#!/bin/sh\n").unwrap();
    let bytes = cpio.finish().unwrap().finish().unwrap();
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(gnu_cpio(&["-it", "--quiet"], Path::new("/"), &unpacked), "init\n");
}

#[test]
fn the_same_calls_give_the_same_bytes_in_whole_blocks() {
    assert_eq!(archive(small_system), archive(small_system));
    assert_eq!(archive(small_system).len() % 512, 0);
    assert_eq!(archive(|_| Ok(())).len(), 512);
}

#[test]
fn a_name_can_be_taken_once() {
    let mut cpio = Cpio::new(Vec::new(), 0);
    cpio.file("a/b", Meta::root(0o644), b"").unwrap();
    let refused = cpio.file("a/b", Meta::root(0o644), b"").unwrap_err();
    assert_eq!(refused.to_string(), "`a/b` is in the archive already");
    assert!(matches!(cpio.directory("a", Meta::root(0o700)), Err(CpioError::Duplicate { .. })));
}

#[test]
fn nothing_goes_below_a_link() {
    let mut cpio = Cpio::new(Vec::new(), 0);
    cpio.symlink("etc", "/etc", Meta::root(0o777)).unwrap();
    let refused = cpio.file("etc/passwd", Meta::root(0o644), b"").unwrap_err();
    assert_eq!(refused.to_string(), "`etc/passwd` is below `etc`, which is no folder");
}

#[test]
fn a_refused_name_leaves_no_trace() {
    let bytes = archive(|cpio| {
        assert!(cpio.file("../x", Meta::root(0o644), b"").is_err());
        assert!(cpio.symlink("x", "", Meta::root(0o777)).is_err());
        assert!(cpio.linked_file(&[] as &[&str], Meta::root(0o644), b"").is_err());
        Ok(())
    });
    assert_eq!(bytes, archive(|_| Ok(())));
}

#[test]
fn a_file_of_4_gib_is_refused_before_a_byte_of_it_is_read() {
    let mut cpio = Cpio::new(io::sink(), 0);
    let refused = cpio.stream("disk", Meta::root(0o644), 1 << 32, io::empty()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`disk` has 4294967296 bytes: a cpio archive holds files of less than 4 GiB"
    );
}

#[test]
fn a_reader_that_is_shorter_or_longer_than_announced_is_an_error() {
    for (announced, content) in [(5, "four"), (3, "four")] {
        let mut cpio = Cpio::new(Vec::new(), 0);
        let refused =
            cpio.stream("x", Meta::root(0o644), announced, content.as_bytes()).unwrap_err();
        assert!(matches!(refused, CpioError::Length { .. }), "{refused}");
    }
}

/// Reads regular files back as the form describes them; panics where it does not hold.
fn read_back(bytes: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let (mut at, mut files) = (0, BTreeMap::new());
    loop {
        let field = |number: usize| {
            let start = at + 6 + number * 8;
            usize::from_str_radix(std::str::from_utf8(&bytes[start..start + 8]).unwrap(), 16)
                .unwrap()
        };
        assert_eq!(&bytes[at..at + 6], b"070701");
        let (mode, size, name_size) = (field(1), field(6), field(11));
        let name = &bytes[at + 110..at + 110 + name_size - 1];
        let body = (at + 110 + name_size).next_multiple_of(4);
        if name == b"TRAILER!!!" {
            assert!(bytes[body..].iter().all(|byte| *byte == 0));
            return files;
        }
        if mode & 0o170_000 == 0o100_000 {
            files.insert(name.to_vec(), bytes[body..body + size].to_vec());
        }
        at = (body + size).next_multiple_of(4);
    }
}

/// Files whose names never are each other's folders: folders end in `.d`, files never do.
fn files() -> impl Strategy<Value = BTreeMap<Vec<u8>, Vec<u8>>> {
    let folder = "[a-zA-Z0-9 _-]{1,9}[.]d/";
    let name = (prop::collection::vec(folder, 0..4), "[ -.0-~]{1,20}")
        .prop_map(|(folders, file)| format!("{}{file}", folders.concat()).into_bytes())
        .prop_filter("stays a file inside", |name| {
            let file = name.rsplit(|byte| *byte == b'/').next().unwrap();
            file != b"." && file != b".." && !file.ends_with(b".d")
        });
    prop::collection::btree_map(name, prop::collection::vec(any::<u8>(), 0..300), 0..12)
}

fn pack(files: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    archive(|cpio| {
        files.iter().try_for_each(|(name, content)| cpio.file(name, Meta::root(0o644), content))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_in_comes_out(files in files()) {
        prop_assert_eq!(read_back(&pack(&files)), files);
    }

    #[test]
    fn no_name_makes_it_panic_or_leave_the_root(name in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut cpio = Cpio::new(Vec::new(), 0);
        let accepted = cpio.file(&name, Meta::root(0o644), b"").is_ok();
        let inside = name.split(|byte| *byte == b'/').all(|part| !part.is_empty() && part != b"." && part != b"..");
        prop_assert_eq!(accepted, inside && !name.contains(&0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gnu_cpio_unpacks_what_went_in(files in files()) {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        gnu_cpio(&["-id", "--quiet", "--no-preserve-owner"], folder.path(), &pack(&files));
        for (name, content) in &files {
            let path = folder.path().join(std::ffi::OsStr::from_bytes(name));
            prop_assert_eq!(&fs::read(path).unwrap(), content);
        }
    }
}
