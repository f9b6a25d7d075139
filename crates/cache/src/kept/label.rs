//! What says that a folder is complete: written last, with the digest of all the rest.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::tree;

/// Where the label is, in the folder.
const LABEL: &str = ".bootgate.json";

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Label {
    /// The name that says all it was made of.
    pub key: String,
    /// The digest of everything but the label.
    pub digest: String,
}

impl Label {
    /// Says that what is in the folder is complete.
    ///
    /// # Errors
    /// It cannot be read, or the label cannot be written.
    pub fn write(folder: &Path, key: &str) -> io::Result<Label> {
        let label = folder.join(LABEL);
        let written = Label { key: key.to_owned(), digest: digest(folder)? };
        fs::write(label, serde_json::to_vec(&written)?)?;
        Ok(written)
    }

    /// Labels what is in the folder and gives it its place. Where another job was faster with the same, that one stays; what
    /// is no good gives way.
    ///
    /// # Errors
    /// As [`Label::write`], or it cannot be put there.
    pub fn settle(folder: &Path, place: &Path, key: &str) -> io::Result<()> {
        Label::write(folder, key)?;
        match fs::rename(folder, place) {
            Err(_) if Label::verify(place, Some(key)).is_ok() => Ok(()),
            Err(_) => {
                fs::remove_dir_all(place)?;
                fs::rename(folder, place)
            }
            moved => moved,
        }
    }

    /// What is in the folder, if all of it is as it was when it was labelled. `key` is what it should be; none where that is
    /// known otherwise.
    ///
    /// # Errors
    /// Why it is no good, as a lower-case fragment.
    pub fn verify(folder: &Path, key: Option<&str>) -> Result<Label, String> {
        let text =
            fs::read(folder.join(LABEL)).map_err(|error| format!("it has no label: {error}"))?;
        let label: Label = serde_json::from_slice(&text)
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
    tree::digest(folder, &|path| path == Path::new(LABEL))
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
        let labelled = Label::write(folder.path(), "k").unwrap();
        let moved = folder.path().with_extension("moved");
        fs::rename(folder.path(), &moved).unwrap();
        assert_eq!(Label::verify(&moved, Some("k")), Ok(labelled));
        fs::remove_dir_all(moved).unwrap();
    }

    #[test]
    fn whoever_comes_second_leaves_what_is_good_and_takes_the_place_of_what_is_not() {
        let (first, second, base) = (folder(), folder(), tempfile::tempdir().unwrap());
        let place = base.path().join("k");
        Label::settle(first.path(), &place, "k").unwrap();
        Label::settle(second.path(), &place, "k").unwrap();
        assert!(!first.path().exists() && second.path().exists());
        fs::write(place.join("qemu"), "evil").unwrap();
        Label::settle(second.path(), &place, "k").unwrap();
        assert!(!second.path().exists() && Label::verify(&place, Some("k")).is_ok());
    }

    #[test]
    fn a_changed_a_missing_and_another_one_are_told_from_it() {
        let folder = folder();
        let verify = || Label::verify(folder.path(), Some("k")).map(drop);
        assert!(verify().unwrap_err().contains("no label"));
        Label::write(folder.path(), "other").unwrap();
        assert!(verify().unwrap_err().contains("`other`"));
        Label::write(folder.path(), "k").unwrap();
        fs::write(folder.path().join("qemu"), "evil").unwrap();
        assert!(verify().unwrap_err().contains("not those that were built"));
    }
}
