//! Everything about GitHub Actions that a program needs: nothing else in this workspace reads `GITHUB_*`, `RUNNER_*`,
//! `ACTIONS_*` or `INPUT_*`, or writes a workflow command.
//!
//! All of the environment comes in through one value, [`Runner`]; where there is none, the program runs on a laptop and
//! nothing here is called. Text that a guest has written goes to the log through a [`Fence`], to the [`Summary`] as code,
//! and nowhere else: never to an output, the environment or the path.

mod annotation;
pub mod artifact;
mod cache_service;
mod command;
mod command_line;
mod describe;
mod fault;
mod fence;
mod foreign;
mod group;
pub mod hosted;
mod inputs;
mod interruption;
mod key;
mod mask;
mod note;
mod outputs;
mod place;
mod provided;
mod random;
mod runner;
mod state;
mod summary;
mod telling;
mod unmerged;
mod unsaved;
mod variables;
mod visible;

pub use annotation::{Annotation, Annotations, Level};
pub use command_line::{command_line, program};
pub use describe::{Action, Input, action_yml_part, describe, readme_tables};
pub use fault::end_on_panic;
pub use fence::{Fence, neutralise};
pub use foreign::Foreign;
pub use group::Group;
pub use inputs::{OF_OLDER_ACTIONS, ON_THE_COMMAND_LINE, arguments, variable};
pub use interruption::Interruption;
pub use key::signing_key;
pub use mask::mask;
pub use note::{Note, Watcher, progress};
pub use outputs::{Output, Outputs};
pub use place::{Place, work_in};
pub use provided::{Provided, provide};
pub use runner::Runner;
pub use summary::Summary;
pub use telling::{exit_code, print, tell};
pub use unsaved::Unsaved;
