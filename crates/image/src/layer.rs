//! What one layer of a container image does to the ones before, by the OCI image specification. Where that leaves open what
//! is meant, it is what umoci makes of it.

use std::collections::BTreeSet;

use crate::name;
use crate::tree::{Kind, Tree};

/// Before the name of what is taken away.
const WHITEOUT: &[u8] = b".wh.";

/// Takes away all that the layers before have put into the folder.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// How many links the kernel follows on one way.
const FOLLOWED: usize = 40;

/// How many parts the way of a name may have with all links on it.
const PARTS: usize = 4096;

/// What a layer has done so far.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    /// What it has put there, with the folders above: nothing of it can be taken away by itself.
    own: BTreeSet<Vec<u8>>,
    /// Below these there is nothing of the layers before any more.
    cleared: BTreeSet<Vec<u8>>,
}

impl Layer {
    /// Whether a name takes something away; then it is done.
    ///
    /// # Errors
    /// Why the name is refused.
    pub(crate) fn takes_away(
        &mut self,
        tree: &mut Tree,
        path: &[u8],
    ) -> Result<bool, &'static str> {
        let (folder, name) = split(path);
        match name.strip_prefix(WHITEOUT) {
            None => return Ok(false),
            Some(_) if name == OPAQUE => self.clear(tree, folder),
            Some(b"" | b"." | b"..") => return Err("takes away what has no name"),
            Some(gone) => {
                let gone = joined(folder, gone);
                self.clear(tree, &gone);
                if !self.own.contains(&gone) {
                    tree.nodes.remove(&gone);
                }
            }
        }
        Ok(true)
    }

    /// Makes room for what comes to a path: only a folder stays, if it is to be one.
    pub(crate) fn make_room(&mut self, tree: &mut Tree, path: &[u8], is_folder: bool) {
        match tree.get(path).map(|node| node.kind == Kind::Folder) {
            Some(true) if is_folder => {}
            Some(true) => {
                below(tree, path).iter().for_each(|path| drop(tree.nodes.remove(path)));
                tree.nodes.remove(path);
            }
            Some(false) => drop(tree.nodes.remove(path)),
            None => {}
        }
        for path in name::parents(path).chain([path]).filter(|path| !path.is_empty()) {
            if !self.own.contains(path) {
                self.own.insert(path.to_vec());
            }
        }
    }

    /// Takes away what is below a folder and not of this layer; nothing is the top.
    fn clear(&mut self, tree: &mut Tree, folder: &[u8]) {
        let mut above = name::parents(folder).chain([&b""[..], folder]);
        if above.any(|above| self.cleared.contains(above)) {
            return;
        }
        let below = below(tree, folder);
        for path in below.iter().filter(|path| !self.own.contains(*path)) {
            tree.nodes.remove(path);
        }
        if !below.is_empty() {
            self.cleared.insert(folder.to_vec());
        }
    }
}

/// All that is below a folder.
fn below(tree: &Tree, folder: &[u8]) -> Vec<Vec<u8>> {
    let first = joined(folder, b"");
    let paths = tree.nodes.range(first.clone()..).map(|(path, _)| path);
    paths.take_while(|path| path.starts_with(&first)).cloned().collect()
}

/// Where a name leads in a tree that is the root: links on the way are followed, but not the last part. Nothing is the top.
/// `None` is a way without an end.
pub(crate) fn inside(tree: &Tree, name: &[u8]) -> Option<Vec<u8>> {
    // What is asked for is cleaned as it stands, before any link turns it.
    let mut plain: Vec<&[u8]> = Vec::new();
    for part in parts(name) {
        if part == b".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    let Some(last) = plain.pop() else { return Some(Vec::new()) };
    plain.reverse();
    folder(tree, plain).map(|folder| joined(&folder, last))
}

/// Where a way leads whose first part comes last.
fn folder<'a>(tree: &'a Tree, mut ahead: Vec<&'a [u8]>) -> Option<Vec<u8>> {
    let mut here = Vec::new();
    let (mut followed, mut seen) = (0, 0);
    while let Some(part) = ahead.pop() {
        seen += 1;
        if part == b".." {
            here.truncate(split(&here).0.len());
            continue;
        }
        let next = joined(&here, part);
        match tree.get(&next).map(|node| &node.kind) {
            Some(Kind::Symlink(target)) => {
                followed += 1;
                if target.starts_with(b"/") {
                    here.clear();
                }
                ahead.extend(parts(target).rev());
            }
            _ => here = next,
        }
        if followed > FOLLOWED || seen + ahead.len() > PARTS {
            return None;
        }
    }
    Some(here)
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b"."))
}

/// The folder, and the name in it.
pub(crate) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (b"", path),
    }
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Meta, Node};

    fn tree(links: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::new();
        for (path, target) in links {
            let kind = Kind::Symlink(target.as_bytes().to_vec());
            tree.add(path, Node::of(kind, Meta::root(0o777))).unwrap();
        }
        tree
    }

    fn leads(links: &[(&str, &str)], name: &str) -> Option<String> {
        let path = inside(&tree(links), name.as_bytes())?;
        Some(String::from_utf8(path).unwrap())
    }

    #[test]
    fn no_name_leads_out_of_the_root() {
        for name in
            ["../../etc/x", "/etc/x", "./etc//x/", "etc/y/../x", "out/etc/x", "up/x", "in/x"]
        {
            let links = [("out", "/"), ("etc/up", ".."), ("up", "../../etc/up/etc"), ("in", "/up")];
            assert_eq!(leads(&links, name).as_deref(), Some("etc/x"), "{name}");
        }
        assert_eq!(leads(&[], "./").as_deref(), Some(""));
        assert_eq!(leads(&[], "a/..").as_deref(), Some(""));
    }

    #[test]
    fn the_last_part_is_no_way_and_what_is_not_there_is_taken_as_it_is() {
        assert_eq!(leads(&[("a", "b")], "a").as_deref(), Some("a"));
        assert_eq!(leads(&[("a", "b")], "a/c/d").as_deref(), Some("b/c/d"));
    }

    #[test]
    fn a_way_without_an_end_is_none() {
        assert_eq!(leads(&[("a", "b"), ("b", "a")], "a/x"), None);
        let wide = "a/".repeat(2000);
        assert_eq!(leads(&[("a", &format!("{wide}b"))], "a/x"), None);
    }
}
