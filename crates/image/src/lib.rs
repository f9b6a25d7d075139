//! File systems, archives and disks for guests, written without root.
//!
//! Everything that is written is a function of its input: no clock, no environment, the same bytes for the same calls.

pub mod cpio;
mod cpio_error;
mod digest;
pub mod disk;
pub mod erofs;
mod error;
pub mod ext4;
pub mod fat;
mod inspect;
mod layer;
mod name;
mod output;
pub mod qcow2;
mod size;
pub mod squashfs;
pub mod tar;
mod tool;
mod tree;

pub use cpio::{Cpio, Device, Meta};
pub use cpio_error::CpioError;
pub use error::Error;
pub use inspect::{
    FileEntry, FileKind, FileSystem, Files, Image, InspectError, MOST_FILES, Partition, Report,
    inspect,
};
pub use name::{MAX_COMPONENT, MAX_PATH, NameFault};
pub use output::Written;
pub use size::Size;
pub use tree::{Content, Kind, Links, Node, Tree, TreeError};
pub use uuid::Uuid;
