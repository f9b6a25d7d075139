//! The root of a container image as a tree: exactly what a container of it would find, without root and without unpacking it.

mod config;
mod layer;
mod pulled;
mod room;

use std::fs;
use std::path::Path;

use fetch::{Progress, Store};
use image::Tree;
use problem::Problem;
use registry::{Kind, Manifest, Repository};

pub use config::Config;
pub use room::free;

/// What a container of an image begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// All files. Large contents are in the scratch folder, which has to stay as long as the tree is in use.
    pub tree: Tree,
    /// What the image says of itself.
    pub config: Config,
}

/// Whether a manifest is one of a container image. Every other one is an index, or of an artifact.
pub fn is_image(manifest: &Manifest) -> bool {
    matches!(&manifest.kind, Kind::Single(parts) if config::is_one(&parts.config))
}

/// Pulls an image and applies its layers. Four layers are pulled at once, while those that are there are applied; those that
/// are `kept` already are not pulled again. `scratch` is an empty folder for what is large. `progress` hears how much of all
/// layers there is.
///
/// Each layer is proven twice: packed by the manifest's digest, and unpacked by the configuration's.
///
/// # Errors
/// The user's: the manifest is not of a container image for Linux, has a layer of a kind that is not known or kept elsewhere,
/// or one that cannot be applied or is another than the configuration says. Otherwise the registry's, or this host's: there
/// is less room than the image needs for sure, which is looked at first.
pub fn pull(
    repository: &Repository,
    manifest: &Manifest,
    kept: &Store,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Root, Problem> {
    let wrong = |why: &str| Problem::user(format!("`{}` {why}", manifest.digest));
    let parts = match &manifest.kind {
        Kind::Single(parts) if is_image(manifest) => parts,
        Kind::Single(parts) => {
            let kind = parts.config.media_type.escape_debug();
            return Err(wrong(&format!("is no container image: its configuration is `{kind}`")));
        }
        Kind::Index(_) => return Err(wrong("is an index: choose one of its images")),
    };
    parts.layers.iter().try_for_each(layer::known)?;
    let (config, sums) = config::read(repository, &parts.config)?;
    if sums.len() != parts.layers.len() {
        let (has, says) = (parts.layers.len(), sums.len());
        return Err(wrong(&format!("has {has} layers, and its configuration says {says}")));
    }
    fs::create_dir_all(scratch).map_err(Problem::path("make", scratch))?;
    room::check(&parts.layers, kept, scratch)?;
    let mut tree = Tree::new();
    pulled::each(repository, &parts.layers, kept, progress, &mut |index, blob| {
        let folder = scratch.join(format!("layer-{index}"));
        layer::apply(&parts.layers[index], sums[index], blob, &folder, &mut tree)
    })?;
    Ok(Root { tree, config })
}
