//! Against Debian's own registry, with skopeo at its other door, and against registries that lie.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod artifacts;
mod keeper;
mod lies;
mod login;
mod world;
