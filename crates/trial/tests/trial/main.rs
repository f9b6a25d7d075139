//! Trials on machines that follow a script.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod cases;
mod cast;
mod clocks;
mod evidence;
mod page;
mod repetition;
mod steps;
mod world;
mod wrong_verdicts;
