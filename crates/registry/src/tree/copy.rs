//! A tree into another repository.

use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use fetch::Progress;
use problem::Problem;

use super::Tree;
use crate::copy::Moved;
use crate::manifest::Descriptor;
use crate::reference::Version;
use crate::repository::Repository;

/// How many blobs are on their way at once.
const AT_ONCE: usize = 3;

/// What a copy moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Blobs that came without their bytes, or were there in a repository of the same registry.
    pub mounted: usize,
    /// Blobs that came through here.
    pub streamed: usize,
    /// All bytes of these.
    pub bytes: u64,
    /// Manifests that were not there.
    pub manifests: usize,
}

/// Copies a tree, so that nothing is there before what it needs: blobs, then what an index holds, then itself by digest,
/// then what is attached to it. No tag is moved but cosign's own. What is there stays, and `progress` hears of the bytes of
/// blobs that are there by now, of all.
///
/// # Errors
/// As [`Repository::copy_blob`], [`Repository::push_manifest`] and [`Repository::attach`]. What came before that stays, and
/// does no harm: no tag leads to it.
pub fn copy_tree(
    from: &Repository,
    to: &Repository,
    tree: &Tree,
    progress: Progress<'_>,
) -> Result<Copied, Problem> {
    let mut copied = blobs(from, to, &tree.blobs(), progress)?;
    copied.manifests = manifests(to, tree)?;
    Ok(copied)
}

fn blobs(
    from: &Repository,
    to: &Repository,
    blobs: &[&Descriptor],
    progress: Progress<'_>,
) -> Result<Copied, Problem> {
    let all = blobs.iter().fold(0, |sum: u64, of| sum.saturating_add(of.size));
    let (left, (sender, receiver)) = (Mutex::new(blobs.iter().copied()), channel());
    thread::scope(|scope| {
        for sender in vec![sender; AT_ONCE.min(blobs.len())] {
            scope.spawn(|| work(from, to, &left, sender));
        }
        let (mut copied, mut done) = (Copied::default(), 0);
        progress(0, Some(all));
        for (of, moved) in receiver {
            match moved? {
                Moved::Not => {}
                Moved::Mounted => copied.mounted += 1,
                Moved::Streamed => {
                    copied.streamed += 1;
                    copied.bytes = copied.bytes.saturating_add(of.size);
                }
            }
            done = of.size.saturating_add(done);
            progress(done, Some(all));
        }
        Ok(copied)
    })
}

type Done<'a> = (&'a Descriptor, Result<Moved, Problem>);

/// Copies one after the other until none is left, or nobody hears of it any more.
fn work<'a>(
    from: &Repository,
    to: &Repository,
    left: &Mutex<impl Iterator<Item = &'a Descriptor>>,
    sender: Sender<Done<'a>>,
) {
    let next = || left.lock().ok()?.next();
    while let Some(of) = next() {
        if sender.send((of, to.copy_blob(from, of))).is_err() {
            return;
        }
    }
}

fn manifests(to: &Repository, tree: &Tree) -> Result<usize, Problem> {
    let mut new = 0;
    for child in &tree.children {
        new += manifests(to, child)?;
    }
    new += usize::from(put(to, tree)?);
    for attached in &tree.referrers {
        new += manifests(to, attached)?;
    }
    for (tag, attached) in &tree.tags {
        new += manifests(to, attached)?;
        let version = Version::Tag(tag.clone());
        if to.digest_of(&version)? != Some(attached.manifest.digest) {
            to.push_manifest(&attached.manifest, &version)?;
        }
    }
    Ok(new)
}

/// Whether it was not there.
fn put(to: &Repository, tree: &Tree) -> Result<bool, Problem> {
    let version = Version::Digest(tree.manifest.digest);
    let is_new = to.digest_of(&version)?.is_none();
    if tree.manifest.subject.is_some() {
        // It may be there, and on no list: who copied it before may not have looked after that.
        to.attach(&tree.manifest)?;
    } else if is_new {
        to.push_manifest(&tree.manifest, &version)?;
    }
    Ok(is_new)
}
