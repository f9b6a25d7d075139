//! Trees with all that a tree can have, and what they look like.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// Bytes that do not compress.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> =
        std::iter::repeat_with(&mut next).take(length / 8 + 1).flatten().collect();
    bytes.truncate(length);
    bytes
}

/// Files, folders and links of every kind that is cached.
pub(crate) fn plant(root: &Path) {
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::create_dir_all(root.join("empty/er")).unwrap();
    fs::write(root.join("bin/qemu"), noise(300_000, 7)).unwrap();
    fs::set_permissions(root.join("bin/qemu"), Permissions::from_mode(0o755)).unwrap();
    fs::hard_link(root.join("bin/qemu"), root.join("bin/qemu-system")).unwrap();
    fs::write(root.join("nothing"), "").unwrap();
    fs::write(root.join("read-only"), "512 bytes".repeat(57)).unwrap();
    fs::set_permissions(root.join("read-only"), Permissions::from_mode(0o444)).unwrap();
    symlink("bin/qemu", root.join("qemu")).unwrap();
    symlink("/nowhere/at/all", root.join("dangling")).unwrap();
    symlink("/etc", root.join("out")).unwrap();
    let long = root.join("long").join("n".repeat(120)).join("m".repeat(200));
    fs::create_dir_all(&long).unwrap();
    fs::write(long.join("file"), "deep").unwrap();
    symlink(&long, root.join("to-long")).unwrap();
    fs::write(root.join(OsStr::from_bytes(b"not-\xff-utf8")), "name").unwrap();
    fs::write(root.join("grüße, \"quoted\"\n"), "name").unwrap();
    fs::set_permissions(root.join("empty"), Permissions::from_mode(0o500)).unwrap();
    let at = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
    File::open(root.join("bin/qemu")).unwrap().set_modified(at).unwrap();
    File::open(root.join("empty")).unwrap().set_modified(at).unwrap();
}

/// A file, folder or link, as one would tell it from another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Look {
    kind: &'static str,
    mode: u32,
    mtime: Option<(i64, i64)>,
    links: u64,
    contents: Vec<u8>,
}

/// Everything under `root`, itself included.
pub(crate) fn look(root: &Path) -> BTreeMap<PathBuf, Look> {
    let mut looks = BTreeMap::new();
    walk(root, root, &mut looks);
    looks
}

fn walk(root: &Path, path: &Path, looks: &mut BTreeMap<PathBuf, Look>) {
    let meta =
        path.symlink_metadata().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let kind = meta.file_type();
    let (kind, contents) = if kind.is_symlink() {
        ("link", fs::read_link(path).unwrap().into_os_string().as_bytes().to_owned())
    } else if kind.is_dir() {
        ("folder", Vec::new())
    } else {
        ("file", fs::read(path).unwrap())
    };
    let of_link = kind == "link";
    let look = Look {
        kind,
        mode: if of_link { 0 } else { meta.mode() & 0o777 },
        mtime: (!of_link).then(|| (meta.mtime(), meta.mtime_nsec())),
        links: if kind == "file" { meta.nlink() } else { 0 },
        contents,
    };
    looks.insert(path.strip_prefix(root).unwrap().to_owned(), look);
    if kind == "folder" {
        for entry in fs::read_dir(path).unwrap() {
            walk(root, &entry.unwrap().path(), looks);
        }
    }
}

/// Removes a tree, whatever its modes.
pub(crate) fn fell(root: &Path) {
    if root.join("empty").exists() {
        fs::set_permissions(root.join("empty"), Permissions::from_mode(0o700)).unwrap();
    }
    fs::remove_dir_all(root).unwrap();
}
