//! Why an archive does not become a tree.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::tree::TreeError;

/// Why an archive does not become a tree. [`fmt::Display`] gives the reason, [`TarError::hint`] the next step.
#[derive(Debug)]
#[non_exhaustive]
pub enum TarError {
    /// It cannot be read, is malformed, or ends too early.
    Read(io::Error),
    /// A member cannot stand in a tree.
    Refused {
        /// The member.
        name: String,
        /// What it is.
        why: &'static str,
        /// Whether it has to be packed in another way.
        is_sparse: bool,
    },
    /// A member's path is unusable, a folder's too, or leads through something that is no folder.
    Tree(TreeError),
    /// There is more in it than can be held in memory.
    TooMany,
    /// A content cannot be written to the host.
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl TarError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            TarError::Read(_) => "check that the archive is whole and that it is not packed",
            TarError::Refused { is_sparse: true, .. } => "pack it without `--sparse`",
            TarError::Refused { .. } | TarError::Tree(_) => "leave it out of the archive",
            TarError::TooMany => "use an image of the system instead of an archive",
            TarError::Write { error, .. } if error.kind() == io::ErrorKind::StorageFull => {
                "free some space"
            }
            TarError::Write { .. } => "check the folder and its permissions",
        }
    }
}

impl fmt::Display for TarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TarError::Read(error) => write!(f, "the archive cannot be read: {error}"),
            TarError::Refused { name, why, .. } => {
                write!(f, "the archive holds `{name}`, which {why}")
            }
            TarError::Tree(error) => write!(f, "the archive does not become a tree: {error}"),
            TarError::TooMany => {
                f.write_str("the archive has too many names, attributes and small files")
            }
            TarError::Write { path, error } => {
                write!(f, "cannot write `{}`: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for TarError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TarError::Read(error) | TarError::Write { error, .. } => Some(error),
            TarError::Tree(error) => Some(error),
            _ => None,
        }
    }
}
