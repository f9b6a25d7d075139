//! The pieces that have arrived, one behind the other, until the tree is made of them. What a connection that was lost
//! had brought is there for the next.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::Digest;
use super::entry::LARGEST_PIECE;

/// A file of pieces.
#[derive(Debug)]
pub struct Pack {
    file: File,
    end: u64,
    places: HashMap<Digest, (u64, u32)>,
}

impl Pack {
    /// The pack at `path`, with the pieces that are whole in it; without one it is made.
    ///
    /// # Errors
    /// It cannot be read or made.
    pub fn open(path: &Path) -> io::Result<Pack> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        let mut pack = Pack { file, end: 0, places: HashMap::new() };
        let mut records = BufReader::new(pack.file.try_clone()?);
        while let Some(bytes) = record(&mut records)? {
            pack.note(Digest::of(&bytes), bytes.len());
        }
        // What is cut off or damaged is written over.
        pack.file.set_len(pack.end)?;
        pack.file.seek(SeekFrom::Start(pack.end))?;
        Ok(pack)
    }

    /// Adds a piece, unless it is there.
    ///
    /// # Errors
    /// It cannot be written: the disk is full.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        let digest = Digest::of(bytes);
        if self.has(digest) {
            return Ok(());
        }
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&[&digest.bytes()[..], &length.to_le_bytes(), bytes].concat())?;
        self.note(digest, bytes.len());
        Ok(())
    }

    /// Whether a piece is there.
    pub fn has(&self, digest: Digest) -> bool {
        self.places.contains_key(&digest)
    }

    /// A piece that is there.
    ///
    /// # Errors
    /// It is not, or cannot be read.
    pub fn get(&self, digest: Digest) -> io::Result<Vec<u8>> {
        let (at, length) = self.places.get(&digest).ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; *length as usize];
        self.file.read_exact_at(&mut bytes, *at).map(|()| bytes)
    }

    fn note(&mut self, digest: Digest, length: usize) {
        let at = self.end + HEAD as u64;
        self.end = at + length as u64;
        self.places.insert(digest, (at, length as u32));
    }
}

/// Before each piece: its digest and its length.
const HEAD: usize = 36;

/// The next piece, or none where the rest is not one.
fn record(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    from.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let Some((digest, length)) = head.split_first_chunk::<32>() else { return Ok(None) };
    let Ok(length) = length.try_into().map(u32::from_le_bytes) else { return Ok(None) };
    if length > LARGEST_PIECE {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    from.by_ref().take(u64::from(length)).read_to_end(&mut bytes)?;
    let is_whole = Digest::of(&bytes).bytes() == digest;
    Ok((is_whole && bytes.len() == length as usize).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_whole_in_a_pack_that_was_cut_off_is_kept_and_the_rest_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pack");
        let pieces: [&[u8]; 3] = [b"one", b"two two", b"three"];
        let whole = {
            let mut pack = Pack::open(&path).unwrap();
            pieces.iter().for_each(|piece| pack.add(piece).unwrap());
            std::fs::read(&path).unwrap()
        };
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let mut pack = Pack::open(&path).unwrap();
            pieces.iter().for_each(|piece| pack.add(piece).unwrap());
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at {length}");
            let read = pieces.map(|piece| pack.get(Digest::of(piece)).unwrap());
            assert_eq!(read, pieces.map(<[u8]>::to_vec));
        }
    }
}
