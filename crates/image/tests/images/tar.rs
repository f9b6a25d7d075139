//! Archives as trees: what GNU tar packs, and what nobody should.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use image::{Content, Kind, Node, Tree, cpio, ext4};
use proptest::prelude::*;
use tar::EntryType::{Block, Char, Directory, Fifo, GNUSparse, Link, Regular, Symlink};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use crate::fixture::ask;

const LONG: &str = "a-name-so-long-that-the-oldest-headers-of-tar-cannot-hold-it-and-so-it-needs-an-extension-of-posix-or-of-gnu";

/// Name, kind, what a link leads to, and contents.
pub(crate) type Entry<'a> = (&'a str, EntryType, &'a str, &'a [u8]);

/// Everything is 7's and 8's and has mode 4751. Devices are 5:1.
fn header((name, kind, link, contents): Entry<'_>) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o104_751);
    header.set_uid(7);
    header.set_gid(8);
    header.set_mtime(1);
    header.set_device_major(5).unwrap();
    header.set_device_minor(1).unwrap();
    header.set_size(contents.len() as u64);
    header.set_cksum();
    header
}

pub(crate) fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    entries.iter().for_each(|entry| builder.append(&header(*entry), entry.3).unwrap());
    builder.into_inner().unwrap()
}

fn read(bytes: &[u8], scratch: &Path) -> Result<Tree, image::tar::TarError> {
    let mut tree = Tree::new();
    image::tar::read(bytes, scratch, &mut tree).map(|()| tree)
}

/// One of each that needs no privilege, packed by GNU tar.
fn packed(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("bin/tools")).unwrap();
    for (name, size, mode) in [
        ("bin/su", 100_000, 0o4755),
        ("bin/small", 4095, 0o640),
        ("bin/page", 4096, 0),
        (LONG, 0, 0o2711),
    ] {
        fs::write(tree.join(name), vec![b'x'; size]).unwrap();
        fs::set_permissions(tree.join(name), Permissions::from_mode(mode)).unwrap();
    }
    symlink("/../bin/su", tree.join("bin/link")).unwrap();
    fs::hard_link(tree.join("bin/su"), tree.join("bin/tools/su")).unwrap();
    fs::set_permissions(tree.join("bin/tools"), Permissions::from_mode(0o3771)).unwrap();
    let owners = ["--numeric-owner", "--owner=1000", "--group=3000000"];
    let to = folder.join("packed.tar");
    let mut tar = Command::new("tar");
    tar.args(owners).args(arguments).arg("-cf").arg(&to).arg("-C").arg(&tree).arg(".");
    assert!(tar.status().unwrap().success());
    fs::read(to).unwrap()
}

/// Mode, owner, group and name with a link's target, of a line that has these words.
fn line(words: &[&str], owner: &str, group: &str, name: usize) -> String {
    let name = words[name..].join(" ");
    let name = name.trim_start_matches("./").trim_end_matches('/');
    // A further name of a file is like the first one.
    let name = name.split(" link to ").next().unwrap_or_default();
    format!("{} {owner} {group} {name}", words[0].replace('h', "-"))
}

fn listed_by_tar(archive: &Path) -> BTreeSet<String> {
    let listing = ask("tar", &["--numeric-owner", "-tvf"], archive);
    let lines = listing.lines().map(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (owner, group) = words[1].split_once('/').unwrap();
        line(&words, owner, group, 5)
    });
    lines.filter(|line| !line.ends_with(' ')).collect()
}

fn listed_by_cpio(archive: &Path) -> BTreeSet<String> {
    let mut cpio = Command::new("cpio");
    cpio.args(["-itvn", "--quiet"]).stdin(File::open(archive).unwrap()).stderr(Stdio::inherit());
    let listing = String::from_utf8(cpio.output().unwrap().stdout).unwrap();
    let lines = listing.lines().map(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        line(&words, words[2], words[3], 8)
    });
    lines.collect()
}

