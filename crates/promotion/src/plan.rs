//! What will be done.

use std::fmt;

use fetch::Digest;
use serde::{Deserialize, Serialize};

use crate::record::Used;
use crate::waiver::Waiver;

/// A tag in a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// As `registry/repository`.
    pub image: String,
    /// The tag alone.
    pub tag: String,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.image, self.tag)
    }
}

/// A tag that gets another image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The tag.
    #[serde(flatten)]
    pub target: Target,
    /// What it has now; none: it is new.
    pub from: Option<Digest>,
    /// What it gets.
    pub to: Digest,
}

/// What will be done, and on what grounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// In the order in which to make them: tags that never move again come before those that do.
    pub moves: Vec<Move>,
    /// Tags that are where they shall be.
    pub unchanged: Vec<Move>,
    /// The evidence on which it rests.
    pub proof: Vec<Used>,
    /// What is done without.
    pub waived: Vec<Waived>,
    /// What a reader has to know.
    pub notes: Vec<Note>,
}

impl Plan {
    /// Makes another plan a part of this one.
    pub fn append(&mut self, other: Plan) {
        self.moves.extend(other.moves);
        self.unchanged.extend(other.unchanged);
        self.proof.extend(other.proof);
        self.waived.extend(other.waived);
        self.notes.extend(other.notes);
    }
}

/// A waiver that was needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// The waiver.
    pub waiver: Waiver,
    /// What would have been said without it.
    pub instead: Vec<String>,
}

/// What a reader of a plan has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// No result is required.
    NoProofAsked {
        /// Of which image, as `registry/repository`.
        image: String,
    },
    /// Results are required, but nobody has to have signed them.
    NobodyHasToSign {
        /// Of which image, as `registry/repository`.
        image: String,
    },
    /// A waiver holds, and the result is there all the same.
    NotNeeded(Waiver),
    /// A waiver no longer holds, and nothing was lost by that.
    Expired(Waiver),
    /// A promotion made this tag, or does not know what it had, so there is nothing to which it could go back.
    Stays(Target),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::NoProofAsked { image } => write!(f, "no proof was asked for `{image}`"),
            Note::NobodyHasToSign { image } => write!(
                f,
                "nobody has to sign the results of `{image}`: whoever may push to the registry can write them"
            ),
            Note::NotNeeded(waiver) => write!(
                f,
                "the waiver of `{}` by {} is not needed: the result is there",
                waiver.result, waiver.by
            ),
            Note::Expired(waiver) => write!(
                f,
                "the waiver of `{}` by {} ended on {}",
                waiver.result, waiver.by, waiver.until
            ),
            Note::Stays(target) => {
                write!(f, "`{target}` stays: nothing is known that it had before")
            }
        }
    }
}

impl Serialize for Note {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
