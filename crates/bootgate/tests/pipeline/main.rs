//! Workflows without a runner, beside what act makes of them.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod act;
mod interruption;
mod mistakes;
mod scripts;
mod world;
