//! A file that has its name only when it is complete.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::Error;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The file's size in bytes; what it takes on the disk may be less.
    pub size: u64,
}

/// A file beside its later name. Dropped before [`Output::commit`], it leaves nothing.
#[derive(Debug)]
pub(crate) struct Output {
    file: NamedTempFile,
    to: PathBuf,
}

impl Output {
    pub(crate) fn create(to: &Path) -> Result<Output, Error> {
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = tempfile::Builder::new()
            .prefix(".image-")
            // Less the umask, as of any other file.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(Error::io(to))?;
        Ok(Output { file, to: to.to_owned() })
    }

    /// A file of `size` bytes of nothing, which take no space.
    pub(crate) fn sparse(to: &Path, size: u64) -> Result<Output, Error> {
        let output = Output::create(to)?;
        output.file().set_len(size).map_err(Error::io(to))?;
        Ok(output)
    }

    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Where it is for now: for the programs that write it.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Gives it its name.
    pub(crate) fn commit(self) -> Result<Written, Error> {
        let Output { file, to } = self;
        let kept = file.persist(&to).map_err(|failed| Error::io(&to)(failed.error))?;
        Ok(Written { size: kept.metadata().map_err(Error::io(&to))?.len() })
    }
}
