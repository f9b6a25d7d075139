//! The layers of an image, one over the other.

use std::fs;
use std::path::Path;

use fetch::Progress;
use fetch::archive::{self, Limits};
use image::Tree;
use image::tar::{self, TarError};
use problem::Problem;
use registry::{Descriptor, Repository};

/// All that the layers come to. `scratch` is for what is unpacked, and stays as long as the tree is in use.
///
/// # Errors
/// A layer cannot be fetched, is not what its digest says, or is no tar archive that can be unpacked.
pub(crate) fn pull(
    repository: &Repository,
    layers: &[Descriptor],
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Tree, Problem> {
    let mut tree = Tree::new();
    for (number, layer) in layers.iter().enumerate() {
        let over = read(repository, layer, &scratch.join(format!("layer-{number}")), progress)?;
        tree.overlay(over).map_err(|error| unusable(layer, &error))?;
    }
    Ok(tree)
}

fn read(
    repository: &Repository,
    layer: &Descriptor,
    folder: &Path,
    progress: Progress<'_>,
) -> Result<Tree, Problem> {
    let (mut tree, blob) = (Tree::new(), folder.with_extension("blob"));
    fs::create_dir(folder).map_err(Problem::path("make", folder))?;
    repository.blob(layer, &blob, progress)?;
    match archive::open(&blob, &Limits::default())? {
        Some(contents) => tar::read(contents, folder, &mut tree),
        None => return Err(unusable(layer, &"it is no tar archive")),
    }
    .map_err(|error| match error {
        TarError::Write { path, error } => Problem::path("write", &path)(error),
        error => unusable(layer, &error),
    })?;
    fs::remove_file(&blob).map_err(Problem::path("remove", &blob))?;
    Ok(tree)
}

fn unusable(layer: &Descriptor, why: &dyn std::fmt::Display) -> Problem {
    Problem::user(format!("cannot unpack the layer `{}`: {why}", layer.digest))
}
