//! Files out of the guest, over its console: the guest's shell prints each between two marks, in letters that mean
//! nothing to a terminal, with its size and its checksum.

mod frames;
mod gather;
mod place;

pub(crate) use gather::Gather;
pub(crate) use place::write;
