//! The boot-test file: types, schema, errors with line and column.

mod arch;
mod qemu;

pub use arch::Arch;
pub use qemu::{Accel, Drive, DriveInterface, Forward, Network, Qemu};
