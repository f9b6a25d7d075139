//! What the main step leaves for the post step.

use crate::variables::entry;
use problem::Problem;

use crate::Runner;

impl Runner {
    /// Leaves a value for the post step of the same action.
    ///
    /// # Errors
    /// When the value holds control characters, or the runner's file cannot be written.
    pub fn save_state(&self, name: &str, value: &str) -> Result<(), Problem> {
        self.append("GITHUB_STATE", &entry(name, value)?)
    }

    /// What the main step of the same action left.
    pub fn state(&self, name: &str) -> Option<&str> {
        self.var(&format!("STATE_{name}"))
    }
}
