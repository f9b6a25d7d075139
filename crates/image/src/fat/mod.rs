//! FAT12, FAT16 and FAT32, written without root, loop device or mount, and read without trust.
//!
//! Source of the form: Microsoft's "FAT: General Overview of On-Disk Format" 1.03; sizes of clusters are those that
//! `mkfs.fat` takes. A [`Plan`] is made in memory from names and sizes alone, and is then written front to back.

mod boot;
mod bytes;
mod chain;
mod error;
mod folders;
mod geometry;
mod long;
mod name;
mod options;
mod plan;
mod reader;
mod short;
mod slot;
mod sparse;
mod stamp;
mod table;

pub use error::FatError;
pub use options::{FatKind, Options, Size};
pub use plan::{Plan, plan};
pub use reader::{Entry, Reader};

use std::path::Path;

use crate::output::Output;
use crate::{Error, Tree, Written};

/// Writes the tree as an image of its own.
///
/// # Errors
/// The tree does not become such a file system, or the image cannot be written: then nothing is left of it.
pub fn write(tree: &Tree, to: &Path, options: &Options) -> Result<Written, Error> {
    let plan = plan(tree, options).map_err(Error::Fat)?;
    let output = Output::create(to)?;
    plan.write(output.file(), 0).map_err(Error::Fat)?;
    output.commit()
}
