//! One run of a boot test on a machine: steps, clocks, verdict and evidence.
//!
//! Everything that can run a guest implements [`Machine`]; every door (action, command line, lab) calls the same run.

mod machine;
mod problem;
mod signals;

pub use machine::{Accelerator, Ending, Machine, Started, Stop};
pub use problem::{Fault, Problem};
pub use signals::{Event, Signal, Signals};
