//! Trees as ext4.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use ext4_view::{Ext4, FileType};
use image::ext4::{self, Options, Size};
use image::{Error, Kind, Node, Tree};
use proptest::prelude::*;

use crate::fixture::{Facts, ask, digest, facts, file, owned, system, trees};
use crate::mounted::{exact, mounted};

fn path_of(path: &[u8]) -> Vec<u8> {
    [b"/", path].concat()
}

/// What an independent reader finds at a tree's paths.
fn read_back(image: &Path, tree: &Tree) -> Facts {
    let system = Ext4::load_from_path(image).unwrap();
    let fact = |path: &[u8]| {
        let at = path_of(path);
        let at = ext4_view::Path::new(&at);
        let about = system.symlink_metadata(at).unwrap();
        let (kind, content) = match about.file_type() {
            FileType::Directory => (0o040_000, Vec::new()),
            FileType::Regular => (0o100_000, system.read(at).unwrap()),
            FileType::Symlink => (0o120_000, system.read_link(at).unwrap().as_ref().to_vec()),
            FileType::CharacterDevice => (0o020_000, Vec::new()),
            FileType::BlockDevice => (0o060_000, Vec::new()),
            FileType::Fifo => (0o010_000, Vec::new()),
            other => panic!("{other:?}"),
        };
        (kind | u32::from(about.mode()), about.uid(), about.gid(), content)
    };
    tree.iter().map(|(path, _)| (path.to_vec(), fact(path))).collect()
}

/// The reader does not tell a device's numbers.
fn without_numbers(mut facts: Facts) -> Facts {
    for fact in facts.values_mut().filter(|fact| matches!(fact.0 >> 12, 0o2 | 0o6)) {
        fact.3.clear();
    }
    facts
}

#[test]
fn every_node_is_there_with_its_mode_owner_and_content() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("root.ext4");
    let options = Options { time: 1_700_000_000, label: "system", ..Options::default() };
    let written = ext4::write(&system(), &to, &options).unwrap();
    ask("e2fsck", &["-fn"], &to);
    assert_eq!(read_back(&to, &system()), without_numbers(facts(&system())));
    assert_eq!(written.size, to.metadata().unwrap().len());
    assert!(to.metadata().unwrap().blocks() * 512 < 1 << 20, "the image is not sparse");
    let console = ask("debugfs", &["-R", "stat /dev/console"], &to);
    assert!(console.contains("Device major/minor number: 05:01"), "{console}");
    assert!(console.contains("mtime: 0x6553f100"), "{console}");
    assert!(ask("dumpe2fs", &["-h"], &to).contains("Filesystem volume name:   system\n"));
}

#[test]
fn extended_attributes_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("root.ext4");
    let mut node = file(b"ping");
    let large = vec![b'y'; 3000];
    for (name, value) in
        [("security.capability", &b"\x01\0\0\x02"[..]), ("user.empty", b""), ("user.large", &large)]
    {
        node.xattrs.insert(name.into(), value.into());
    }
    let mut tree = Tree::new();
    tree.add("ping", node).unwrap();
    ext4::write(&tree, &to, &Options::default()).unwrap();
    ask("e2fsck", &["-fn"], &to);
    let listing = ask("debugfs", &["-R", "ea_list ping"], &to);
    for attribute in
        ["security.capability (4) = 01 00 00 02", "user.empty (0)", "user.large (3000)"]
    {
        assert!(listing.contains(attribute), "{listing}");
    }
}

#[test]
fn a_file_has_all_its_names_and_counts_them_and_times_are_kept_if_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("root.ext4");
    let mut tree = Tree::new();
    tree.add("b/<12>", Node { time: Some(1_700_000_000), ..file(&[b'x'; 10_000]) }).unwrap();
    // More than a folder of one block has room for.
    let names: Vec<String> = (0..300).map(|number| format!("many/name {number:060}")).collect();
    names.iter().for_each(|name| tree.link(name.as_bytes(), b"b/<12>").unwrap());
    for (keep_times, mtime) in [(false, "0x00000007"), (true, "0x6553f100")] {
        let options = Options { time: 7, keep_times, ..Options::default() };
        ext4::write(&tree, &to, &options).unwrap();
        ask("e2fsck", &["-fn"], &to);
        let about = [
            r#"stat "/b/<12>""#,
            r#"stat "/many/name 000000000000000000000000000000000000000000000000000000000299""#,
        ]
        .map(|stat| ask("debugfs", &["-R", stat], &to));
        assert!(about[0].contains("Links: 301 ") && about[0].contains(mtime), "{}", about[0]);
        assert_eq!(about[0], about[1]);
        assert_eq!(read_back(&to, &tree), facts(&tree));
    }
}

