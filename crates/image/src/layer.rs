//! One layer of a container image over the ones before, by the OCI image specification: names that begin with `.wh.` take
//! something away.

use crate::tree::{Kind, Tree, TreeError};

/// Before the name of what is taken away.
const WHITEOUT: &[u8] = b".wh.";

/// Takes away all that the layers before have put into the folder.
const OPAQUE: &[u8] = b".wh..wh..opq";

impl Tree {
    /// Puts a layer over what is there.
    ///
    /// # Errors
    /// Something leads through a file or link.
    pub fn overlay(&mut self, layer: Tree) -> Result<(), TreeError> {
        let (gone, kept): (Vec<_>, Vec<_>) =
            layer.nodes.into_iter().partition(|(path, _)| split(path).1.starts_with(WHITEOUT));
        for (path, _) in gone {
            match split(&path) {
                (folder, OPAQUE) => self.clear(folder),
                (folder, name) => self.remove(&joined(folder, &name[WHITEOUT.len()..])),
            }
        }
        for (path, node) in kept {
            if node.kind != Kind::Folder {
                self.remove(&path);
            }
            self.put(&path, node)?;
        }
        Ok(())
    }

    /// A node with all that is below it.
    fn remove(&mut self, path: &[u8]) {
        self.nodes.remove(path);
        self.clear(path);
    }

    /// All that is below a folder; the empty path is the top.
    fn clear(&mut self, folder: &[u8]) {
        let below = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        self.nodes.retain(|path, _| !path.starts_with(&below));
    }
}

/// The folder, and the name in it.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
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
    use crate::{Content, Node};

    fn tree(paths: &[&str]) -> Tree {
        let mut tree = Tree::new();
        for path in paths {
            let node = Node::file(Content::Bytes(path.as_bytes().into()), 0o644);
            match path.strip_suffix('/') {
                Some(folder) => tree.put(folder.as_bytes(), Node::folder()).unwrap(),
                None => tree.add(path, node).unwrap(),
            }
        }
        tree
    }

    fn over(base: &[&str], layer: &[&str]) -> Vec<String> {
        let mut base = tree(base);
        base.overlay(tree(layer)).unwrap();
        base.iter().map(|(path, _)| String::from_utf8(path.to_vec()).unwrap()).collect()
    }

    #[test]
    fn a_layer_adds_replaces_and_takes_away() {
        assert_eq!(over(&["a/x", "a/y", "b"], &["a/.wh.x", "a/z", ".wh.b"]), ["a", "a/y", "a/z"]);
        assert_eq!(over(&["a/x", "ab"], &[".wh.a"]), ["ab"]);
        assert_eq!(over(&["a/x", "a/b/y"], &["a/.wh..wh..opq", "a/z"]), ["a", "a/z"]);
        assert_eq!(over(&["x"], &[".wh..wh..opq", "y"]), ["y"]);
    }

    #[test]
    fn a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file() {
        assert_eq!(over(&["a/x"], &["a"]), ["a"]);
        assert_eq!(over(&["a"], &["a/", "a/x"]), ["a", "a/x"]);
        assert_eq!(over(&["a/x"], &["a/"]), ["a", "a/x"]);
    }
}
