//! Console bytes and rules in, a verdict out: pure, no I/O, no clock of its own.
//!
//! The caller feeds a [`Judge`] with bytes and the time at which they came, acts on the [`Notice`]s it gets back, says
//! at last how the run [ended](Conclusion), and gets a [`Judgement`].

mod ansi;
mod automaton;
mod cases;
pub mod catalogue;
mod echo;
mod excerpt;
mod finding;
mod frame;
mod hit;
mod judge;
mod judgement;
mod line;
mod machinery;
mod mask;
mod pattern;
mod progress;
mod recent;
mod rules;
mod shown;
mod signs;
mod source;
mod stage;
mod title;
mod torn;
mod trim;

pub use cases::Tests;
pub use excerpt::Excerpt;
pub use finding::Finding;
pub use frame::Blame;
pub use hit::Hit;
pub use judge::{Judge, Notice};
pub use judgement::{Conclusion, Judgement, Verdict};
pub use ktap::{Case, Outcome};
pub use line::{Line, harmless, plain};
pub use pattern::{Pattern, PatternError};
pub use rules::{Rules, TooLarge};
pub use shown::shown;
pub use signs::Signs;
pub use source::Source;
pub use stage::{Stage, StageTime};
