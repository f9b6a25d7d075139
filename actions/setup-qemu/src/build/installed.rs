//! A QEMU of ours in its folder: complete only with its label, which is written last.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::digest;

/// Where the label is, in the folder.
const LABEL: &str = "share/bootgate/qemu.json";

/// What a QEMU of ours is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Installed {
    /// The key of its recipe.
    pub(crate) key: String,
    /// The digest of everything but the label.
    pub(crate) digest: String,
}

impl Installed {
    /// Says that what is in the folder is complete.
    ///
    /// # Errors
    /// It cannot be read, or the label cannot be written.
    pub(crate) fn label(folder: &Path, key: &str) -> io::Result<Installed> {
        let label = folder.join(LABEL);
        // First, since what it makes counts.
        fs::create_dir_all(label.parent().unwrap_or(folder))?;
        let installed = Installed { key: key.to_owned(), digest: digest(folder)? };
        fs::write(label, serde_json::to_vec(&installed)?)?;
        Ok(installed)
    }

    /// What is in the folder, if all of it is as it was when it was labelled. `key` is what it should be; none where that is
    /// known otherwise.
    ///
    /// # Errors
    /// Why it is no good, as a lower-case fragment.
    pub(crate) fn verify(folder: &Path, key: Option<&str>) -> Result<Installed, String> {
        let text =
            fs::read(folder.join(LABEL)).map_err(|error| format!("it has no label: {error}"))?;
        let label: Installed = serde_json::from_slice(&text)
            .map_err(|error| format!("its label cannot be read: {error}"))?;
        if key.is_some_and(|key| key != label.key) {
            return Err(format!("it is `{}`", label.key.escape_debug()));
        }
        match digest(folder) {
            Ok(digest) if digest == label.digest => Ok(label),
            Ok(_) => Err("its files are not those that were built".into()),
            Err(error) => Err(format!("it cannot be read: {error}")),
        }
    }
}

fn digest(folder: &Path) -> io::Result<String> {
    digest::of_tree(folder, &|path| {
        path == Path::new(LABEL) || Some(path) == Path::new(LABEL).parent()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("qemu"), "program").unwrap();
        folder
    }

    #[test]
    fn what_was_labelled_is_known_again_wherever_it_is() {
        let folder = folder();
        let labelled = Installed::label(folder.path(), "k").unwrap();
        let moved = folder.path().with_extension("moved");
        fs::rename(folder.path(), &moved).unwrap();
        assert_eq!(Installed::verify(&moved, Some("k")), Ok(labelled));
        fs::remove_dir_all(moved).unwrap();
    }

    #[test]
    fn a_changed_a_missing_and_another_one_are_told_from_it() {
        let folder = folder();
        let verify = || Installed::verify(folder.path(), Some("k")).map(drop);
        assert!(verify().unwrap_err().contains("no label"));
        Installed::label(folder.path(), "other").unwrap();
        assert!(verify().unwrap_err().contains("`other`"));
        Installed::label(folder.path(), "k").unwrap();
        fs::write(folder.path().join("qemu"), "evil").unwrap();
        assert!(verify().unwrap_err().contains("not those that were built"));
    }
}