#[test]
fn linux_finds_in_ext4_all_that_a_layer_says() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("root.ext4");
    let mut tree = system();
    let mut node = Node { time: Some(1 << 33), ..file(&[b'p'; 5000]) };
    node.xattrs.insert(b"user.note".to_vec(), b"kept".to_vec());
    tree.add("ping", node).unwrap();
    tree.link(b"usr/bin/ping", b"ping").unwrap();
    tree.link(b"usr/pipe", b"pipe").unwrap();
    let options = Options { time: 5, keep_times: true, ..Options::default() };
    ext4::write(&tree, &to, &options).unwrap();
    ask("e2fsck", &["-fn"], &to);
    if let Some(mut found) = mounted(&to, "ext4") {
        found.remove(b"lost+found".as_slice());
        assert_eq!(found, exact(&tree, 5));
    }
}

#[test]
fn the_same_tree_gives_the_same_bytes_whatever_the_hosts_files_look_like() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| {
        let host = folder.path().join(name);
        fs::create_dir(&host).unwrap();
        // Made in another order, at another time, with another owner where we may.
        let mut names = ["b", "a", "c"];
        if name == "two" {
            names.reverse();
        }
        for file in names {
            let path = host.join(file);
            fs::write(&path, file.repeat(5000)).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            if name == "two" {
                let _only_root_may = std::os::unix::fs::chown(&path, Some(1234), Some(1234));
                let old = std::time::SystemTime::UNIX_EPOCH;
                fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
            }
        }
        let mut tree = Tree::new();
        tree.graft(b"", &host).unwrap();
        let to = folder.path().join(format!("{name}.ext4"));
        ext4::write(&tree, &to, &Options::default()).unwrap();
        digest(&to)
    });
    assert_eq!(one, two);
}

#[test]
fn another_content_gives_another_identifier() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = [b"1", b"2"].map(|text| {
        let mut tree = Tree::new();
        tree.add("file", file(text)).unwrap();
        let to = folder.path().join("image");
        ext4::write(&tree, &to, &Options::default()).unwrap();
        Ext4::load_from_path(&to).unwrap().uuid().to_string()
    });
    assert_ne!(one, two);
}

#[test]
fn an_image_that_is_too_small_says_what_is_needed_and_that_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("image");
    for (count, size) in [(0, 0), (3, 30 << 20), (3000, 100), (1, 130 << 20)] {
        let mut tree = Tree::new();
        let host = folder.path().join("host");
        fs::write(&host, [7].repeat(size)).unwrap();
        for number in 0..count {
            tree.graft(format!("some/folder/{number:0120}").as_bytes(), &host).unwrap();
        }
        let options = |size| Options { size: Size::Bytes(size), ..Options::default() };
        let refused = ext4::write(&tree, &to, &options(1 << 20)).unwrap_err();
        let Error::TooSmall { needed, .. } = refused else { panic!("{refused}") };
        assert!(!to.exists());
        ext4::write(&tree, &to, &options(needed)).unwrap();
        ask("e2fsck", &["-fn"], &to);
        assert!(
            needed < (count * size) as u64 * 5 / 4 + (64 << 20),
            "{needed} for {count} of {size}"
        );
        fs::remove_file(&to).unwrap();
    }
}

#[test]
fn a_line_break_in_a_name_is_refused_by_name() {
    let mut tree = Tree::new();
    tree.add("a\nquit", file(b"")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refused = ext4::write(&tree, &folder.path().join("i"), &Options::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`a\\nquit` does not fit the format: there is a line break in it"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn lost_and_found_may_be_in_the_tree() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("image");
    let mut tree = Tree::new();
    tree.add("lost+found", owned(0o700, 0, 0, Kind::Folder)).unwrap();
    ext4::write(&tree, &to, &Options::default()).unwrap();
    ask("e2fsck", &["-fn"], &to);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_from_ext4_or_is_refused_by_name(tree in trees()) {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join(std::ffi::OsStr::from_bytes(b"an \xff image"));
        match ext4::write(&tree, &to, &Options::default()) {
            Err(Error::Unfit { .. }) => prop_assert!(!to.exists()),
            Err(error) => panic!("{error}"),
            Ok(_) => {
                ask("e2fsck", &["-fn"], &to);
                prop_assert_eq!(read_back(&to, &tree), without_numbers(facts(&tree)));
            }
        }
    }
}
