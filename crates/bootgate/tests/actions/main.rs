//! The actions as a runner starts them, and as people use them in workflows.

mod axvisor;
mod boots;
mod cancel;
mod ci;
mod docs;
mod launcher;
mod local_test;
mod program;
mod remote;
mod rust_os;
mod rustup;
mod shape;
