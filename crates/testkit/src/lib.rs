//! For tests only: worlds to run in, and peers that lie.

mod guests;
mod script;

pub use guests::{Guest, guest};
pub use script::Script;
