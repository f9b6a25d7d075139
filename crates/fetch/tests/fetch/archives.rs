//! What the usual tools pack comes out as it went in.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use fetch::archive::{Limits, Options, open, unpack};
use tempfile::TempDir;

const LONG: &str = "a-name-that-is-so-long-that-the-oldest-headers-of-tar-cannot-hold-it-and-so-it-needs-an-extension-of-posix-or-gnu";

/// Kind, mode, time in seconds and contents of each entry.
type Listing = BTreeMap<PathBuf, (char, u32, i64, Vec<u8>)>;

pub(crate) fn run(program: &str, arguments: &[&str], folder: &Path) {
    let status =
        Command::new(program).args(arguments).current_dir(folder).stdout(Stdio::null()).status();
    assert!(status.unwrap().success(), "{program} {arguments:?}");
}

fn plant(folder: &Path) {
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("sub/deep")).unwrap();
    let times = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    for (name, contents, mode) in [
        ("sub/run", &b"#!/bin/sh\n"[..], 0o755),
        ("sub/deep/data", &[7; 300_000], 0o640),
        (LONG, b"long", 0o600),
        ("with a\nline break", b"x", 0o644),
        ("empty", b"", 0o644),
    ] {
        let path = tree.join(name);
        fs::write(&path, contents).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        File::open(&path).unwrap().set_modified(times).unwrap();
    }
    symlink("../sub/run", tree.join("sub/link")).unwrap();
    for name in ["sub/deep", "sub", ""] {
        let path = tree.join(name);
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        File::open(&path).unwrap().set_modified(times).unwrap();
    }
}

fn list(root: &Path, with_folders: bool) -> Listing {
    let mut found = Listing::new();
    let mut ahead = vec![root.to_owned()];
    while let Some(folder) = ahead.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let (kind, contents) = if meta.is_dir() {
                ahead.push(path.clone());
                ('d', Vec::new())
            } else if meta.is_symlink() {
                ('l', fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes())
            } else {
                ('f', fs::read(&path).unwrap())
            };
            let (mode, mtime) =
                if kind == 'l' { (0, 0) } else { (meta.mode() & 0o7777, meta.mtime()) };
            if with_folders || kind != 'd' {
                found
                    .insert(path.strip_prefix(root).unwrap().into(), (kind, mode, mtime, contents));
            }
        }
    }
    found
}

#[test]
fn every_way_of_packing_comes_out_as_it_went_in() {
    let folder = TempDir::new().unwrap();
    plant(folder.path());
    let expected = list(&folder.path().join("tree"), true);
    assert_eq!(expected.len(), 8);
    for (flags, name) in [
        (&["--format=gnu"][..], "gnu"),
        (&["--format=posix"], "posix"),
        (&["--format=pax", "--gzip"], "gz"),
        (&["--xz"], "xz"),
        (&["--zstd"], "zst"),
        (&["--bzip2"], "bz2"),
    ] {
        let mut arguments = flags.to_vec();
        arguments.extend(["-cf", name, "tree"]);
        run("tar", &arguments, folder.path());
        let target = folder.path().join(format!("out/{name}"));
        let options = Options { strip: 1, ..Options::default() };
        let unpacked = unpack(&folder.path().join(name), &target, &options).unwrap();
        assert_eq!(list(&target, true), expected, "{name}");
        assert_eq!(unpacked.entries, 9);
    }
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 6, "something is left");
}

#[test]
fn a_tar_is_opened_whatever_packs_it_and_nothing_else_is() {
    let folder = TempDir::new().unwrap();
    plant(folder.path());
    run("tar", &["-cf", "plain", "tree"], folder.path());
    let plain = fs::read(folder.path().join("plain")).unwrap();
    let opened = |name: &str| open(&folder.path().join(name), &Limits::default()).unwrap();
    for (program, suffix) in [("gzip", ".gz"), ("xz", ".xz"), ("zstd", ".zst"), ("bzip2", ".bz2")] {
        run(program, &["-qk", "plain", "tree/sub/run"], folder.path());
        let (mut bytes, packed) = (Vec::new(), format!("plain{suffix}"));
        opened(&packed).unwrap().read_to_end(&mut bytes).unwrap();
        assert!(bytes == plain, "{program}");
        assert!(opened(&format!("tree/sub/run{suffix}")).is_none(), "{program}");
    }
    run("zip", &["-qr", "packed.zip", "tree"], folder.path());
    for name in ["packed.zip", "tree/sub/run", "tree/empty"] {
        assert!(opened(name).is_none(), "{name}");
    }
}

#[test]
fn a_zip_comes_out_as_it_went_in() {
    let folder = TempDir::new().unwrap();
    plant(folder.path());
    run("zip", &["-qry", "packed", "tree"], folder.path());
    unpack(&folder.path().join("packed.zip"), &folder.path().join("out"), &Options::default())
        .unwrap();
    assert_eq!(list(&folder.path().join("out"), true), {
        let tree = list(&folder.path().join("tree"), true);
        let mut tree: Listing =
            tree.into_iter().map(|(path, entry)| (Path::new("tree").join(path), entry)).collect();
        tree.insert("tree".into(), ('d', 0o755, 1_600_000_000, Vec::new()));
        tree
    });
}

#[test]
fn a_single_file_is_named_without_the_suffix() {
    let folder = TempDir::new().unwrap();
    // The first kilobyte of many disk images.
    let image = [vec![0; 1024], vec![9; 5000]].concat();
    for (program, suffix) in [("gzip", "gz"), ("xz", "xz"), ("zstd", "zst"), ("bzip2", "bz2")] {
        fs::write(folder.path().join("disk.img"), &image).unwrap();
        run(program, &["-q", "disk.img"], folder.path());
        let packed = folder.path().join(format!("disk.img.{suffix}"));
        let out = folder.path().join(suffix);
        unpack(&packed, &out, &Options::default()).unwrap();
        assert_eq!(list(&out, true).into_keys().collect::<Vec<_>>(), [Path::new("disk.img")]);
        assert_eq!(fs::read(out.join("disk.img")).unwrap(), image);
        let _replaced = fs::remove_file(folder.path().join("disk.img"));
    }
    let named = Options { name: Some("other.raw.gz".into()), ..Options::default() };
    unpack(&folder.path().join("disk.img.gz"), &folder.path().join("named"), &named).unwrap();
    assert!(folder.path().join("named/other.raw").is_file());
}

#[test]
fn parts_that_were_joined_are_all_unpacked() {
    let folder = TempDir::new().unwrap();
    for (program, suffix) in [("gzip", "gz"), ("xz", "xz"), ("zstd", "zst"), ("bzip2", "bz2")] {
        let script = format!("(echo one | {program} -c; echo two | {program} -c) > both.{suffix}");
        run("sh", &["-c", &script], folder.path());
        let out = folder.path().join(suffix);
        unpack(&folder.path().join(format!("both.{suffix}")), &out, &Options::default()).unwrap();
        assert_eq!(fs::read(out.join("both")).unwrap(), b"one\ntwo\n", "{program}");
    }
}

#[test]
fn links_between_files_stay_links() {
    let folder = TempDir::new().unwrap();
    let script = "mkdir a; echo x > a/one; ln a/one a/two; ln -s two a/soft; tar -cf packed.tar a";
    run("sh", &["-c", script], folder.path());
    let out = folder.path().join("out");
    let options = Options { strip: 1, ..Options::default() };
    unpack(&folder.path().join("packed.tar"), &out, &options).unwrap();
    let inode = |name| out.join(name).metadata().unwrap().ino();
    assert_eq!((inode("one"), inode("one")), (inode("two"), inode("soft")));
}
