//! A tar archive into a tree.

use std::io::Read;
use std::time::SystemTime;

use problem::Problem;
use tarball::{EntryType, Member, Members};

use super::tree::{Entry, Tree};
use super::{broken, hostile};

pub(super) fn unpack(from: impl Read, tree: &mut Tree) -> Result<(), Problem> {
    let mut members = Members::new(from);
    while let Some(member) = members.next_member().map_err(broken)? {
        take(&member, &mut members, tree)?;
    }
    Ok(())
}

fn take(member: &Member, contents: &mut impl Read, tree: &mut Tree) -> Result<(), Problem> {
    if member.is_sparse {
        let problem = hostile(&member.name, "is a sparse file");
        return Err(problem.hint("pack it without `--sparse`"));
    }
    // A time that this host's clock cannot hold is none.
    let mtime = SystemTime::UNIX_EPOCH.checked_add(member.mtime).unwrap_or(SystemTime::UNIX_EPOCH);
    let entry = Entry { name: &member.name, mode: member.mode, mtime };
    match member.kind {
        EntryType::Directory => tree.folder(&entry),
        EntryType::Symlink => tree.soft_link(&member.name, &member.link),
        EntryType::Link => tree.hard_link(&member.name, &member.link),
        // The oldest archives know no folders.
        EntryType::Regular if member.name.ends_with(b"/") => tree.folder(&entry),
        EntryType::Regular | EntryType::Continuous => {
            tree.file(&entry, &mut contents.take(member.size))
        }
        _ => Err(hostile(&member.name, "is neither file, folder nor link")),
    }
}
