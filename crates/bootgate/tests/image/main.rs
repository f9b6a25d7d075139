//! Images for guests, as a workflow and a user make them.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod bad_input;
mod differences;
mod formats;
mod job;
mod kept;
mod nimbos;
mod sources;
