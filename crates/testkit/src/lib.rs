//! For tests only: worlds to run in, and peers that lie.

pub mod act;
pub mod browser;
pub mod cache_service;
mod exchange;
mod guests;
pub mod line;
pub mod meddler;
mod mounts;
pub mod object_stores;
mod os;
pub mod packages;
mod ran;
pub mod registry;
pub mod relay;
pub mod releases;
pub mod runner;
mod script;
mod server;
pub mod sshd;
pub mod web;

pub use guests::{Guest, guest, modules};
pub use mounts::mounting_shell;
pub use os::{Os, os};
pub use ran::Ran;
pub use script::Script;
