//! What the two sides say to each other. Both are the same program, to the bit, so there are no versions of it.

use std::time::Duration;

use problem::{Fault, Problem};
use serde::{Deserialize, Serialize};

/// The most bytes of evidence of a run.
pub(crate) const EVIDENCE: u64 = 1 << 30;

/// How often each side says that it is there.
pub(crate) const BEAT: Duration = Duration::from_secs(3);

/// After how long without a word the host takes the connection for lost, and ends what runs there.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);

/// To the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToHost {
    /// The first word.
    Want(Want),
    /// The manifest of the tree, packed, and the paths in it that a build may keep for the next run.
    Tree {
        /// Those paths.
        keep: Vec<String>,
    },
    /// Pieces of these lengths, packed together.
    Pieces(Vec<u32>),
    /// There are no more of them: make the tree.
    Settle,
    /// A secret, which is to be a file; its bytes go with it.
    Secret {
        /// The name of the file, and of the variable that holds its path.
        name: String,
    },
    /// Run this in the tree.
    Execute(Execute),
    /// Send what is in this folder of the run's own.
    Fetch,
    /// End what runs.
    Cancel,
    /// End what another run left, whose owner is gone.
    Sweep {
        /// The run.
        run: String,
    },
    /// Nothing new.
    Beat,
}

/// What a run wants of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// The run's own name.
    pub run: String,
    /// Whose it is, for those who wait.
    pub owner: String,
    /// Which tree is kept: of which repository.
    pub tree: String,
    /// How many runs the host takes at a time.
    pub slots: u32,
    /// How long to wait for one.
    pub wait: Duration,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execute {
    /// The program and what it is given. The first word `bootgate` is this very program.
    pub words: Vec<String>,
    /// Variables besides the host's own.
    pub variables: Vec<(String, String)>,
}

/// From the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FromHost {
    /// All slots are taken, by these.
    Waiting {
        /// What is known of the runs that have them.
        by: Vec<String>,
    },
    /// They still are, and the wait is over.
    Taken {
        /// The same.
        by: Vec<String>,
    },
    /// A slot is ours until the end.
    Slot {
        /// Its number, from 0.
        number: u32,
        /// The folder of the run's own.
        folder: String,
    },
    /// The digests that are missing, packed.
    Missing,
    /// The tree is there.
    Settled,
    /// Something printed.
    Output {
        /// Whether on standard error.
        is_error: bool,
    },
    /// What ran has ended.
    Exited {
        /// Its exit code; none when a signal ended it.
        code: Option<i32>,
    },
    /// A file, or a part of it.
    File {
        /// Below the folder.
        path: String,
    },
    /// That was all.
    Done,
    /// It cannot be.
    Problem {
        /// Whether it is a mistake in what was asked.
        by_user: bool,
        /// What is wrong.
        message: String,
        /// The next step.
        hint: Option<String>,
    },
    /// Nothing new.
    Beat,
}

impl From<Problem> for FromHost {
    fn from(Problem { fault, message, hint }: Problem) -> FromHost {
        FromHost::Problem { by_user: fault == Fault::User, message, hint }
    }
}
