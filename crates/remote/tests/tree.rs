//! Trees that become others, with what is there and what is sent.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use remote::tree::{Kept, Source, list};

/// What a place in a tree holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Held {
    File(Vec<u8>, bool),
    Link(String),
}

type Tree = BTreeMap<String, Held>;

fn write(tree: &Tree, root: &Path) {
    for (path, held) in tree {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match held {
            Held::Link(to) => symlink(to, path).unwrap(),
            Held::File(bytes, executable) => {
                fs::write(&path, bytes).unwrap();
                let mode = if *executable { 0o755 } else { 0o644 };
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    }
}

fn read(root: &Path) -> Tree {
    let held = |path: &PathBuf| {
        let place = root.join(path);
        let about = fs::symlink_metadata(&place).unwrap();
        match about.is_symlink() {
            true => Held::Link(fs::read_link(place).unwrap().to_str().unwrap().into()),
            false => Held::File(fs::read(place).unwrap(), about.permissions().mode() & 0o100 != 0),
        }
    };
    let paths = list(root, &[]).unwrap();
    paths.iter().map(|path| (path.to_str().unwrap().to_owned(), held(path))).collect()
}

/// Brings what is kept to the tree at `root`, and says how many bytes had to be sent. With `until` only so many pieces
/// arrive.
fn sync(root: &Path, kept: &Path, until: usize) -> usize {
    let source = Source::read(root, &list(root, &[]).unwrap()).unwrap();
    let mut far = Kept::open(kept).unwrap();
    let missing = far.aim(source.manifest.clone(), &[]).unwrap();
    let sent: Vec<Vec<u8>> =
        missing.iter().take(until).map(|digest| source.piece(*digest).unwrap()).collect();
    sent.iter().for_each(|piece| far.take(piece).unwrap());
    if until >= missing.len() {
        far.settle().unwrap();
    }
    sent.iter().map(Vec::len).sum()
}

fn held() -> impl Strategy<Value = Held> {
    let content = prop_oneof![
        Just(Vec::new()),
        Just(vec![7; 3000]),
        proptest::collection::vec(any::<u8>(), 1..64),
        (any::<u8>(), 100_000..400_000_usize).prop_map(|(seed, length)| noise(seed, length)),
    ];
    prop_oneof![
        4 => (content, any::<bool>()).prop_map(|(bytes, executable)| Held::File(bytes, executable)),
        1 => "[a-z./]{1,9}".prop_map(Held::Link),
    ]
}

/// Bytes that cannot be guessed from one another, the same for a seed.
fn noise(seed: u8, length: usize) -> Vec<u8> {
    let mut state = u64::from(seed) + 1;
    let byte = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(byte).collect()
}

/// No path is below another that is no folder.
fn tree() -> impl Strategy<Value = Tree> {
    let path = prop_oneof!["[a-d]{1,2}/[a-d]", "[e-h]", "[a-d]{1,2}/[e-h]/[a-c]", "x/[a-c]\n"];
    proptest::collection::btree_map(path, held(), 0..9)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_tree_becomes_any_other(trees in proptest::collection::vec(tree(), 1..4), cut in 0..5_usize) {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("kept");
        for (index, tree) in trees.iter().enumerate() {
            let root = folder.path().join(index.to_string());
            fs::create_dir(&root).unwrap();
            write(tree, &root);
            // The first time the connection is lost.
            sync(&root, &kept, cut);
            sync(&root, &kept, usize::MAX);
            prop_assert_eq!(&read(&kept.join("tree")), tree);
            prop_assert_eq!(sync(&root, &kept, usize::MAX), 0);
        }
    }
}

fn one_file(content: Vec<u8>) -> Tree {
    Tree::from([("disk".into(), Held::File(content, false))])
}

#[test]
fn of_a_large_file_only_what_changed_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (root, kept) = (folder.path().join("root"), folder.path().join("kept"));
    let mut content = noise(1, 20 << 20);
    write(&one_file(content.clone()), &root);
    assert_eq!(sync(&root, &kept, usize::MAX), content.len());
    content.splice(5_000_000..5_000_000, *b"a line\n");
    fs::remove_dir_all(&root).unwrap();
    write(&one_file(content.clone()), &root);
    let sent = sync(&root, &kept, usize::MAX);
    assert!((1..=3 << 20).contains(&sent), "{sent} bytes");
    assert_eq!(read(&kept.join("tree")), one_file(content));
}

#[test]
fn what_arrived_before_the_connection_was_lost_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (root, kept) = (folder.path().join("root"), folder.path().join("kept"));
    let content = noise(2, 8 << 20);
    write(&one_file(content.clone()), &root);
    let before = sync(&root, &kept, 9);
    assert!(before > 0);
    assert_eq!(before + sync(&root, &kept, usize::MAX), content.len());
}

#[test]
fn what_a_build_left_or_changed_is_gone_or_as_it_was_but_for_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (root, kept) = (folder.path().join("root"), folder.path().join("kept"));
    let file = |text: &str| Held::File(text.into(), false);
    let source = Tree::from([("src/a".into(), file("a")), ("src/b".into(), file("b"))]);
    write(&source, &root);
    sync(&root, &kept, usize::MAX);
    let tree = kept.join("tree");
    fs::write(tree.join("src/a"), "changed, and as long").unwrap();
    fs::remove_file(tree.join("src/b")).unwrap();
    symlink("/etc/passwd", tree.join("src/b")).unwrap();
    for left in ["target/debug/x", "target/keep/y", "src/left"] {
        fs::create_dir_all(tree.join(left).parent().unwrap()).unwrap();
        fs::write(tree.join(left), "left").unwrap();
    }
    let source = Source::read(&root, &list(&root, &[]).unwrap()).unwrap();
    let mut far = Kept::open(&kept).unwrap();
    let missing = far.aim(source.manifest.clone(), &["target/keep".into()]).unwrap();
    assert_eq!(missing.len(), 2);
    missing.iter().for_each(|digest| far.take(&source.piece(*digest).unwrap()).unwrap());
    far.settle().unwrap();
    let mut expected = read(&root);
    expected.insert("target/keep/y".into(), file("left"));
    assert_eq!(read(&tree), expected);
    assert_ne!(fs::read_to_string("/etc/passwd").unwrap(), "b");
}

#[test]
fn git_says_what_belongs_to_a_tree_and_names_add_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let file = |path: &str, text: &str| {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    };
    for path in ["tracked", "untracked", "out/kernel", "out/other", "gone"] {
        file(path, "x");
    }
    file(".gitignore", "/out\n");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(root).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.status().unwrap().success());
    };
    git(&["init", "--quiet"]);
    git(&["add", "tracked", "gone"]);
    fs::remove_file(root.join("gone")).unwrap();
    let paths = |named: &[&str]| {
        let named: Vec<PathBuf> = named.iter().map(PathBuf::from).collect();
        list(root, &named).map(|paths| {
            paths.iter().map(|path| path.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        })
    };
    assert_eq!(paths(&[]).unwrap(), [".gitignore", "tracked", "untracked"]);
    assert_eq!(
        paths(&["out/kernel"]).unwrap(),
        [".gitignore", "out/kernel", "tracked", "untracked"]
    );
    assert!(paths(&["../x"]).unwrap_err().message.contains("not below the checkout"));
    assert!(paths(&["absent"]).unwrap_err().message.contains("no `absent`"));
}
