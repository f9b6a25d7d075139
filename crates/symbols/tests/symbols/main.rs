//! Symbols: against `addr2line` and `nm` of binutils, on consoles, and on bytes that are no ELF file.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod built;
mod console;
mod hostile;
mod oracle;
