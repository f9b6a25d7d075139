//! Workflows without a runner, beside what act makes of them; and those that `bootgate init` writes.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod act;
mod init;
mod init_release;
mod interruption;
mod mistakes;
mod scripts;
mod world;
