//! Machines of this host: QEMU (command line, accelerator probe, QMP, console), and any command in a terminal.
//!
//! [`Qemu`] and [`Terminal`] are what a trial runs. Their plans say what would be started, as a value that can be printed.

mod accel;
mod autopsy;
mod board;
mod boot;
mod command;
mod console;
mod devices;
mod dressed;
mod ending;
mod entrance;
mod fast;
mod files;
mod hold;
pub mod host;
pub mod hub;
pub mod kernel;
mod keyboard;
mod launch;
mod locate;
mod plan;
pub mod probe;
mod qemu;
mod qmp;
mod scratch;
mod secrets;
mod startup;
mod tail;
mod terminal;
mod tpm;
mod uefi;
mod usernet;
mod watch;

pub use plan::Plan;
pub use qemu::Qemu;
pub use scratch::sweep;
pub use terminal::Terminal;
