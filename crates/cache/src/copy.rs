//! Files out of where they are kept, as sparse as they are there.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use problem::Problem;
use tempfile::NamedTempFile;

/// How much is copied at once, and left out if it is nothing but zeros, in bytes.
const CHUNK: usize = 64 << 10;

/// Copies a file, whose copy takes no space for zeros, none at all where the file system can share it, and has its name when
/// it is whole.
///
/// # Errors
/// It cannot be read or written. Then what was there before still is.
pub fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    let folder =
        to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Problem::path("make", folder))?;
    let copied = || {
        let mut coming = NamedTempFile::new_in(folder)?;
        let mut kept = File::open(from)?;
        if rustix::fs::ioctl_ficlone(coming.as_file(), &kept).is_err() {
            pour(&mut kept, coming.as_file_mut())?;
        }
        coming.as_file().set_permissions(kept.metadata()?.permissions())?;
        coming.persist(to).map_err(|error| error.error)
    };
    copied().map(drop).map_err(Problem::path("write", to))
}

fn pour(from: &mut File, to: &mut File) -> io::Result<()> {
    let (size, mut chunk, mut at) = (from.metadata()?.len(), vec![0; CHUNK], 0);
    while let Some(data) = next_data(from, at)? {
        at = from.seek(SeekFrom::Start(data))?;
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if chunk[..read].iter().any(|byte| *byte != 0) {
            to.seek(SeekFrom::Start(at))?;
            to.write_all(&chunk[..read])?;
        }
        at += read as u64;
    }
    to.set_len(size)
}

/// Where the next bytes are that are no hole.
fn next_data(file: &File, at: u64) -> io::Result<Option<u64>> {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(at)) {
        Ok(data) => Ok(Some(data)),
        Err(rustix::io::Errno::NXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{FileExt, MetadataExt};

    use super::*;

    #[test]
    fn a_copy_has_the_same_bytes_and_its_holes() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["a", "b"].map(|name| folder.path().join(name));
        let file = File::create(&from).unwrap();
        file.set_len(64 << 20).unwrap();
        for at in [0, 5 << 20, (64 << 20) - 3] {
            file.write_all_at(b"xyz", at).unwrap();
        }
        copy(&from, &to).unwrap();
        assert!(fs::read(&from).unwrap() == fs::read(&to).unwrap());
        assert!(fs::metadata(&to).unwrap().blocks() * 512 < 1 << 20);
    }
}
