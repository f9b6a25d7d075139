//! For tests only: worlds to run in, and peers that lie.

pub mod act;
pub mod cache_service;
mod guests;
pub mod runner;
mod script;

pub use guests::{Guest, guest};
pub use script::Script;
