//! The actions as people use them: a release of ours, a repository that uses it, act in place of the runner; and one
//! step as the runner itself starts and cancels it.

mod checkout;
mod consumer;
mod event;
mod files;
mod log;
mod release;
mod residue;
mod run;
mod step;
mod tools;

pub use consumer::Consumer;
pub use event::Event;
pub use log::{Annotation, Run, StepRun};
pub use release::Release;
pub use run::Act;
pub use step::{Done, End, Running, Stage, Step};
pub use tools::tool;
