//! The roots of images as we make them, against what umoci unpacks, from Debian's own registry where skopeo put them.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod built;
mod fact;
mod generated;
mod named;
mod refused;
mod world;
