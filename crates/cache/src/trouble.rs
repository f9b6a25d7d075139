//! Why an archive was not restored.

use problem::Problem;

/// Why an archive could not be restored.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It did not come, or not whole: as good as no entry.
    Broken(String),
    /// It holds what no archive of these paths holds: to be looked at by a person.
    Hostile(String),
    /// This host cannot hold it.
    Host(Problem),
}

impl From<Problem> for Trouble {
    fn from(error: Problem) -> Trouble {
        Trouble::Host(error)
    }
}
