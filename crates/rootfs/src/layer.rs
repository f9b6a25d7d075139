//! One layer over what is there.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use fetch::Digest;
use fetch::archive::{self, Limits};
use image::Tree;
use image::tar::{self, TarError};
use problem::Problem;
use registry::Descriptor;
use sha2::{Digest as _, Sha256};

/// What layers are called. How one is packed shows in its first bytes.
const KINDS: [&str; 5] = [
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
];

/// How those begin that no registry may hand out.
const FOREIGN: [&str; 2] = [
    "application/vnd.oci.image.layer.nondistributable.",
    "application/vnd.docker.image.rootfs.foreign.",
];

/// An error unless layers of this kind can be applied.
pub(crate) fn known(layer: &Descriptor) -> Result<(), Problem> {
    let kind = layer.media_type.as_str();
    if KINDS.contains(&kind) {
        return Ok(());
    }
    let named = format!("the layer `{}` is `{}`", layer.digest, kind.escape_debug());
    Err(if FOREIGN.iter().any(|foreign| kind.starts_with(foreign)) {
        Problem::user(format!("{named}, which is kept elsewhere than in the registry"))
            .hint("build the image upon a base that may be pushed whole")
    } else {
        Problem::user(format!("{named}, which is not known")).hint(
            "push the image with layers that are tar archives, plain or packed by gzip or zstd",
        )
    })
}

/// Reads a layer from its blob; `sum` is that of the archive in it. The folder is made for what is large in it.
pub(crate) fn apply(
    layer: &Descriptor,
    sum: Digest,
    blob: &Path,
    folder: &Path,
    tree: &mut Tree,
) -> Result<(), Problem> {
    fs::create_dir(folder).map_err(Problem::path("make", folder))?;
    let from = archive::unpacked(blob, &Limits::default())?;
    let mut summed = Summed { from, sum: Sha256::new() };
    tar::layer(&mut summed, folder, tree).map_err(|error| refused(layer, error))?;
    // The archive was read to its end.
    let came = Digest::done(summed.sum);
    if came != sum {
        let named = format!("the layer `{}`", layer.digest);
        return Err(Problem::user(format!("{named} holds `{came}`, and the image says `{sum}`"))
            .hint("do not use the image: build and push it again"));
    }
    Ok(())
}

fn refused(layer: &Descriptor, error: TarError) -> Problem {
    match error {
        TarError::Write { path, error } => Problem::path("write", &path)(error),
        error => Problem::user(format!("cannot apply the layer `{}`: {error}", layer.digest))
            .hint(error.hint()),
    }
}

/// What is read, with its sum.
struct Summed<R> {
    from: R,
    sum: Sha256,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.sum.update(&into[..count]);
        Ok(count)
    }
}
