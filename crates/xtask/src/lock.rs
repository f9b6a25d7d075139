//! A folder that is filled by one `./x` at a time.

use std::fs::{self, File};
use std::path::Path;

use crate::failure::Failure;

/// Makes `folder` and holds its lock until the file is dropped.
pub(crate) fn hold(folder: &Path) -> Result<File, Failure> {
    fs::create_dir_all(folder).map_err(Failure::path("making", folder))?;
    let path = folder.join("lock");
    let file = File::create(&path).map_err(Failure::path("creating", &path))?;
    if file.try_lock().is_err() {
        anstream::eprintln!("   waiting for another `./x`, which fills {}", folder.display());
        file.lock().map_err(Failure::path("locking", &path))?;
    }
    Ok(file)
}
