//! A host over SSH: how it is reached, what is sent to it, and how nothing is left behind on it.

pub mod ssh;
pub mod tree;
