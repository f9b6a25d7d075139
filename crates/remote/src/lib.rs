//! A host over SSH: how it is reached, what is sent to it, and how nothing is left behind on it.

mod frames;
pub mod host;
mod hosts;
mod message;
mod pieces;
mod program;
mod session;
pub mod ssh;
mod test;
pub mod tree;

pub use hosts::first_free;
pub use message::{Execute, Want};
pub use session::{Progress, Session, Tell};
pub use test::{Done, Step, Test};
