//! The second build, of a copy of the checkout, by which a release is known to be made of its source and nothing else.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{copy, emptied, name, program};
use crate::failure::Failure;
use crate::process;

/// Builds every program from nothing in a folder of another name and length, and compares it with that of `dist`.
pub(crate) fn compare(root: &Path) -> Result<(), Failure> {
    let copied = emptied(root.join("target/dist/again"))?;
    copy_checkout(root, &copied)?;
    for target in program::TARGETS {
        let built = program::build(&copied, target)?;
        same(&root.join("dist").join(name(target)), &built)?;
    }
    fs::remove_dir_all(&copied).map_err(Failure::path("removing", &copied))
}

/// The files that git knows, or would add, as they are now.
fn copy_checkout(root: &Path, to: &Path) -> Result<(), Failure> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let names = process::output(&mut git)?;
    let mut names = names.split_terminator('\0').filter(|name| root.join(name).is_file());
    names.try_for_each(|name| copy(&root.join(name), &to.join(name)))
}

fn same(one: &Path, other: &Path) -> Result<(), Failure> {
    let read = |path: &Path| fs::read(path).map_err(Failure::path("reading", path));
    let (first, second) = (read(one)?, read(other)?);
    if first == second {
        return Ok(());
    }
    let equal = first.iter().zip(&second).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.display(), other.display());
    let message = format!("`{one}` and `{other}` differ from byte {equal} on");
    Err(Failure::check(message).hint("keep both and compare them with diffoscope"))
}
