//! The project's own rules, each a test.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod budgets;
mod community;
mod directions;
mod manifests;
mod names;
mod promises;
mod tree;
mod words;
mod workflows;
