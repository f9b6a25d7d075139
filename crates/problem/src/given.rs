//! Files that somebody named.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::Problem;

/// The most that such a file may have, in bytes: 1 MiB.
const LARGEST: u64 = 1 << 20;

/// The text of a file that somebody named: a policy, a workflow, a key.
///
/// # Errors
/// The user's: it is not there or cannot be read, has more than 1 MiB, or is no UTF-8.
pub fn given_text(path: &Path) -> Result<String, Problem> {
    let cannot = |why: &dyn std::fmt::Display| {
        Problem::user(format!("cannot read `{}`: {why}", path.display()))
    };
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text));
    match read {
        Ok(_) if text.len() as u64 > LARGEST => Err(cannot(&"it has more than 1 MiB")),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(cannot(&"there is no such file"))
        }
        Err(error) => Err(cannot(&error)),
    }
}
