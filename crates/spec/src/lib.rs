//! The boot-test file: types, schema, errors with line and column.
//!
//! [`load`] reads a file, [`parse`] reads a text; both give a [`Spec`] in which every check has been made, or one
//! [`Error`] that points at the key or value to change. Each module holds one part of the file: its type, the shape it
//! is written in, and the way from the one to the other.

mod access;
mod allow;
mod arch;
mod arguments;
mod collect;
mod command;
mod date;
mod duration;
mod error;
mod exit;
mod file;
mod hazard;
mod limit;
mod limits;
mod machine;
mod machines;
mod memory;
mod model;
mod node;
mod paths;
mod patterns;
mod qemu;
mod quarantine;
mod reading;
mod repetition;
mod result;
mod results;
mod schema;
mod signs;
mod soundness;
mod ssh;
mod step;
mod suggestion;
mod texts;
mod uefi;
mod yaml;

pub use access::{Access, HandIn, SshAccess};
pub use allow::Allow;
pub use arch::Arch;
pub use arguments::refused_argument;
pub use command::{Command, CommandLine};
pub use date::DateText;
pub use error::{Error, quoted};
pub use exit::{Exit, ExitDevice};
pub use file::{load, parse, stem};
pub use hazard::Hazard;
pub use limit::{Limit, TCG_SLOWDOWN};
pub use limits::Limits;
pub use machine::{Capability, Machine, Unfit};
pub use machines::Member;
pub use model::Spec;
pub use node::Node;
pub use qemu::{Accel, Drive, DriveInterface, Forward, Network, Qemu};
pub use quarantine::Quarantine;
pub use reading::{date, label, read};
pub use repetition::StopWhen;
pub use schema::{schema, schema_of};
pub use ssh::Ssh;
pub use step::{Action, FileCheck, Phase, Run, Step, System, Versions};
pub use suggestion::nearest;
pub use uefi::{Display, Uefi};
pub use verdict::{Pattern, Signs, Tests};
