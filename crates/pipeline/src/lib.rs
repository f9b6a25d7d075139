//! Workflows of GitHub Actions as plans: which jobs and steps there are, for which combinations of a matrix, and what the
//! expressions in them come to.
//!
//! Nothing here runs anything or reads a file: [`Workflow::parse`] reads a text, and [`plan()`] makes [`Instance`]s of its
//! jobs. Expressions are parsed with the file; an error names file, line and column.

mod expression;
mod functions;
mod inputs;
mod matrix;
mod plan;
mod planner;
mod reader;
mod template;
mod workflow;

pub use expression::{Contexts, Expression, Status};
pub use plan::{Instance, Library, Plan, Request, plan};
pub use template::{Condition, Template};
pub use workflow::{Defaults, Input, Job, Step, Task, Work, Workflow};
