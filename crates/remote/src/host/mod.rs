//! What runs on the host: our own program, which does what the other side of the connection asks for, and ends with it.
//!
//! Three things end it and all that it started: the end of its input, which comes when the connection breaks; silence,
//! where that is not noticed; and the kernel, where it is killed. What it cannot remove then, the next run does.

mod execution;
mod line;
mod places;
mod slot;
mod work;

pub use line::serve;