#[test]
fn what_gnu_tar_packs_has_the_same_owners_and_modes_in_an_initramfs() {
    for format in ["--format=gnu", "--format=posix"] {
        let folder = TempDir::new().unwrap();
        let bytes = packed(folder.path(), &[format]);
        let tree = read(&bytes, folder.path()).unwrap();
        let to = folder.path().join("initrd");
        cpio::write(&tree, &to, &cpio::Options::default()).unwrap();
        let listed = listed_by_cpio(&to);
        assert_eq!(listed, listed_by_tar(&folder.path().join("packed.tar")), "{format}");
        assert!(listed.contains("-rwsr-xr-x 1000 3000000 bin/tools/su"), "{listed:?}");
        assert_eq!(listed.len(), 8);
    }
}

#[test]
fn large_contents_are_on_the_disk_and_names_of_a_file_share_them() {
    let folder = TempDir::new().unwrap();
    let tree = read(&packed(folder.path(), &[]), folder.path()).unwrap();
    let kind = |name: &str| tree.get(name).unwrap().kind.clone();
    let links = tree.links();
    let [one, other] = ["bin/su", "bin/tools/su"].map(|name| links.of(tree.get(name).unwrap()));
    assert_eq!((one, other), (Some((&b"bin/su"[..], 2)), one));
    let Kind::File(Content::Host { path, size: 100_000 }) = kind("bin/su") else { panic!() };
    assert!(fs::read(path).unwrap() == [b'x'; 100_000]);
    assert!(matches!(kind("bin/page"), Kind::File(Content::Host { size: 4096, .. })));
    assert_eq!(kind("bin/small"), Kind::File(Content::Bytes([b'x'; 4095].into())));
}

#[test]
fn owners_modes_attributes_and_devices_come_into_ext4() {
    let folder = TempDir::new().unwrap();
    let attribute = "--pax-option=SCHILY.xattr.user.note:=kept";
    let mut tree =
        read(&packed(folder.path(), &["--format=posix", attribute]), folder.path()).unwrap();
    let devices = [("dev/c", Char, "", &b""[..]), ("dev/b", Block, "", b"")];
    tree.merge(read(&archive(&devices), folder.path()).unwrap()).unwrap();
    let to = folder.path().join("root.ext4");
    ext4::write(&tree, &to, &ext4::Options::default()).unwrap();
    ask("e2fsck", &["-fn"], &to);
    for (path, expected) in [
        (
            "bin/su",
            &["Mode:  04755 ", "User:  1000   Group: 3000000 ", "user.note (4) = \"kept\""][..],
        ),
        (
            "bin/tools",
            &["Mode:  03771 ", "User:  1000   Group: 3000000 ", "user.note (4) = \"kept\""],
        ),
        (
            "dev/c",
            &[
                "Type: character special",
                "Mode:  04751 ",
                "User:     7   Group:     8 ",
                "number: 05:01",
            ],
        ),
        ("dev/b", &["Type: block special", "number: 05:01"]),
    ] {
        let told = ask("debugfs", &["-R", &format!("stat {path}")], &to);
        expected.iter().for_each(|words| assert!(told.contains(words), "{words}: {told}"));
    }
}

#[test]
fn what_comes_later_takes_the_place_of_what_was_there() {
    let folder = TempDir::new().unwrap();
    let entries = [
        ("./", Directory, "", &b""[..]),
        ("a/b", Regular, "", b"1"),
        ("./a/", Directory, "", b""),
        ("h", Link, "./a/b", b""),
        ("a/b", Regular, "", b"2"),
        ("p", Fifo, "", b""),
        ("was-a-link/", Symlink, "a", b""),
        ("was-a-link/", Regular, "", b""),
    ];
    let tree = read(&archive(&entries), folder.path()).unwrap();
    let meta = image::Meta { mode: 0o4751, uid: 7, gid: 8 };
    let dated = |kind| Node { time: Some(1), ..Node::of(kind, meta) };
    let file = |text: &[u8]| dated(Kind::File(Content::Bytes(text.into())));
    let mut expected = Tree::new();
    for (path, node) in [
        ("a", dated(Kind::Folder)),
        ("a/b", file(b"2")),
        ("h", file(b"1")),
        ("p", dated(Kind::Pipe)),
        ("was-a-link", dated(Kind::Folder)),
    ] {
        expected.add(path, node).unwrap();
    }
    assert_eq!(tree, expected);
}

