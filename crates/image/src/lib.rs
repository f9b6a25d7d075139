//! File systems and archives for guests, written without root.
//!
//! Everything here is a pure function of its input: no clock, no environment, the same bytes for the same calls.

mod cpio;
mod cpio_error;
mod name;
mod tree;

pub use cpio::{Cpio, Device, Meta};
pub use cpio_error::CpioError;
pub use name::{MAX_COMPONENT, MAX_PATH, NameFault};
pub use tree::{Content, Kind, Node, Tree, TreeError};
