//! The direct engine: from layers to a disk, once for each image.

use std::path::{Path, PathBuf};

use fetch::Store;
use gha::{Note, Place, Unsaved};
use problem::Problem;
use registry::Reference;
use rootfs::Root;
use spec::Arch;

use crate::about::About;
use crate::room;
use crate::shape::Shape;
use crate::source::{self, Source};

/// Where disks are, among all that we keep.
pub(crate) const FOLDER: &str = "disks";

/// A disk in a folder.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) folder: PathBuf,
    pub(crate) about: About,
    pub(crate) source: Source,
    pub(crate) is_hit: bool,
    /// What the cache does not have yet.
    pub(crate) unsaved: Option<Unsaved>,
}

/// Makes the disk of an image, or finds it made.
///
/// # Errors
/// The image is not there or is not one that starts, there is too little space or memory, or a program is missing.
pub(crate) fn provide(
    image: &Reference,
    arch: Arch,
    shape: &Shape,
    output: &Path,
    place: &Place,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Disk, Problem> {
    let source = Source::find(image, arch, say)?;
    let of = source.manifest.digest;
    let store = Store::new(place.folder("downloads"), source::http());
    let make = |work: &Path, folder: &Path, say: &mut dyn FnMut(Note<'_>)| {
        make(&source, shape, &store, [work, folder, output], say)
    };
    let provided = gha::provide(place, FOLDER, &shape.key(of), make, say)?;
    let about = About::read(&provided.path)?;
    let gha::Provided { path: folder, is_hit, unsaved } = provided;
    Ok(Disk { folder, about, source, is_hit, unsaved })
}

/// Into the second folder, with what is written before it in the first; the third is where it goes then.
fn make(
    source: &Source,
    shape: &Shape,
    store: &Store,
    [work, folder, output]: [&Path; 3],
    say: &mut dyn FnMut(Note<'_>),
) -> Result<(), Problem> {
    let packed = source.packed();
    room::check_memory()?;
    // As they come, and unpacked, which is more.
    room::check(&[(work, packed.saturating_mul(2)), (output, packed)])?;
    say(Note::Step(&format!("pulling {} MiB in {} layers", packed >> 20, source.layers().len())));
    let (name, layers) = (source.reference.to_string(), work.join("layers"));
    let Root { tree, .. } = rootfs::pull(
        &source.repository,
        &source.manifest,
        store,
        &layers,
        &mut gha::progress(&name, say),
    )?;
    let content = room::content(&tree);
    room::check(&[(work, content.saturating_mul(shape.copies())), (output, content)])?;
    say(Note::Step(&format!("writing {} files, folders and links", tree.iter().len())));
    let about = shape.write(&tree, source.manifest.digest, work, folder)?;
    about.settle(folder).map(drop)
}
