//! Paths in an image's tree, with the links that they lead through: nothing leads out of it.

use image::{Content, Kind, Tree};

/// Linux follows no more links on one way.
const MOST_LINKS: usize = 40;

/// The content of the file that a path means.
pub(crate) fn file<'a>(tree: &'a Tree, path: &[u8]) -> Option<&'a Content> {
    match &tree.get(follow(tree, path)?)?.kind {
        Kind::File(content) => Some(content),
        _ => None,
    }
}

/// The path without links that a path means, from the top wherever it begins.
fn follow(tree: &Tree, path: &[u8]) -> Option<Vec<u8>> {
    let mut links = 0;
    let mut rest: Vec<Vec<u8>> = parts(path);
    let mut at: Vec<Vec<u8>> = Vec::new();
    while let Some(part) = rest.pop() {
        match part.as_slice() {
            b"" | b"." => continue,
            b".." => {
                at.pop();
                continue;
            }
            _ => at.push(part),
        }
        if let Kind::Symlink(target) = &tree.get(at.join(&b'/'))?.kind {
            links += 1;
            if links > MOST_LINKS {
                return None;
            }
            if target.starts_with(b"/") {
                at.clear()
            } else {
                drop(at.pop())
            }
            rest.extend(parts(target));
        }
    }
    Some(at.join(&b'/'))
}

/// The last first.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use image::{Meta, Node};

    use super::*;

    fn tree(links: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::new();
        tree.add("usr/lib/a", Node::file(Content::Bytes(b"x".as_slice().into()), 0o644)).unwrap();
        for (path, target) in links {
            let link = Kind::Symlink(target.as_bytes().to_vec());
            tree.add(path, Node::of(link, Meta::root(0o777))).unwrap();
        }
        tree
    }

    #[test]
    fn links_of_every_kind_lead_to_the_file_and_never_out() {
        let tree = tree(&[
            ("lib", "usr/lib"),
            ("etc/up", "../../../../lib/./a"),
            ("etc/top", "/lib/a"),
            ("etc/round", "round"),
            ("etc/gone", "/nowhere"),
        ]);
        for path in ["usr/lib/a", "lib/a", "etc/up", "etc/top", "/etc/../etc/top"] {
            assert_eq!(file(&tree, path.as_bytes()).map(Content::size), Some(1), "{path}");
        }
        for path in ["etc/round", "etc/gone", "etc", "", "etc/up/x"] {
            assert_eq!(file(&tree, path.as_bytes()), None, "{path}");
        }
    }
}
