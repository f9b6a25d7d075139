//! For tests only: worlds to run in, and peers that lie.

mod script;

pub use script::Script;
