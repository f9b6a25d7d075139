//! Runs on a host over a real sshd: the whole way, and every way in which it breaks off.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod action;
mod breaks;
mod lies;
mod session;
