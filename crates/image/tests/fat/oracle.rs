//! Trees, and what others find in their images.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::Command;

use image::fat::{Options, Reader, plan};
use image::{Content, Kind, Node, Tree};
use tempfile::NamedTempFile;

/// Paths with what is in the files; folders have none.
pub(crate) type Listing = BTreeMap<String, Option<Vec<u8>>>;

pub(crate) fn bytes(content: impl AsRef<[u8]>) -> Node {
    Node::file(Content::Bytes(content.as_ref().into()), 0o644)
}

/// Files that hold their own paths.
pub(crate) fn tree<'a>(paths: impl IntoIterator<Item = &'a str>) -> Tree {
    let mut tree = Tree::new();
    paths.into_iter().for_each(|path| tree.add(path, bytes(path)).unwrap());
    tree
}

/// Some folders and files of sizes around those of clusters.
pub(crate) fn mixed() -> Tree {
    let mut tree = tree(["EFI/BOOT/BOOTX64.EFI", "loader/entries/a long name.conf", "x"]);
    tree.add("empty folder/below", Node::folder()).unwrap();
    for size in [0_usize, 1, 511, 512, 513, 4096, 70_000] {
        let content: Vec<u8> = (0..size).map(|at| (at * 7 + at / 256) as u8).collect();
        tree.add(format!("sizes/{size}"), bytes(content)).unwrap();
    }
    tree
}

pub(crate) fn written(tree: &Tree, options: &Options) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    plan(tree, options).unwrap().write(file.as_file(), 0).unwrap();
    file
}

pub(crate) fn listing(tree: &Tree) -> Listing {
    let content = |node: &Node| match &node.kind {
        Kind::File(content) => {
            let mut bytes = Vec::new();
            content.open().unwrap().read_to_end(&mut bytes).unwrap();
            Some(bytes)
        }
        _ => None,
    };
    let entry =
        |(path, node): (&[u8], &Node)| (String::from_utf8(path.to_vec()).unwrap(), content(node));
    tree.iter().map(entry).collect()
}

pub(crate) fn read_by_us(image: &Path, at: u64) -> Listing {
    let mut reader = Reader::new(File::open(image).unwrap(), at).unwrap();
    let mut found = Listing::new();
    for entry in reader.entries().unwrap() {
        let mut bytes = Vec::new();
        reader.copy(&entry, &mut bytes).unwrap();
        found.insert(entry.path, (!entry.is_folder).then_some(bytes));
    }
    found
}

/// What `mcopy` copies out, from byte `at` of the image on.
pub(crate) fn read_by_mtools(image: &Path, at: u64) -> Listing {
    let out = tempfile::tempdir().unwrap();
    let place = format!("{}@@{at}", image.display());
    let listed = said(Command::new("mdir").args(["-b", "-i", &place, "::"]));
    let names = listed.lines().filter(|line| line.starts_with("::")).count();
    if names > 0 {
        said(Command::new("mcopy").args(["-s", "-b", "-n", "-i", &place, "::*"]).arg(out.path()));
    }
    let mut found = Listing::new();
    gather(out.path(), "", &mut found);
    found
}

fn gather(folder: &Path, above: &str, found: &mut Listing) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{above}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            gather(&entry.path(), &format!("{path}/"), found);
            found.insert(path, None);
        } else {
            found.insert(path, Some(fs::read(entry.path()).unwrap()));
        }
    }
}

/// `fsck.fat` finds nothing wrong.
pub(crate) fn check(image: &Path) {
    let said = said(Command::new("fsck.fat").arg("-n").arg(image));
    let lines: Vec<&str> = said.lines().collect();
    let clean = matches!(&lines[..], [_, summary] if summary.contains(" clusters"));
    assert!(clean, "{said}");
}

/// All of them agree that this tree is in the image.
pub(crate) fn holds(image: &Path, tree: &Tree) {
    check(image);
    let expected = listing(tree);
    // Not `assert_eq`, which would print megabytes.
    assert!(read_by_us(image, 0) == expected, "our reader differs");
    // mtools shows each half of a pair of surrogates as `_`.
    let halves = |c: char| if c > '\u{ffff}' { "__".to_owned() } else { c.to_string() };
    let expected =
        expected.into_iter().map(|(path, content)| (path.chars().map(halves).collect(), content));
    let copied = read_by_mtools(image, 0);
    assert!(copied == expected.collect(), "mcopy: {:?}", copied.keys().collect::<Vec<_>>());
}

/// What a command prints, if it ends well.
pub(crate) fn said(command: &mut Command) -> String {
    let shown = format!("{command:?}");
    let output =
        command.env("LC_ALL", "C.UTF-8").output().expect("it runs: `./x setup test` installs it");
    let (out, error) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}: {out}{error}");
    out.into_owned()
}
