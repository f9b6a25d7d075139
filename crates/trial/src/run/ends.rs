//! How a run ends that its guest does not end itself, in words.

use std::time::Duration;

use verdict::Conclusion;

use crate::Problem;

pub(super) fn limit(
    kind: &'static str,
    what: &str,
    time: Duration,
    because: Option<String>,
) -> Conclusion {
    let because = because.map(|why| format!(": {why}")).unwrap_or_default();
    let time = humantime::format_duration(time);
    Conclusion::Limit { kind, reason: format!("the limit of {time} for {what} is over{because}") }
}

/// A step that failed without more to say.
pub(crate) fn step_failed(what: String) -> Conclusion {
    Conclusion::StepFailed { title: what.clone(), reason: what }
}

/// The same as for a guest that is not let: its restart is its end.
pub(super) fn restarted() -> Conclusion {
    Conclusion::Ended("the guest restarted, which no step had asked for".into())
}

pub(super) fn gone() -> Conclusion {
    Conclusion::Infrastructure {
        kind: "machine",
        reason: "the machine went away without a word".into(),
    }
}

pub(super) fn lost(what: &str) -> Conclusion {
    let reason = format!("what {what} typed did not come back whole, however often it was typed");
    Conclusion::Infrastructure { kind: "typing", reason }
}

pub(super) fn unwritten(problem: &Problem) -> Conclusion {
    Conclusion::Infrastructure { kind: "evidence", reason: problem.message.clone() }
}

/// What kind of ending it is that was another machine's doing.
pub(crate) const BYSTANDER: &str = "group";

pub(super) fn ended_with(other: &str) -> Conclusion {
    let reason = format!("it was ended with `{other}`");
    Conclusion::Infrastructure { kind: BYSTANDER, reason }
}
