//! Disks out of container images, as a workflow and a user make them.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod artifacts;
mod boots;
mod builder;
mod layouts;
mod refusals;
mod world;
