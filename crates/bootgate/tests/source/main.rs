//! QEMU from its source: kept, brought back and proven, whatever the cache does. Most of it with a small source that is
//! built by the same tools; the real one takes minutes.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod failures;
mod faults;
mod job;
mod kept;
mod real;
mod sources;
