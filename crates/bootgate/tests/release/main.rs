//! The example `bootc-release` from its first push to its pruning: its own workflows, run by act, with Debian's registry,
//! buildah, guests in QEMU, moto as S3, and crane and cosign to look at what came of it.
//!
//! act knows no environments and runs one workflow at a time: that a job waits for its reviewers, and that two jobs do not
//! promote at once, is left to GitHub. What reviewers have said is asked through GitHub's API as everywhere.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod again;
mod life;
mod looks;
mod system;
mod world;
mod year;
