//! Downloads and archives, from the outside: against servers that lie, hostile archives, and the tools that pack real ones.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod archives;
mod catalogues;
mod downloads;
mod hostile;
mod mutations;
mod store;
