//! Console bytes and rules in, a verdict out: pure, no I/O, no clock of its own.

mod pattern;

pub use pattern::{Pattern, PatternError};
