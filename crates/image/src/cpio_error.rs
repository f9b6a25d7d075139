//! Why an entry cannot stand in a cpio archive.

use std::fmt;
use std::io;

use crate::name::NameFault;

/// Why an entry was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum CpioError {
    /// The name is unusable.
    Name {
        /// As it was given.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// What a symbolic link points to is unusable.
    Target {
        /// The link.
        name: String,
        /// What is wrong with its target.
        fault: NameFault,
    },
    /// The name is in the archive already.
    Duplicate {
        /// The name.
        name: String,
    },
    /// Something above it is a file, a link or a device.
    NotAFolder {
        /// The name.
        name: String,
        /// What is above it.
        parent: String,
    },
    /// It has 4 GiB or more, which this form cannot say.
    TooLarge {
        /// The name.
        name: String,
        /// In bytes.
        size: u64,
    },
    /// The reader had fewer or more bytes than announced.
    Length {
        /// The name.
        name: String,
        /// In bytes.
        announced: u64,
    },
    /// There are more than 2³² entries.
    Full,
    /// Reading or writing failed.
    Io(io::Error),
}

impl fmt::Display for CpioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CpioError::Name { name, fault } => {
                write!(f, "`{name}` cannot be in an archive: {fault}")
            }
            CpioError::Target { name, fault } => {
                write!(f, "the target of link `{name}` cannot be used: {fault}")
            }
            CpioError::Duplicate { name } => write!(f, "`{name}` is in the archive already"),
            CpioError::NotAFolder { name, parent } => {
                write!(f, "`{name}` is below `{parent}`, which is no folder")
            }
            CpioError::TooLarge { name, size } => {
                write!(
                    f,
                    "`{name}` has {size} bytes: a cpio archive holds files of less than 4 GiB"
                )
            }
            CpioError::Length { name, announced } => {
                write!(f, "`{name}` does not have the announced {announced} bytes")
            }
            CpioError::Full => f.write_str("the archive has no room for more entries"),
            CpioError::Io(error) => write!(f, "reading or writing failed: {error}"),
        }
    }
}

impl std::error::Error for CpioError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CpioError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for CpioError {
    fn from(error: io::Error) -> CpioError {
        CpioError::Io(error)
    }
}
