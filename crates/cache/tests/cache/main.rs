//! The cache, from the outside: against a service that lies, against hostile archives, and against GitHub's own client.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod disk_full;
mod faults;
mod hostile;
mod interop;
mod local;
mod service;
mod tree;
mod world;
