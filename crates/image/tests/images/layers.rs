//! Layers of container images, one over the other.

use image::{Kind, Tree};
use tar::EntryType::{Char, Directory, Link, Regular, Symlink};

use crate::tar::{Entry, archive};

const DIR: tar::EntryType = Directory;

/// What is there in the end: folders with a slash behind them, links with where they lead, files with what they hold.
fn over(layers: &[&[Entry<'_>]]) -> Result<Vec<String>, String> {
    let scratch = tempfile::tempdir().unwrap();
    let mut tree = Tree::new();
    for (number, layer) in layers.iter().enumerate() {
        let folder = scratch.path().join(number.to_string());
        std::fs::create_dir(&folder).unwrap();
        image::tar::layer(&archive(layer)[..], &folder, &mut tree)
            .map_err(|why| why.to_string())?;
    }
    let shown = |path: &[u8], kind: &Kind| {
        let path = String::from_utf8_lossy(path);
        match kind {
            Kind::Folder => format!("{path}/"),
            Kind::Symlink(target) => format!("{path} -> {}", String::from_utf8_lossy(target)),
            Kind::File(content) => {
                let bytes = std::io::read_to_string(content.open().unwrap()).unwrap();
                format!("{path} {bytes}")
            }
            other => format!("{path} {other:?}"),
        }
    };
    Ok(tree.iter().map(|(path, node)| shown(path, &node.kind)).collect())
}

fn file<'a>(name: &'a str, text: &'a str) -> Entry<'a> {
    (name, Regular, "", text.as_bytes())
}

fn gone(name: &str) -> Entry<'_> {
    file(name, "")
}

#[test]
fn a_layer_takes_away_what_is_of_layers_before() {
    let base = &[file("a/x", "1"), file("a/y", "1"), file("b", "1"), file("ab", "1")];
    for (layer, expected) in [
        (
            &[gone("a/.wh.x"), file("a/z", "2"), gone(".wh.b")][..],
            &["a/", "a/y 1", "a/z 2", "ab 1"][..],
        ),
        (&[gone("./.wh.a")], &["ab 1", "b 1"]),
        (&[gone("a/.wh..wh..opq"), file("a/z", "2")], &["a/", "a/z 2", "ab 1", "b 1"]),
        (&[gone(".wh..wh..opq"), file("c", "2")], &["c 2"]),
        (&[gone(".wh.nothing"), gone("b/.wh.x")], &["a/", "a/x 1", "a/y 1", "ab 1", "b 1"]),
    ] {
        assert_eq!(over(&[base, layer]).unwrap(), expected, "{layer:?}");
    }
}

#[test]
fn what_a_layer_adds_it_does_not_take_away_wherever_it_says_so() {
    let base = &[file("a/x", "1"), file("a/d/y", "1")];
    for layer in [
        [file("a/x", "2"), file("a/d/z", "2"), gone("a/.wh.x"), gone("a/.wh.d"), gone(".wh.a")],
        [
            gone(".wh.a"),
            file("a/x", "2"),
            gone("a/.wh..wh..opq"),
            file("a/d/z", "2"),
            gone(".wh.a"),
        ],
    ] {
        assert_eq!(over(&[base, &layer]).unwrap(), ["a/", "a/d/", "a/d/z 2", "a/x 2"], "{layer:?}");
    }
}

#[test]
fn one_kind_takes_the_place_of_another() {
    let folder = &[file("a/x", "1")];
    assert_eq!(over(&[folder, &[file("a", "2")]]).unwrap(), ["a 2"]);
    assert_eq!(over(&[folder, &[("a", Symlink, "b", b"")]]).unwrap(), ["a -> b"]);
    assert_eq!(over(&[folder, &[("a", DIR, "", b"")]]).unwrap(), ["a/", "a/x 1"]);
    assert_eq!(
        over(&[&[file("a", "1")], &[("a", DIR, "", b""), file("a/x", "2")]]).unwrap(),
        ["a/", "a/x 2"]
    );
    let link = &[("a", Symlink, "b", &b""[..]), file("b/x", "1")];
    assert_eq!(over(&[link, &[("a", DIR, "", b"")]]).unwrap(), ["a/", "b/", "b/x 1"]);
    assert_eq!(over(&[link, &[file("a/y", "2")]]).unwrap(), ["a -> b", "b/", "b/x 1", "b/y 2"]);
}

#[test]
fn a_further_name_leads_to_a_layer_before_and_stays_when_the_first_is_gone() {
    let linked = [("b/l", Link, "a/x", &b""[..])];
    for end in [gone("a/.wh.x"), gone(".wh.a")] {
        let found = over(&[&[file("a/x", "1")], &linked, &[end]]).unwrap();
        assert!(found.ends_with(&["b/".to_owned(), "b/l 1".to_owned()]), "{found:?}");
    }
    let found = over(&[&[file("a/x", "1")], &linked, &[file("a/x", "2")]]).unwrap();
    assert_eq!(found, ["a/", "a/x 2", "b/", "b/l 1"]);
}

#[test]
fn no_name_leaves_the_root() {
    let links = &[("out", Symlink, "/../../tmp", &b""[..]), ("up", Symlink, "../../..", b"")];
    let layer = &[file("out/x", "1"), file("up/y", "2"), file("../z", "3"), file("/w", "4")];
    let found = over(&[links, layer]).unwrap();
    let links = ["out -> /../../tmp", "tmp/", "tmp/x 1", "up -> ../../..", "w 4", "y 2", "z 3"];
    assert_eq!(found, links);
}

#[test]
fn what_cannot_be_applied_is_refused_by_its_name() {
    for (layer, expected) in [
        (&[gone(".wh.")][..], "the archive holds `.wh.`, which takes away what has no name"),
        (&[gone("a/.wh...")], "the archive holds `a/.wh...`, which takes away what has no name"),
        (
            &[("a", Symlink, "b", &b""[..]), ("b", Symlink, "a", b""), file("a/x", "")],
            "the archive holds `a/x`, which is behind too many links",
        ),
        (
            &[("c", Char, "", &b""[..]), file("c/x", "")],
            "the archive does not become a tree: `c/x` cannot be in `c`, which is no folder",
        ),
        (
            &[("./", Symlink, "x", b"")],
            "the archive does not become a tree: the name `` cannot be used: it is empty",
        ),
    ] {
        assert_eq!(over(&[layer]).unwrap_err(), expected);
    }
}
