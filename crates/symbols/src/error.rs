//! Why a file gives no frames.

use std::{fmt, io};

/// What is wrong with a file of symbols.
#[derive(Debug)]
pub enum Error {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is a folder, a pipe or a device.
    NotAFile,
    /// It is larger than 4 GiB, or becomes so unpacked.
    TooLarge,
    /// It is no ELF file, or a broken one.
    Malformed(object::read::Error),
    /// It is another build than the one that printed the lines.
    Foreign,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unreadable(error) => write!(f, "{error}"),
            Error::NotAFile => f.write_str("it is no regular file"),
            Error::TooLarge => f.write_str("it has more than 4 GiB"),
            Error::Malformed(error) => write!(f, "it is no ELF file that can be read: {error}"),
            Error::Foreign => {
                f.write_str("no function on the console fits it: is it of the same build?")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Unreadable(error)
    }
}

impl From<object::read::Error> for Error {
    fn from(error: object::read::Error) -> Error {
        Error::Malformed(error)
    }
}
