//! What became of several tries, and of a test in quarantine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::Quarantine;
use verdict::{Outcome, Verdict};

use crate::{Report, evidence};

/// What became of one try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Try {
    /// Which, counted from 1.
    pub number: u32,
    /// What became of the guest.
    pub verdict: Verdict,
    /// What kind of fault, limit or ending decided.
    pub kind: String,
    /// One line that is the same for the same fault.
    pub title: String,
    /// From the start of the machine to the verdict, in milliseconds.
    pub duration_ms: u64,
    /// The folder of its evidence, relative to this document's.
    pub evidence: String,
}

impl Try {
    /// A try of which the one with this number decided.
    pub(crate) fn of(report: &Report, decisive: u32) -> Try {
        Try {
            number: report.attempt,
            verdict: report.verdict,
            kind: report.kind.clone(),
            title: report.title.clone(),
            duration_ms: report.duration_ms,
            evidence: match report.attempt {
                number if number == decisive => ".".into(),
                number => evidence::aside(number),
            },
        }
    }
}

/// Why it does not count that a test did not pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quarantined {
    /// Who looks after it.
    pub owner: String,
    /// The last day on which it does not count, in UTC.
    pub until: String,
    /// Why, where that was said.
    pub reason: Option<String>,
}

impl From<&Quarantine> for Quarantined {
    fn from(quarantine: &Quarantine) -> Quarantined {
        Quarantined {
            owner: quarantine.owner.clone(),
            until: quarantine.until.to_string(),
            reason: quarantine.reason.clone(),
        }
    }
}

impl Report {
    /// How several tries came out, such as `passed 19 of 20`; none where one was asked for and made.
    pub fn tally(&self) -> Option<String> {
        let made = self.tries.len();
        let passed = self.tries.iter().filter(|it| it.verdict == Verdict::Passed).count();
        match (self.repeat, self.retries) {
            (0 | 1, _) if made < 2 => None,
            (0 | 1, retries) if passed > 0 => {
                Some(format!("passed on try {} of {}", self.attempt, retries.saturating_add(1)))
            }
            (0 | 1, _) => Some(format!("passed on none of {made} tries")),
            (all, _) if made < all as usize => {
                Some(format!("passed {passed} of {made}, and {all} were asked for"))
            }
            (all, _) => Some(format!("passed {passed} of {all}")),
        }
    }

    /// How the guest's own tests came out, such as `3 of 17 cases failed`; none where it printed no results.
    pub fn case_line(&self) -> Option<String> {
        let of = |outcome| self.cases.iter().filter(|case| case.outcome == outcome).count();
        let all = self.cases_left_out.saturating_add(self.cases.len() as u64);
        let (failed, skipped) = (of(Outcome::NotOk), of(Outcome::Skipped));
        let told = match (failed, skipped) {
            (0, 0) => format!("{all} cases"),
            (0, skipped) => format!("{all} cases, {skipped} skipped"),
            (failed, _) => format!("{failed} of {all} cases failed"),
        };
        (all > 0).then_some(told)
    }

    /// Who looks after this test and until when, where that is why it does not count that it did not pass.
    pub fn quarantine_line(&self) -> Option<String> {
        let Quarantined { owner, until, reason } = self.quarantine.as_ref()?;
        let reason = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        Some(format!("quarantined by {owner} until {until}{reason}"))
    }
}
