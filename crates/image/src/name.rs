//! Which names may stand in an archive: those that every reader puts below its own root, and nowhere else.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The longest name in bytes: Linux's `PATH_MAX` without the closing NUL. The kernel skips longer entries silently.
pub const MAX_PATH: usize = 4095;

/// The longest part between two slashes in bytes: Linux's `NAME_MAX`.
pub const MAX_COMPONENT: usize = 255;

/// The name that ends a cpio archive.
pub(crate) const TRAILER: &[u8] = b"TRAILER!!!";

/// Why a name cannot stand in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// It has no bytes.
    Empty,
    /// It starts with `/`.
    Absolute,
    /// A part of it is `..`.
    Parent,
    /// A part of it is `.`, or empty as in `a//b` and `a/`.
    NotNormal,
    /// It contains a NUL byte.
    Nul,
    /// It is longer than [`MAX_PATH`], or a part of it than [`MAX_COMPONENT`].
    TooLong,
    /// It is the name that ends the archive.
    Trailer,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameFault::Empty => "it is empty",
            NameFault::Absolute => "it is absolute",
            NameFault::Parent => "it has a part `..`",
            NameFault::NotNormal => "it has an empty part or a part `.`",
            NameFault::Nul => "it contains a NUL byte",
            NameFault::TooLong => "it is too long",
            NameFault::Trailer => "it is the name that ends an archive",
        })
    }
}

/// Checks a path inside the archive.
pub(crate) fn check(name: &[u8]) -> Result<(), NameFault> {
    match name {
        b"" => return Err(NameFault::Empty),
        [b'/', ..] => return Err(NameFault::Absolute),
        TRAILER => return Err(NameFault::Trailer),
        _ if name.len() > MAX_PATH => return Err(NameFault::TooLong),
        _ => {}
    }
    name.split(|byte| *byte == b'/').try_for_each(check_component)
}

/// Checks a part of a path.
pub(crate) fn check_component(part: &[u8]) -> Result<(), NameFault> {
    match part {
        b"" | b"." => Err(NameFault::NotNormal),
        b".." => Err(NameFault::Parent),
        _ if part.contains(&0) => Err(NameFault::Nul),
        _ if part.len() > MAX_COMPONENT => Err(NameFault::TooLong),
        _ => Ok(()),
    }
}

/// Checks what a symbolic link points to: it may lead anywhere, since the guest resolves it inside itself.
pub(crate) fn check_target(target: &[u8]) -> Result<(), NameFault> {
    match target {
        b"" => Err(NameFault::Empty),
        _ if target.contains(&0) => Err(NameFault::Nul),
        _ if target.len() > MAX_PATH => Err(NameFault::TooLong),
        _ => Ok(()),
    }
}

/// A name as a path of this host.
pub(crate) fn as_path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

/// The folders above `name`, outermost first: `a` and `a/b` for `a/b/c`.
pub(crate) fn parents(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &name[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_leave_the_root_is_refused() {
        for (name, fault) in [
            ("", NameFault::Empty),
            ("/etc/passwd", NameFault::Absolute),
            ("..", NameFault::Parent),
            ("a/../../b", NameFault::Parent),
            ("./a", NameFault::NotNormal),
            ("a//b", NameFault::NotNormal),
            ("a/", NameFault::NotNormal),
            ("a\0b", NameFault::Nul),
            ("TRAILER!!!", NameFault::Trailer),
        ] {
            assert_eq!(check(name.as_bytes()), Err(fault), "{name:?}");
        }
    }

    #[test]
    fn a_name_may_be_as_long_as_linux_allows_and_no_longer() {
        let part = "x".repeat(MAX_COMPONENT);
        assert_eq!(check(part.as_bytes()), Ok(()));
        assert_eq!(check(format!("{part}x").as_bytes()), Err(NameFault::TooLong));
        let path = [part.as_str(); 16].join("/");
        assert_eq!(path.len(), MAX_PATH);
        assert_eq!(check(path.as_bytes()), Ok(()));
        assert_eq!(check(format!("{path}/x").as_bytes()), Err(NameFault::TooLong));
    }

    #[test]
    fn odd_names_that_stay_inside_are_kept() {
        for name in ["...", "a b", "-rf", "caf\u{e9}", "a\nb", "dir/TRAILER!!!"] {
            assert_eq!(check(name.as_bytes()), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn parents_come_outermost_first() {
        let found: Vec<&[u8]> = parents(b"a/b/c").collect();
        assert_eq!(found, [b"a".as_slice(), b"a/b"]);
    }
}