#[test]
fn what_cannot_stand_in_a_tree_is_refused_by_its_name() {
    let folder = TempDir::new().unwrap();
    let holds = |name: &str, why: &str| format!("the archive holds `{name}`, which {why}");
    let fails = |why: &str| format!("the archive does not become a tree: {why}");
    for (entries, expected) in [
        (
            &[("../x", Regular, "", &b""[..])][..],
            fails("the name `../x` cannot be used: it has a part `..`"),
        ),
        (&[("/x", Regular, "", b"")], fails("the name `/x` cannot be used: it is absolute")),
        (&[("d", Directory, "", b""), ("d", Regular, "", b"")], fails("`d` is there twice")),
        (
            &[("l", Symlink, "/", b""), ("l/x", Regular, "", b"")],
            fails("`l/x` cannot be in `l`, which is no folder"),
        ),
        (
            &[("p", EntryType::new(b'V'), "", b"")],
            holds("p", "is neither file, folder, link, device nor pipe"),
        ),
        (&[("s", GNUSparse, "", b"")], holds("s", "is a sparse file")),
        (&[("l", Symlink, "", b"")], holds("l", "is a link that leads nowhere")),
        (
            &[("l", Link, "x", b""), ("x", Regular, "", b"")],
            holds("l", "is linked to no file before it"),
        ),
        (
            &[("d/", Directory, "", b""), ("l", Link, "d", b"")],
            holds("l", "is linked to no file before it"),
        ),
    ] {
        assert_eq!(read(&archive(entries), folder.path()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn an_owner_that_linux_does_not_know_is_refused() {
    let folder = TempDir::new().unwrap();
    let mut header = header(("x", Regular, "", b""));
    header.set_uid(1 << 32);
    header.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&header, io::empty()).unwrap();
    let refused = read(&builder.into_inner().unwrap(), folder.path()).unwrap_err();
    assert!(
        refused.to_string().ends_with("which has no owner and group that Linux knows"),
        "{refused}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_wrong_bytes_make_it_panic(
        changes in prop::collection::vec((0..6_usize, any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let attribute = b"25 SCHILY.xattr.user.a=b\n";
        let entries = [
            ("d/", Directory, "", &b""[..]),
            ("x", EntryType::XHeader, "", attribute),
            ("d/f", Regular, "", &[3; 5000]),
            ("l", Link, "d/f", b""),
            ("s", Symlink, "l", b""),
            ("c", Char, "", b""),
        ];
        let mut builder = Builder::new(Vec::new());
        for (number, entry) in entries.into_iter().enumerate() {
            let (mut header, mut contents) = (header(entry), entry.3.to_vec());
            for (_, at, byte) in changes.iter().filter(|(changed, ..)| *changed == number) {
                let at = at.index(512 + contents.len());
                let bytes = header.as_mut_bytes().iter_mut().chain(&mut contents);
                bytes.skip(at).take(1).for_each(|place| *place = *byte);
            }
            header.set_cksum();
            builder.append(&header, &contents[..]).unwrap();
        }
        let mut bytes = builder.into_inner().unwrap();
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        let scratch = TempDir::new().unwrap();
        if let Ok(tree) = read(&bytes, scratch.path()) {
            for (path, node) in tree.iter() {
                prop_assert!(path.split(|byte| *byte == b'/').all(|part| part != b".." && !part.is_empty()));
                if let Kind::File(Content::Host { path, size }) = &node.kind {
                    prop_assert_eq!((path.parent(), path.metadata().unwrap().len()), (Some(scratch.path()), *size));
                }
            }
        }
    }
}
