//! What is in a registry: an artifact's files, or the root of a container image.

use std::path::Path;

use fetch::{Digest, Progress, Store};
use image::Tree;
use problem::Problem;
use registry::{Kind, Platform, Repository, Version, pull_artifact};

use crate::gathered::grafted;

/// All that this digest holds, for this architecture where it is an index. Layers of images are kept in the store.
///
/// # Errors
/// It is not there or not for us, has nothing for the architecture, or cannot be unpacked.
pub(crate) fn gather(
    repository: &Repository,
    digest: Digest,
    arch: &str,
    store: &Store,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Tree, Problem> {
    let manifest = repository.manifest(&Version::Digest(digest))?;
    if let Kind::Index(_) = manifest.kind {
        let chosen = manifest.choose(&Platform::linux(arch))?.digest;
        return gather(repository, chosen, arch, store, scratch, progress);
    }
    if rootfs::is_image(&manifest) {
        return Ok(rootfs::pull(repository, &manifest, store, scratch, progress)?.tree);
    }
    let folder = scratch.join("artifact");
    pull_artifact(repository, digest, &folder)?;
    grafted(&folder)
}
