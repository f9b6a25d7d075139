//! Why nothing moves.

use std::fmt;

use chrono::{DateTime, Utc};
use fetch::Digest;

use crate::asked::Expected;
use crate::evidence::Outcome;
use crate::plan::Target;
use crate::waiver::Waiver;

/// Nothing moves, and these are all the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// At least one.
    pub reasons: Vec<Refusal>,
}

/// A reason, and which image it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// As `registry/repository`.
    pub image: String,
    /// Why.
    pub reason: Reason,
}

/// Why an image does not move. Its text is a lower-case fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A required result is not there.
    Missing {
        /// Its name.
        result: String,
        /// About what.
        of: Part,
    },
    /// A required result is there, but about another image.
    ForAnother {
        /// Its name.
        result: String,
        /// About what it should be.
        of: Part,
        /// About what it is.
        found: Digest,
    },
    /// Nobody signed it.
    Unsigned {
        /// Its name.
        result: String,
        /// The evidence.
        evidence: Digest,
    },
    /// None of those who may have signed it.
    SignedByAnother {
        /// Its name.
        result: String,
        /// The evidence.
        evidence: Digest,
    },
    /// Its signature is none.
    Broken {
        /// Its name.
        result: String,
        /// The evidence.
        evidence: Digest,
        /// What is wrong with it.
        why: String,
    },
    /// It has the name of a gate, and a test made it.
    OfATest {
        /// Its name.
        result: String,
        /// The evidence.
        evidence: Digest,
    },
    /// It says that it passed at a time that has not come.
    FromTheFuture {
        /// Its name.
        result: String,
        /// The evidence.
        evidence: Digest,
        /// When.
        at: DateTime<Utc>,
    },
    /// The newest word on it is not that it passed.
    NotPassed {
        /// Its name.
        result: String,
        /// What came of it.
        outcome: Outcome,
        /// The evidence.
        evidence: Digest,
    },
    /// A gate did not say yes.
    GateClosed {
        /// Its name.
        gate: String,
        /// To which image, by its digest.
        image: String,
        /// What is missing.
        why: Box<Reason>,
    },
    /// A part of the index of which no result says that it passed.
    Untested(Part),
    /// A waiver that would have helped.
    WaiverExpired(Waiver),
    /// The source has something else by now.
    SourceMoved {
        /// The tag from which it should come.
        tag: Target,
        /// What was tested.
        tested: Digest,
        /// What the tag has.
        found: Option<Digest>,
    },
    /// A tag that never moves has something else.
    NeverMoves {
        /// The tag.
        tag: Target,
        /// What it has.
        found: Digest,
    },
    /// The tag is not where the caller takes it to be.
    NotExpected {
        /// The tag.
        tag: Target,
        /// Where it is taken to be.
        expected: Expected,
        /// What it has.
        found: Option<Digest>,
    },
    /// It says itself that it was built of something else.
    OfAnotherCommit {
        /// Of which it should be.
        commit: String,
        /// Of which it says that it is.
        found: String,
    },
    /// Nothing shows that it was built of the commit.
    NotOfCommit {
        /// Of which it should be.
        commit: String,
        /// The tag that would show it.
        tag: Target,
        /// What that has.
        found: Option<Digest>,
    },
    /// A tag has something else than the record of its last promotion says.
    NotAsRecorded {
        /// The tag.
        tag: Target,
        /// What the record says.
        recorded: Digest,
        /// What it has.
        found: Option<Digest>,
    },
    /// All tags of a record were new, or it does not know what they had.
    NothingBefore,
    /// The run is for a change that nobody has merged, which may have changed what it is judged by.
    NotMerged {
        /// The event for which it runs.
        event: String,
    },
}

