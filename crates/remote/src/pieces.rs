//! Pieces of files, and lists, as they go over the wire: pressed together.

use std::io::Read;

use problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most bytes of pieces in one message, and of a list, before they are pressed.
pub(crate) const BATCH: usize = 4 << 20;
const LIST: u64 = 1 << 29;

/// Presses a lot and is still faster than most networks.
const LEVEL: i32 = 3;

/// Presses pieces together.
pub(crate) fn pack(pieces: &[u8]) -> Result<Vec<u8>, Problem> {
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
