//! AxVisor's QEMU configurations, read as boot tests: TOML of ostool 0.8, 0.24 and 0.31.
//!
//! [`read`] tells which kind of file a text is, [`Config::lower`] makes a [`spec::Spec`] of a QEMU configuration, and
//! [`hazards()`] names what would let such a file, or a boot test of our own, pass a guest that is broken. Nothing here
//! reads a file or the environment: variables come from a lookup.

mod arguments;
mod config;
mod document;
mod fields;
mod firmware;
mod generation;
pub mod hazards;
mod lower;
mod place;
mod step;
mod variables;

pub use config::Config;
pub use document::{Document, read};
pub use generation::Generation;
pub use hazards::{Hazard, Subject, hazards};
pub use lower::{Lowered, Target};
pub use variables::Lookup;
