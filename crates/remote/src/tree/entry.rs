//! What a tree holds.

use std::collections::HashSet;
use std::fmt;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// The most bytes that a piece has.
pub(crate) const LARGEST_PIECE: u32 = 1 << 20;

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Digest(#[serde(with = "hex::serde")] [u8; 32]);

impl Digest {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(sha2::Sha256::digest(bytes).into())
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Piece {
    /// What it holds.
    pub digest: Digest,
    /// How long it is, in bytes.
    pub length: u32,
}

/// A file or a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it is, below the root, with `/`.
    pub path: String,
    /// What it is.
    pub kind: Kind,
}

/// What something is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A file.
    File {
        /// Whether it can be run.
        executable: bool,
        /// Its content, in order.
        pieces: Vec<Piece>,
    },
    /// A symbolic link.
    Link {
        /// Where it leads, word for word.
        to: String,
    },
}

/// All that a tree is to hold; folders are there where something is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Entry>", into = "Vec<Entry>")]
pub struct Manifest(Vec<Entry>);

impl Manifest {
    /// Its entries, by their paths.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The pieces of its files, again where they occur again.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> {
        self.0.iter().flat_map(Entry::pieces).copied()
    }
}

impl Entry {
    /// The pieces of a file.
    pub fn pieces(&self) -> &[Piece] {
        match &self.kind {
            Kind::File { pieces, .. } => pieces,
            Kind::Link { .. } => &[],
        }
    }
}

/// What comes over the wire is held to this: nothing in it leads out of the tree, not by a link either.
impl TryFrom<Vec<Entry>> for Manifest {
    type Error = String;

    fn try_from(mut entries: Vec<Entry>) -> Result<Manifest, String> {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let mut paths = HashSet::new();
        for Entry { path, .. } in &entries {
            let normal = |part| matches!(part, Component::Normal(_));
            let plain = !path.is_empty() && Path::new(path).components().all(normal);
            if !plain || path.contains("//") || path.ends_with('/') || path.contains('\0') {
                return Err(format!("`{}` leads out of the tree", path.escape_debug()));
            }
            if !paths.insert(path.as_str()) {
                return Err(format!("`{}` is there twice", path.escape_debug()));
            }
        }
        let below = |entry: &&Entry| above(&entry.path).any(|folder| paths.contains(folder));
        if let Some(entry) = entries.iter().find(below) {
            return Err(format!("`{}` is below what is no folder", entry.path.escape_debug()));
        }
        let long = |piece: &Piece| !(1..=LARGEST_PIECE).contains(&piece.length);
        if entries.iter().flat_map(Entry::pieces).any(long) {
            return Err("a piece is longer than pieces are, or empty".into());
        }
        Ok(Manifest(entries))
    }
}

impl From<Manifest> for Vec<Entry> {
    fn from(manifest: Manifest) -> Vec<Entry> {
        manifest.0
    }
}

/// The folders that a path is in, the nearest first.
pub(crate) fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(above, _)| above.rsplit_once('/'))
        .map(|(above, _)| above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str) -> Entry {
        Entry { path: path.into(), kind: Kind::Link { to: "/etc".into() } }
    }

    #[test]
    fn nothing_leads_out_of_a_tree() {
        for path in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a\0b"] {
            assert!(Manifest::try_from(vec![link(path)]).is_err(), "{path:?}");
        }
        for paths in [["a", "a/b"], ["a", "a/b/c"], ["a", "a"]] {
            assert!(Manifest::try_from(paths.map(link).to_vec()).is_err(), "{paths:?}");
        }
        assert!(Manifest::try_from(["a-b", "a.b/c", "ab"].map(link).to_vec()).is_ok());
    }
}
