//! Whole systems: from a container image to a booted, checked system and a promoted digest, and every way in which that goes wrong.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]
#![expect(clippy::print_stderr, reason = "the figures are what a reader wants to see")]

mod faults;
mod firmware;
mod life;
mod machines;
mod upgrade;
mod world;
