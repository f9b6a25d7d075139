//! Why an image was not written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use problem::Problem;

use crate::cpio_error::CpioError;
use crate::fat::FatError;

/// Why an image was not written. [`fmt::Display`] gives the reason, [`Error::hint`] the next step.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A program that makes such images is not there.
    Missing {
        /// The program.
        tool: &'static str,
        /// Debian's package with it.
        package: &'static str,
    },
    /// A program refused its work.
    Tool {
        /// The program.
        tool: &'static str,
        /// How it ended; `None` if it took too long.
        status: Option<ExitStatus>,
        /// The end of what it said.
        words: String,
    },
    /// What goes in needs more room than it was given.
    TooSmall {
        /// In bytes, as asked for.
        size: u64,
        /// In bytes.
        needed: u64,
    },
    /// The format cannot say this of a file.
    Unfit {
        /// The file's path in the image.
        name: String,
        /// What it cannot say.
        why: &'static str,
    },
    /// The options contradict themselves or the format.
    Options(String),
    /// A file of the host has another size than when it was looked at.
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// An entry cannot stand in a cpio archive.
    Cpio(CpioError),
    /// The tree does not become a FAT file system.
    Fat(FatError),
    /// A file of the host cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Error::Missing { package, .. } => format!("install the package `{package}`"),
            Error::Tool { .. } => {
                "check what goes into the image; if it is right, report this".into()
            }
            Error::TooSmall { needed, .. } => {
                format!("give at least {needed} bytes, or let the size be found")
            }
            Error::Unfit { .. } => "leave it out, or write another format, such as ext4".into(),
            Error::Options(_) => "change the options".into(),
            Error::Changed { .. } => "write images after the build has ended".into(),
            Error::Fat(error) => error.hint().unwrap_or("check what goes into the image").into(),
            Error::Cpio(_) => "rename the entry, or leave it out".into(),
            Error::Io { error, .. } if error.kind() == io::ErrorKind::StorageFull => {
                "free some space: nothing was left behind".into()
            }
            Error::Io { .. } => "check the path and its permissions".into(),
        }
    }

    /// For `map_err`: reading or writing `path` failed.
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Error + Copy + '_ {
        move |error| Error::Io { path: path.to_owned(), error }
    }

    pub(crate) fn unfit(name: &[u8], why: &'static str) -> Error {
        Error::Unfit { name: name.escape_ascii().to_string(), why }
    }
}

/// What is in the way of an image is mostly in what was asked for; the disk and missing programs are not.
impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let is_ours = matches!(
            &error,
            Error::Io { .. }
                | Error::Missing { .. }
                | Error::Tool { .. }
                | Error::Fat(FatError::Write(_) | FatError::Copy { .. })
        );
        let (text, hint) = (error.to_string(), error.hint());
        if is_ours { Problem::infrastructure(text) } else { Problem::user(text) }.hint(hint)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing { tool, .. } => write!(f, "there is no program `{tool}`"),
            Error::Tool { tool, status, words } => {
                match status {
                    Some(status) => write!(f, "`{tool}` ended with {status}")?,
                    None => write!(f, "`{tool}` took too long")?,
                }
                if words.is_empty() { Ok(()) } else { write!(f, ": {}", words.escape_debug()) }
            }
            Error::TooSmall { size, needed } => {
                write!(f, "an image of `{size}` bytes is too small: {needed} are needed")
            }
            Error::Unfit { name, why } => write!(f, "`{name}` does not fit the format: {why}"),
            Error::Options(words) => f.write_str(words),
            Error::Changed { path } => {
                write!(f, "`{}` changed while the image was written", path.display())
            }
            Error::Cpio(error) => error.fmt(f),
            Error::Fat(error) => error.fmt(f),
            Error::Io { path, error } => {
                write!(f, "cannot read or write `{}`: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Cpio(error) => Some(error),
            Error::Fat(error) => Some(error),
            Error::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}
