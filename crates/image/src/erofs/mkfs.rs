//! Packed, by `mkfs.erofs` of erofs-utils 1.5 or later.
//!
//! It takes a folder of the host, so what the host lets nobody but root make is refused: devices, and more than one owner.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use uuid::Uuid;

use crate::output::{Output, Written};
use crate::tool::{Tool, staging};
use crate::tree::{Kind, Node, Tree};
use crate::{Error, name};

const MKFS: Tool = Tool { name: "mkfs.erofs", package: "erofs-utils" };

/// Writes a tree. All of it must have one owner and one group; the top has the same.
pub(super) fn write(
    tree: &Tree,
    to: &Path,
    uuid: impl FnOnce() -> Result<Uuid, Error>,
    time: u64,
) -> Result<Written, Error> {
    let (uid, gid) = tree.iter().next().map_or((0, 0), |(_, node)| (node.meta.uid, node.meta.gid));
    tree.iter().try_for_each(|(path, node)| fits(path, node, (uid, gid)))?;
    let uuid = uuid()?;
    let mut command = MKFS.command()?;
    let output = Output::create(to)?;
    let folder = staging()?;
    let top = folder.path().join("top");
    stage(tree, &top)?;
    command.args(["--quiet", "-x-1", "-zlz4hc", &format!("-T{time}"), &format!("-U{uuid}")]);
    command.args([format!("--force-uid={uid}"), format!("--force-gid={gid}")]);
    command.arg(output.path()).arg(&top);
    let made = MKFS.run(&mut command);
    unlock(tree, &top);
    made?;
    tree.unchanged()?;
    output.commit()
}

fn fits(path: &[u8], node: &Node, owner: (u32, u32)) -> Result<(), Error> {
    let readable = match node.kind {
        Kind::Device(_) | Kind::Pipe => {
            return Err(Error::unfit(path, "only root can make a device for packed erofs"));
        }
        Kind::Folder => 0o500,
        Kind::File(_) => 0o400,
        Kind::Symlink(_) => 0,
    };
    let why = if !node.xattrs.is_empty() {
        "extended attributes are not packed"
    } else if (node.meta.uid, node.meta.gid) != owner {
        "it has another owner or group than the first: erofs-utils 1.5 takes one for all"
    } else if node.meta.mode & readable != readable {
        "its owner may not read it"
    } else {
        return Ok(());
    };
    Err(Error::unfit(path, why))
}

/// Makes the tree on the host. Folders get their modes last: some may not be written into.
fn stage(tree: &Tree, top: &Path) -> Result<(), Error> {
    make_folder(top).map_err(Error::io(top))?;
    for (path, node) in tree.iter() {
        let at = top.join(name::as_path(path));
        match &node.kind {
            Kind::Folder => make_folder(&at),
            Kind::File(content) => content.open().and_then(|mut from| {
                io::copy(&mut from, &mut File::create(&at)?)?;
                fs::set_permissions(&at, Permissions::from_mode(node.meta.mode))
            }),
            Kind::Symlink(target) => symlink(name::as_path(target), &at),
            Kind::Device(_) | Kind::Pipe => Ok(()),
        }
        .map_err(Error::io(&at))?;
    }
    for (path, node) in folders(tree).rev() {
        let at = top.join(name::as_path(path));
        fs::set_permissions(&at, Permissions::from_mode(node.meta.mode)).map_err(Error::io(&at))?;
    }
    Ok(())
}

fn make_folder(at: &Path) -> io::Result<()> {
    fs::create_dir(at)?;
    fs::set_permissions(at, Permissions::from_mode(0o755))
}

fn folders(tree: &Tree) -> impl DoubleEndedIterator<Item = (&[u8], &Node)> {
    let folders: Vec<_> = tree.iter().filter(|(_, node)| node.kind == Kind::Folder).collect();
    folders.into_iter()
}

/// Lets the folders be removed again. What fails here stays in the folder for temporary files.
fn unlock(tree: &Tree, top: &Path) {
    for (path, _) in folders(tree) {
        let _best_effort =
            fs::set_permissions(top.join(name::as_path(path)), Permissions::from_mode(0o700));
    }
}
