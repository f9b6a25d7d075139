//! Test results that a guest prints as TAP or KTAP, read line by line off its console.
//!
//! A console is no file: other lines stand between the results, the kernel puts a time before each of its own, and a
//! guest may die in the middle. So whatever is no line of the protocol is passed over, and nothing is taken for complete
//! whose plan did not come true. TAP 14 and the kernel's KTAP 1 differ in little more than their first line.

mod case;
mod level;
mod parser;
mod said;

pub use case::{Case, Outcome};
pub use parser::{Fault, Parser, Results};
