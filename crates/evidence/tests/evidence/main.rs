//! With Debian's registry and the real cosign: what one signs the other verifies.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod cosign;
mod keys;
mod refused;
mod together;
mod world;
