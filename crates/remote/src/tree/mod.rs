//! A tree of files, as it is here and as it is on the host: what the host has of it already stays there, and only the
//! rest is sent.
//!
//! Files are cut where their content says so, and each piece is known by its digest. There is no store beside the tree:
//! what the host has is the tree of an earlier run, and what came of a transfer that was cut off.

mod entry;
mod far;
mod listing;
mod near;
mod pack;

pub use entry::{Digest, Entry, Kind, Manifest, Piece};
pub use far::Kept;
pub use listing::list;
pub use near::Source;
pub use pack::Pack;
