//! The program as people and runners use it, on real guests.

mod bad_input;
mod boots;
mod cases;
mod collect;
mod command;
mod exit_codes;
mod hold;
mod inputs;
mod inspect;
mod judge;
mod kill;
mod migrating;
mod ostool;
mod pictures;
mod rust_os;
mod spec_check;
// The kernel is for gcc of this architecture.
#[cfg(target_arch = "x86_64")]
mod symbols;
mod world;
