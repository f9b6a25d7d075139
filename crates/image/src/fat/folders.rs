//! A tree as folders with short names, before anything has its place.

use std::collections::HashMap;

use crate::tree::{Content, Kind, Node, Tree};

use super::error::FatError;
use super::name;
use super::options::FatKind;
use super::short::{self, Short, Shorts};
use super::slot;

/// What 16 bits can count, in whole sectors of any size.
const MAX_FIXED_ROOT: u64 = 65_408;

/// 2 MiB.
const MAX_SLOTS: u64 = 65_536;

/// A folder. The first one is the root.
pub(crate) struct Folder<'a> {
    pub(crate) path: &'a [u8],
    /// Where the one above it is in the list; always before this one, but for the root.
    pub(crate) parent: usize,
    pub(crate) children: Vec<Child<'a>>,
    /// How many entries it has.
    pub(crate) slots: u64,
}

pub(crate) struct Child<'a> {
    pub(crate) name: &'a str,
    pub(crate) short: Short,
    pub(crate) what: What<'a>,
}

/// A folder by its place in the list, or a file.
#[derive(Clone, Copy)]
pub(crate) enum What<'a> {
    Folder(usize),
    File(&'a Content),
}

/// All folders of a tree, each after the one above it.
pub(crate) fn read(
    tree: &Tree,
    labelled: bool,
    kind: Option<FatKind>,
) -> Result<Vec<Folder<'_>>, FatError> {
    let mut folders = vec![Folder { path: b"", parent: 0, children: Vec::new(), slots: 0 }];
    let mut places: HashMap<&[u8], usize> = HashMap::from([(b"".as_slice(), 0)]);
    let mut seen: HashMap<String, &[u8]> = HashMap::new();
    for (path, node) in tree.iter() {
        let cut = path.iter().rposition(|byte| *byte == b'/');
        let (above, part) = cut.map_or((&b""[..], path), |cut| (&path[..cut], &path[cut + 1..]));
        let name = name::checked(part).map_err(|why| FatError::Name { path: shown(path), why })?;
        // Every part above was looked at before, so the whole path is UTF-8.
        if let Some(other) = seen.insert(name::folded(&String::from_utf8_lossy(path)), path) {
            return Err(FatError::Clash { path: shown(path), other: shown(other) });
        }
        let parent = places.get(above).copied().unwrap_or_default();
        let what = what(path, node, folders.len())?;
        if let What::Folder(place) = what {
            places.insert(path, place);
            folders.push(Folder { path, parent, children: Vec::new(), slots: 0 });
        }
        let short = short::exact(name).unwrap_or_default();
        folders[parent].children.push(Child { name, short, what });
    }
    for (index, folder) in folders.iter_mut().enumerate() {
        let (more, most) = match index {
            0 if kind == Some(FatKind::Fat32) => (u64::from(labelled), MAX_SLOTS),
            0 => (u64::from(labelled), MAX_FIXED_ROOT),
            _ => (2, MAX_SLOTS),
        };
        folder.finish(more, most)?;
    }
    Ok(folders)
}

fn what<'a>(path: &[u8], node: &'a Node, next: usize) -> Result<What<'a>, FatError> {
    let unsupported = |what| Err(FatError::Unsupported { path: shown(path), what });
    match &node.kind {
        Kind::Folder => Ok(What::Folder(next)),
        Kind::File(content) if u32::try_from(content.size()).is_err() => {
            Err(FatError::FileTooLarge { path: shown(path), size: content.size() })
        }
        Kind::File(content) => Ok(What::File(content)),
        Kind::Symlink(_) => unsupported("symbolic link"),
        Kind::Device(_) => unsupported("device"),
        Kind::Pipe => unsupported("pipe"),
    }
}

impl Folder<'_> {
    /// Gives short names to those that lack one, and counts the entries with `more` of them.
    fn finish(&mut self, more: u64, most: u64) -> Result<(), FatError> {
        let mut shorts = Shorts::default();
        let (lacking, fitting): (Vec<_>, Vec<_>) =
            self.children.iter_mut().partition(|child| child.short == Short::default());
        fitting.iter().for_each(|child| shorts.claim(child.short));
        lacking.into_iter().for_each(|child| child.short = shorts.derive(child.name));
        let slots = self.children.iter().map(|child| slot::slots(child.name, &child.short) as u64);
        self.slots = more + slots.sum::<u64>();
        if self.slots > most {
            return Err(FatError::FolderTooLarge {
                path: shown(self.path),
                entries: self.slots,
                most,
            });
        }
        Ok(())
    }
}

fn shown(path: &[u8]) -> String {
    // Letters of all languages stay readable; what a terminal would obey does not stay.
    std::str::from_utf8(path)
        .map_or_else(|_| path.escape_ascii().to_string(), |path| path.escape_debug().to_string())
}
