//! What is in a registry: an artifact's files, or a container image's layers, one over the other.

use std::fs;
use std::path::Path;

use fetch::archive::{self, Limits};
use fetch::{Digest, Progress};
use image::Tree;
use problem::Problem;
use registry::{Descriptor, Kind, Platform, Repository, Version, pull_artifact};

use crate::gathered::grafted;
use crate::picked::refused;

/// The configurations of what containers run; everything else is an artifact.
const CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// All that this digest holds, for this architecture where it is an index.
///
/// # Errors
/// It is not there or not for us, has nothing for the architecture, or cannot be unpacked.
pub(crate) fn gather(
    repository: &Repository,
    digest: Digest,
    arch: &str,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Tree, Problem> {
    let manifest = repository.manifest(&Version::Digest(digest))?;
    match &manifest.kind {
        Kind::Index(_) => {
            let chosen = manifest.choose(&Platform::linux(arch))?.digest;
            gather(repository, chosen, arch, scratch, progress)
        }
        Kind::Single(parts) if CONFIGS.contains(&parts.config.media_type.as_str()) => {
            let mut tree = Tree::new();
            for (number, layer) in parts.layers.iter().enumerate() {
                let folder = scratch.join(format!("layer-{number}"));
                tree.overlay(read(repository, layer, &folder, progress)?).map_err(refused)?;
            }
            Ok(tree)
        }
        Kind::Single(_) => {
            let folder = scratch.join("artifact");
            pull_artifact(repository, digest, &folder)?;
            grafted(&folder)
        }
    }
}

fn read(
    repository: &Repository,
    layer: &Descriptor,
    folder: &Path,
    progress: Progress<'_>,
) -> Result<Tree, Problem> {
    fs::create_dir(folder).map_err(Problem::path("make", folder))?;
    let blob = folder.with_extension("blob");
    repository.blob(layer, &blob, progress)?;
    let contents = archive::open(&blob, &Limits::default())?
        .ok_or_else(|| Problem::user(format!("the layer `{}` is no tar archive", layer.digest)))?;
    let mut tree = Tree::new();
    image::tar::read(contents, folder, &mut tree).map_err(|error| {
        Problem::user(format!("cannot unpack the layer `{}`: {error}", layer.digest))
    })?;
    // What it holds is in the folder now.
    fs::remove_file(&blob).map_err(Problem::path("remove", &blob))?;
    Ok(tree)
}
