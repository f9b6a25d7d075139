//! Test results that a guest prints as TAP or KTAP, read line by line off its console.
//!
//! A console is no file: other lines stand between the results, the kernel puts a time before each of its own, and a
//! guest may die in the middle. So whatever is no line of the protocol is passed over, and nothing is taken for complete
//! whose plan did not come true. TAP 14 and the kernel's KTAP 1 differ in little more than their first line.

mod case;
mod level;
mod parser;
mod said;

/// What a line that says something begins with, as a regular expression in which `^` is the line's begin: whoever has few
/// of them to read can pass the others over, unless [`Parser::wants_next`].
pub const LINE: &str = r"^(?:<\d+>)?(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?)?\s*(?:(?:not )?ok(?:\s|$)|K?TAP version \d|1\.\.\d|# *Subtest|Bail out!)";

pub use case::{Case, Outcome};
pub use parser::{Fault, Parser, Results};
