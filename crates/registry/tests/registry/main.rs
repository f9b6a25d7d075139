//! Against Debian's own registry, with skopeo at its other door, and against registries that lie.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod artifacts;
mod attached;
mod copies;
mod differences;
mod images;
mod keeper;
mod lies;
mod login;
mod names;
mod world;
