//! How a run ends that its guest does not end itself, in words.

use std::time::Duration;

use verdict::Conclusion;

use crate::Problem;

pub(super) fn limit(kind: &'static str, what: &str, time: Duration) -> Conclusion {
    Conclusion::Limit {
        kind,
        reason: format!("the limit of {} for {what} is over", humantime::format_duration(time)),
    }
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
