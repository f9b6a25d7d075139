//! Pieces of files, and lists, as they go over the wire: pressed together.

use std::io::Read;
use std::sync::mpsc::SyncSender;

use problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::tree::{Digest, Source};

/// The most bytes of pieces in one message, and of a list, before they are pressed.
const BATCH: usize = 4 << 20;
const LIST: u64 = 1 << 29;

/// Presses a lot and is still faster than most networks.
const LEVEL: i32 = 3;

/// Pieces that go in one message.
pub(crate) struct Batch {
    pub(crate) lengths: Vec<u32>,
    pub(crate) pressed: Vec<u8>,
}

/// Reads and presses pieces of a tree for whoever takes them, until that is nobody.
pub(crate) fn press(source: &Source, digests: &[Digest], to: &SyncSender<Result<Batch, Problem>>) {
    let mut rest = digests;
    while !rest.is_empty() {
        let batch = batch(source, &mut rest);
        if batch.is_err() {
            rest = &[];
        }
        if to.send(batch).is_err() {
            return;
        }
    }
}

fn batch(source: &Source, rest: &mut &[Digest]) -> Result<Batch, Problem> {
    let (mut lengths, mut bytes) = (Vec::new(), Vec::new());
    while let Some((digest, after)) = rest.split_first().filter(|_| bytes.len() < BATCH) {
        let piece = source.piece(*digest)?;
        lengths.push(piece.len() as u32);
        bytes.extend(piece);
        *rest = after;
    }
    Ok(Batch { lengths, pressed: pack(&bytes)? })
}

/// Presses pieces together.
fn pack(pieces: &[u8]) -> Result<Vec<u8>, Problem> {
    zstd::bulk::compress(pieces, LEVEL).map_err(broken)
}

/// The pieces of these lengths.
pub(crate) fn unpack(lengths: &[u32], bytes: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
    let whole = lengths.iter().map(|length| *length as usize).sum();
    if whole > 2 * BATCH {
        return Err(broken("too many pieces at once"));
    }
    let bytes = zstd::bulk::decompress(bytes, whole).map_err(broken)?;
    if bytes.len() != whole {
        return Err(broken("pieces of other lengths"));
    }
    let mut rest = &bytes[..];
    let piece = |length: &u32| {
        let (piece, after) = rest.split_at(*length as usize);
        rest = after;
        piece.to_vec()
    };
    Ok(lengths.iter().map(piece).collect())
}

/// Presses a list.
pub(crate) fn pack_json(list: &impl Serialize) -> Result<Vec<u8>, Problem> {
    pack(&serde_json::to_vec(list).map_err(broken)?)
}

/// Reads a list.
pub(crate) fn unpack_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = zstd::Decoder::new(bytes).map_err(broken)?;
    serde_json::from_reader(text.take(LIST)).map_err(broken)
}

fn broken(why: impl std::fmt::Display) -> Problem {
    Problem::infrastructure(format!("what came over the connection is broken: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_pieces_or_an_error(lengths in any::<Vec<u32>>(), bytes in any::<Vec<u8>>()) {
            let _broken = unpack(&lengths, &bytes);
            let _broken = unpack_json::<Vec<Digest>>(&bytes);
        }

        #[test]
        fn pieces_come_as_they_went(pieces in proptest::collection::vec(any::<Vec<u8>>(), 0..9)) {
            let lengths: Vec<u32> = pieces.iter().map(|piece| piece.len() as u32).collect();
            let pressed = pack(&pieces.concat()).unwrap();
            prop_assert_eq!(unpack(&lengths, &pressed).unwrap(), pieces);
            prop_assert!(unpack(&[&lengths[..], &[1]].concat(), &pressed).is_err());
        }
    }
}
