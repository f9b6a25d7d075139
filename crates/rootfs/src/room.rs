//! Whether this host has room for an image.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use fetch::Store;
use problem::Problem;
use registry::Descriptor;
use rustix::fs::statvfs;

use crate::pulled::total;

/// An error if there is less room than the layers need for sure: what is not kept yet, and what comes out of all, which is
/// hardly ever less than what goes in.
pub(crate) fn check(layers: &[Descriptor], kept: &Store, scratch: &Path) -> Result<(), Problem> {
    let mut missing = Vec::new();
    let mut folder = scratch.to_owned();
    for layer in layers {
        let path = kept.path(layer.digest)?;
        if !path.exists() && !missing.contains(&layer) {
            missing.push(layer);
        }
        folder = path.parent().unwrap_or(scratch).to_owned();
    }
    let (to_keep, to_unpack) = (total(missing.into_iter()), total(layers.iter()));
    if device(&folder)? == device(scratch)? {
        return has(scratch, to_keep.saturating_add(to_unpack));
    }
    has(&folder, to_keep)?;
    has(scratch, to_unpack)
}

fn device(folder: &Path) -> Result<u64, Problem> {
    folder.metadata().map(|about| about.dev()).map_err(Problem::path("read", folder))
}

/// What anybody may write there, in bytes.
///
/// # Errors
/// It cannot be looked at.
pub fn free(folder: &Path) -> Result<u64, Problem> {
    let of = statvfs(folder).map_err(|error| Problem::path("read", folder)(error.into()))?;
    Ok(of.f_bavail.saturating_mul(of.f_frsize))
}

fn has(folder: &Path, needed: u64) -> Result<(), Problem> {
    let free = free(folder)?;
    if free >= needed {
        return Ok(());
    }
    let named = folder.display();
    Err(Problem::infrastructure(format!(
        "the disk of `{named}` has {free} bytes left, and the layers need {needed} at least"
    ))
    .hint("free some space, or use a larger runner"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_too_small_is_said_so_with_what_is_needed() {
        let folder = std::env::temp_dir();
        has(&folder, 1).unwrap();
        let problem = has(&folder, u64::MAX).unwrap_err();
        assert!(problem.message.ends_with(&format!("need {} at least", u64::MAX)), "{problem}");
        assert!(problem.hint.is_some());
    }
}
