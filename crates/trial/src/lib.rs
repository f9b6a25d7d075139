//! One run of a boot test on a machine: steps, clocks, verdict and evidence.
//!
//! Everything that can run a guest implements [`Machine`]; every door (action, command line, lab) calls the same [`run`].

mod ask;
mod clocks;
mod collect;
mod evidence;
mod group;
mod junit;
mod machine;
pub mod page;
mod recorder;
mod replay;
mod report;
mod run;
mod signals;
mod standing;
mod steps;
mod symbolised;
mod system;
mod tally;
mod tries;
mod turns;
mod typist;
mod watcher;

pub use ::problem::{Fault, Problem};
pub use ::symbols::Frame;
pub use ask::{Answer, Question, Said, Unreached};
pub use clocks::Scaled;
pub use group::MachineReport;
pub use machine::{Accelerator, Ending, Machine, Started, Stop};
pub use replay::replay;
pub use report::{Report, StepReport, VERSION};
pub use signals::{Event, Signal, Signals};
pub use system::Boot;
pub use tally::{Quarantined, Try};
pub use tries::{Trial, run, run_group};
pub use watcher::Watcher;
