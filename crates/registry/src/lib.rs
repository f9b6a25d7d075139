//! A thin client of OCI registries: raw manifests that are verified by digest, blobs into files, and artifacts.

mod artifact;
mod challenge;
mod copy;
mod credentials;
mod delete;
pub mod difference;
mod link;
mod login;
mod manifest;
mod pages;
mod push;
mod reference;
mod referrers;
mod reply;
mod repository;
pub mod tree;

pub use artifact::{Artifact, File, pull_artifact, push_artifact};
pub use copy::Moved;
pub use credentials::{Credentials, Keychain, usual_files};
pub use manifest::{Descriptor, Kind, Manifest, Parts, Platform};
pub use reference::{NotAReference, Reference, Version};
pub use repository::{Access, Repository};
