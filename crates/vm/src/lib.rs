//! QEMU as a machine: command line, accelerator probe, QMP, console.
//!
//! [`Qemu`] is what a trial runs. [`Qemu::plan`] says what it would start, as a value that can be printed.

mod accel;
mod autopsy;
mod board;
mod boot;
mod command;
mod console;
mod devices;
mod ending;
mod fast;
mod files;
pub mod host;
pub mod kernel;
mod keyboard;
mod launch;
mod locate;
mod plan;
pub mod probe;
mod qemu;
mod qmp;
mod startup;
mod tail;

pub use plan::Plan;
pub use qemu::Qemu;
