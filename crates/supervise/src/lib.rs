//! Child processes in groups, deadlines, clean-up and signals: nothing that a run starts outlives it.
//!
//! Three nets lie under one another. A [`Child`] and a [`RunDir`] end when they are dropped: on return and `?`. What
//! is still there when a signal asks us to end, or at a panic, is ended by [`CleanUp::run_all`]. And where we are killed outright, the
//! kernel kills our children, and the next run removes our folder by [`RunDir::sweep`].

mod child;
mod clean_up;
mod converse;
mod deadline;
mod family;
mod fault;
mod interrupts;
mod private_folder;
mod process;
mod run_dir;
mod session;

pub use child::Child;
pub use clean_up::{CleanUp, Guard};
pub use converse::{Said, converse};
pub use deadline::Deadline;
pub use fault::end_on_panic;
pub use interrupts::Interrupts;
pub use process::{NotAProcess, Process};
pub use run_dir::RunDir;
