//! Promotions with Debian's registry, where crane, skopeo, regctl and cosign look at what came of them.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod again;
mod channels;
mod gates;
mod killed;
mod lies;
mod migrating;
mod moves;
mod policy_check;
mod refusals;
mod runner;
mod ways;
mod world;
