//! Files out of the guest, over its console or as an answer: the guest's shell prints each between two marks, in letters that mean
//! nothing to a terminal, with its size and its checksum.

mod asked;
mod frames;
mod gather;
mod place;

pub(crate) use asked::{MOST_TEXT, answered, script};
pub(crate) use frames::Found;
pub(crate) use gather::{Gather, sorted};
pub(crate) use place::write;