/// An image, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// A manifest or index.
    pub digest: Digest,
    /// What it runs on, where it is a part of an index.
    pub platform: Option<String>,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.platform {
            Some(platform) => write!(f, "`{}` ({platform})", self.digest),
            None => write!(f, "`{}`", self.digest),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Reason::*;
        match self {
            Missing { result, of } => write!(f, "there is no result `{result}` for {of}"),
            ForAnother { result, of, found } => {
                write!(f, "the result `{result}` is for `{found}`, and there is none for {of}")
            }
            Unsigned { result, evidence } => {
                write!(f, "nobody signed the result `{result}` (`{evidence}`)")
            }
            SignedByAnother { result, evidence } => {
                write!(
                    f,
                    "the result `{result}` (`{evidence}`) was signed by none of those who may"
                )
            }
            Broken { result, evidence, why } => {
                write!(f, "the signature of the result `{result}` (`{evidence}`) is none: {why}")
            }
            OfATest { result, evidence } => {
                write!(
                    f,
                    "the result `{result}` (`{evidence}`) is of a test, and not what the gate said"
                )
            }
            FromTheFuture { result, evidence, at } => {
                write!(f, "the result `{result}` (`{evidence}`) is of {at}, which has not come")
            }
            NotPassed { result, outcome, evidence } => {
                write!(
                    f,
                    "the newest result `{result}` is `{outcome}`, not `passed` (`{evidence}`)"
                )
            }
            GateClosed { gate, why, .. } => write!(f, "the gate `{gate}` is closed: {why}"),
            Untested(part) => {
                write!(f, "no result says that {part} passed, which is a part of the index")
            }
            WaiverExpired(Waiver { result, by, until, .. }) => {
                write!(f, "the waiver of `{result}` by {by} ended on {until}")
            }
            SourceMoved { tag, tested, found } => {
                write!(f, "`{tag}` has {}, not `{tested}`", Maybe(*found))
            }
            NeverMoves { tag, found } => {
                write!(f, "`{tag}` exists with `{found}`, and this tag never moves")
            }
            NotExpected { tag, expected: Expected::Nothing, found } => {
                write!(f, "`{tag}` has {}, and was expected to be new", Maybe(*found))
            }
            NotExpected { tag, expected: Expected::Digest(expected), found } => {
                write!(f, "`{tag}` has {}, not `{expected}` as expected", Maybe(*found))
            }
            OfAnotherCommit { commit, found } => {
                write!(f, "the image says that it was built of `{found}`, not of `{commit}`")
            }
            NotOfCommit { commit, tag, found } => write!(
                f,
                "nothing shows that the image was built of `{commit}`: it has no label that says so, and `{tag}` has {}",
                Maybe(*found)
            ),
            NotAsRecorded { tag, recorded, found } => {
                write!(f, "`{tag}` has {}, not `{recorded}` as its record says", Maybe(*found))
            }
            NothingBefore => {
                f.write_str("nothing is known that the tags of this promotion had before")
            }
            NotMerged { event } => {
                write!(f, "this run is for a change that is not merged: its event is `{event}`")
            }
        }
    }
}

struct Maybe(Option<Digest>);

impl fmt::Display for Maybe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(digest) => write!(f, "`{digest}`"),
            None => f.write_str("nothing"),
        }
    }
}

impl Reason {
    /// What to do about it.
    pub fn hint(&self) -> String {
        use Reason::*;
        let hint = match self {
            GateClosed { gate, image, .. } => {
                return format!(
                    "ask it with the action `run-gate`, or by `bootgate run-gate --image {image} --gate {gate} --policy bootgate.yaml`"
                );
            }
            Missing { .. } | ForAnother { .. } => {
                "run the test on this very digest, and attach its result"
            }
            Unsigned { .. } => "give the test a `signing-key`",
            SignedByAnother { .. } => "sign with a key of `signed-by`, or name the signer there",
            Broken { .. } => "run the test again; somebody may have changed its result",
            OfATest { .. } => "ask the gate, and give the test another name",
            FromTheFuture { .. } => {
                "set the clock of the machine that tests, or of this one, and run the test again"
            }
            NotPassed { .. } => {
                "mend the image, or run the test again if it was not the image's fault"
            }
            Untested(_) => {
                "require a result for this platform, such as `smoke/aarch64`, or waive it"
            }
            WaiverExpired(_) => "get the result, or have the waiver renewed",
            SourceMoved { .. } => "test and promote what is there now",
            NeverMoves { .. } => "give this image a version of its own",
            NotExpected { .. } => {
                "somebody else moved it: look at what is there before you try again"
            }
            OfAnotherCommit { .. } | NotOfCommit { .. } => {
                "promote the image that was built from this commit"
            }
            NotAsRecorded { .. } => "it was moved since: name the digest to promote instead",
            NothingBefore => "name the digest to promote instead",
            NotMerged { .. } => {
                "promote in the run of the push that follows the merge, by the policy of the default branch; `dry-run` works here too"
            }
        };
        hint.to_owned()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.image, self.reason)
    }
}
