//! Console bytes and rules in, a verdict out: pure, no I/O, no clock of its own.
//!
//! The caller feeds a [`Judge`] with bytes and the time at which they came, acts on the [`Notice`]s it gets back, says
//! at last how the run [ended](Conclusion), and gets a [`Judgement`].

mod ansi;
mod automaton;
mod cases;
pub mod catalogue;
mod echo;
mod finding;
mod judge;
mod judgement;
mod line;
mod pattern;
mod rules;
mod signs;
mod stage;

pub use cases::Tests;
pub use finding::Finding;
pub use judge::{Judge, Notice};
pub use judgement::{Conclusion, Judgement, Verdict};
pub use line::{Line, plain};
pub use pattern::{Pattern, PatternError};
pub use rules::{Rules, TooLarge};
pub use signs::Signs;
pub use stage::{Stage, StageTime};
pub use tap::{Case, Outcome};
