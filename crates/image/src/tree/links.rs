//! Names of one file.

use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use super::{Kind, Node, Tree, TreeError, shown};

/// The files of a tree that have several names.
#[derive(Debug)]
pub struct Links<'a>(HashMap<*const Node, (&'a [u8], u32)>);

impl Links<'_> {
    /// The first of the names that a node has, and how many there are, where there is more than one. It has to be a node of the
    /// tree itself, as [`Tree::iter`] and [`Tree::get`] give it.
    pub fn of(&self, node: &Node) -> Option<(&[u8], u32)> {
        self.0.get(&ptr::from_ref(node)).copied()
    }

    /// The name under which a file came before, where this is one more.
    pub(crate) fn earlier(&self, path: &[u8], node: &Node) -> Option<&[u8]> {
        self.of(node).map(|(first, _)| first).filter(|first| *first != path)
    }
}

impl Tree {
    /// Gives what has the name `target` one more, or puts that in the place of what is there. If one of the names is
    /// replaced later, the others stay as they are.
    ///
    /// # Errors
    /// There is no such target, or it is a folder. Also as [`Tree::add`], and if `path` is a folder.
    pub fn link(&mut self, path: &[u8], target: &[u8]) -> Result<(), TreeError> {
        let node = self.nodes.get(target).filter(|node| node.kind != Kind::Folder).cloned();
        let node =
            node.ok_or_else(|| TreeError::NoTarget { name: shown(path), target: shown(target) })?;
        self.put(path, node)
    }

    /// Which names belong together.
    pub fn links(&self) -> Links<'_> {
        let mut found = HashMap::new();
        // A clone of the tree has the same nodes, so this only leaves out what is single for sure.
        for (path, node) in self.nodes.iter().filter(|(_, node)| Arc::strong_count(node) > 1) {
            found.entry(Arc::as_ptr(node)).or_insert((path.as_slice(), 0)).1 += 1;
        }
        found.retain(|_, (_, count)| *count > 1);
        Links(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Content;

    fn file(text: &str) -> Node {
        Node::file(Content::Bytes(text.as_bytes().into()), 0o644)
    }

    #[test]
    fn a_file_keeps_its_other_names_when_one_is_replaced() {
        let mut tree = Tree::new();
        tree.add("b", file("1")).unwrap();
        tree.add("c", file("1")).unwrap();
        for name in ["a", "d/e"] {
            tree.link(name.as_bytes(), b"b").unwrap();
        }
        assert_eq!(tree.clone().links().of(tree.get("b").unwrap()), Some((&b"a"[..], 3)));
        assert_eq!(tree.links().of(tree.get("c").unwrap()), None);
        tree.put(b"a", Arc::new(file("2"))).unwrap();
        let (links, node) = (tree.links(), tree.get("d/e").unwrap());
        assert_eq!(
            (links.of(node), links.earlier(b"d/e", node)),
            (Some((&b"b"[..], 2)), Some(&b"b"[..]))
        );
        assert_eq!((links.earlier(b"b", node), tree.get("b")), (None, Some(&file("1"))));
    }

    #[test]
    fn a_folder_and_what_is_not_there_get_no_further_name() {
        let mut tree = Tree::new();
        tree.add("folder/file", file("")).unwrap();
        for target in ["folder", "nothing", ""] {
            let refused = tree.link(b"a", target.as_bytes());
            assert!(matches!(refused, Err(TreeError::NoTarget { .. })), "{refused:?}");
        }
        assert!(tree.link(b"folder", b"folder/file").is_err());
    }
}
