//! A manifest with all that belongs to it: what it holds, and what others attached to any of that.

mod copy;

use std::collections::{BTreeMap, BTreeSet};

use fetch::Digest;
use problem::Problem;

use crate::manifest::{Descriptor, Kind, Manifest};
use crate::reference::Version;
use crate::referrers::fallback;
use crate::repository::Repository;

pub use copy::{Copied, copy_tree};

/// No image has more manifests with all that is attached to them.
const MOST: usize = 2000;

/// No image has larger manifests with all that is attached to them, in bytes.
const LARGEST: usize = 128 << 20;

/// No index is so deep in others, and nothing attached in what it is attached to.
const DEEPEST: usize = 8;

/// What cosign puts behind the fallback tag of an image, for what it attaches without a subject.
const COSIGNS: [&str; 3] = [".sig", ".att", ".sbom"];

/// A manifest and all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Its own.
    pub manifest: Manifest,
    /// What it holds, if it is an index.
    pub children: Vec<Tree>,
    /// What has it for subject.
    pub referrers: Vec<Tree>,
    /// What cosign attached, by its tags.
    pub tags: BTreeMap<String, Tree>,
    /// What is said to refer to it, and is not there or about something else.
    pub missing: Vec<Digest>,
}

impl Tree {
    /// A manifest of a repository, with all that belongs to it there.
    ///
    /// # Errors
    /// The user's: some of it is not there or not for us, or it is endless. Otherwise the network's: what cannot be seen is
    /// never taken for missing.
    pub fn of(repository: &Repository, manifest: Manifest) -> Result<Tree, Problem> {
        Walk { repository, seen: BTreeSet::new(), bytes: 0 }.tree(manifest, 0)
    }

    /// All its manifests, each after what it holds and before what is attached to it.
    pub fn manifests(&self) -> Vec<&Manifest> {
        let attached = self.referrers.iter().chain(self.tags.values());
        let below = self.children.iter().flat_map(Tree::manifests);
        below.chain([&self.manifest]).chain(attached.flat_map(Tree::manifests)).collect()
    }

    /// All its blobs, each once, but what may not be given to others and is not in the registry.
    pub fn blobs(&self) -> Vec<&Descriptor> {
        let mut blobs = BTreeMap::new();
        for manifest in self.manifests() {
            if let Kind::Single(parts) = &manifest.kind {
                let all = [&parts.config].into_iter().chain(&parts.layers);
                blobs.extend(all.filter(|of| of.urls.is_empty()).map(|of| (of.digest, of)));
            }
        }
        blobs.into_values().collect()
    }
}

struct Walk<'a> {
    repository: &'a Repository,
    seen: BTreeSet<Digest>,
    bytes: usize,
}

impl Walk<'_> {
    fn tree(&mut self, manifest: Manifest, depth: usize) -> Result<Tree, Problem> {
        self.seen.insert(manifest.digest);
        self.bytes += manifest.raw.len();
        if depth > DEEPEST || self.seen.len() > MOST || self.bytes > LARGEST {
            let why =
                format!("more than {MOST} manifests, or {DEEPEST} in each other, belong to it");
            return Err(Problem::user(
                self.repository.named(&manifest.digest.to_string()) + ": " + &why,
            ));
        }
        let mut tree = Tree {
            children: Vec::new(),
            referrers: Vec::new(),
            tags: BTreeMap::new(),
            missing: Vec::new(),
            manifest,
        };
        let own = tree.manifest.digest;
        if let Kind::Index(children) = &tree.manifest.kind {
            for child in children {
                // What an index has twice, or a list of referrers has besides, is there once.
                if !self.seen.contains(&child.digest) {
                    let child = self.repository.manifest(&Version::Digest(child.digest))?;
                    tree.children.push(self.tree(child, depth + 1)?);
                }
            }
        }
        for referrer in self.repository.referrers(own)? {
            if self.seen.contains(&referrer.digest) {
                continue;
            }
            match self.repository.find(&Version::Digest(referrer.digest))? {
                Some(found) if found.subject.as_ref().is_some_and(|it| it.digest == own) => {
                    tree.referrers.push(self.tree(found, depth + 1)?);
                }
                _ => tree.missing.push(referrer.digest),
            }
        }
        for end in COSIGNS {
            let tag = fallback(own) + end;
            if let Some(found) = self.repository.find(&Version::Tag(tag.clone()))? {
                let found = self.tree(found, depth + 1)?;
                tree.tags.insert(tag, found);
            }
        }
        Ok(tree)
    }
}
