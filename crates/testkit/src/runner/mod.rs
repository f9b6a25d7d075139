//! A runner of GitHub Actions to run in: what it reads from a log, the files it gives a step, and its artifact service.

mod artifact_service;
mod files;
pub mod oracle;
mod world;

pub use artifact_service::{ArtifactService, Fault};
pub use world::World;
