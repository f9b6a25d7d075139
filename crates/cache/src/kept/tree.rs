//! The digest of a tree: of its names, modes, contents and links.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::paths::hex;

/// How much is read at once, in bytes.
const CHUNK: usize = 128 << 10;

/// The digest of a file, or of all that is below the folder `root` but for what `skip` says yes to, by its path from there:
/// `sha256:` and 64 digits.
///
/// # Errors
/// Something cannot be read.
pub fn digest(root: &Path, skip: &dyn Fn(&Path) -> bool) -> io::Result<String> {
    let mut hash = Sha256::new();
    if !root.is_dir() {
        pour(root, &mut hash)?;
        return Ok(shown(hash));
    }
    let mut paths = Vec::new();
    gather(root, Path::new(""), skip, &mut paths)?;
    paths.sort();
    for path in &paths {
        add(&mut hash, root, path)?;
    }
    Ok(shown(hash))
}

fn pour(path: &Path, hash: &mut Sha256) -> io::Result<()> {
    let (mut file, mut chunk) = (File::open(path)?, vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(()),
            read => hash.update(&chunk[..read]),
        }
    }
}

fn shown(hash: Sha256) -> String {
    format!("sha256:{}", hex(&hash.finalize()))
}

fn gather(
    root: &Path,
    at: &Path,
    skip: &dyn Fn(&Path) -> bool,
    paths: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(root.join(at))? {
        let entry = entry?;
        let path = at.join(entry.file_name());
        if skip(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            gather(root, &path, skip, paths)?;
        }
        paths.push(path);
    }
    Ok(())
}

/// Each part with its length before it, so that no two trees look alike.
fn add(hash: &mut Sha256, root: &Path, path: &Path) -> io::Result<()> {
    let at = root.join(path);
    let about = at.symlink_metadata()?;
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(path.as_os_str().as_bytes());
    if about.is_symlink() {
        part(b"link");
        part(fs::read_link(&at)?.as_os_str().as_bytes());
    } else if about.is_dir() {
        part(b"folder");
    } else {
        // Of the mode only what an archive keeps.
        part(if about.permissions().mode() & 0o100 == 0 { b"file" } else { b"program" });
        hash.update(about.len().to_le_bytes());
        pour(&at, hash)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/b"), "bc").unwrap();
        std::os::unix::fs::symlink("b", folder.path().join("a/link")).unwrap();
        folder
    }

    fn digest(folder: &tempfile::TempDir) -> String {
        super::digest(folder.path(), &|_| false).unwrap()
    }

    #[test]
    fn like_trees_have_one_digest_wherever_they_are() {
        assert_eq!(digest(&tree()), digest(&tree()));
    }

    #[test]
    fn a_changed_byte_name_mode_or_link_is_another_tree() {
        let usual = digest(&tree());
        let changes: [fn(&Path); 5] = [
            |at| fs::write(at.join("a/b"), "bd").unwrap(),
            |at| fs::rename(at.join("a/b"), at.join("a/c")).unwrap(),
            |at| fs::set_permissions(at.join("a/b"), fs::Permissions::from_mode(0o755)).unwrap(),
            |at| {
                fs::remove_file(at.join("a/link")).unwrap();
                std::os::unix::fs::symlink("c", at.join("a/link")).unwrap();
            },
            |at| fs::create_dir(at.join("empty")).unwrap(),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let tree = tree();
            change(tree.path());
            assert_ne!(digest(&tree), usual, "change {number}");
        }
    }
}
