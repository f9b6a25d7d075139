//! The one interface of every gate: it is asked about a digest, and says yes or no, or nothing that counts.

use std::path::Path;

use evidence::Pinned;
use gha::{Interruption, Runner};
use problem::Problem;
use promotion::GateKind;

/// Something that says yes or no to an image. A further kind is a file like `command.rs` and a line in [`of`].
pub(crate) trait Gate {
    /// Asks. What it leaves in the folder of evidence is evidence of the digest.
    ///
    /// # Errors
    /// It cannot be reached, or gives no clear answer: it is closed, and nothing is said of the image.
    fn ask(&self, question: &Question<'_>) -> Result<Answer, Problem>;
}

/// What a gate is asked, and where.
pub(crate) struct Question<'a> {
    /// Its name in the policy.
    pub(crate) gate: &'a str,
    pub(crate) image: &'a Pinned,
    /// Where the policy is.
    pub(crate) folder: &'a Path,
    /// Of its own, and empty.
    pub(crate) evidence: &'a Path,
    pub(crate) runner: Option<&'a Runner>,
    pub(crate) token: Option<&'a str>,
    pub(crate) interruption: &'a Interruption,
}

/// What a gate said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) is_yes: bool,
    /// On what that rests, in one line.
    pub(crate) because: String,
}

/// Who is asked.
pub(crate) fn of(kind: &GateKind) -> &dyn Gate {
    match kind {
        GateKind::Command(command) => command,
        GateKind::Approval(approval) => approval,
    }
}
