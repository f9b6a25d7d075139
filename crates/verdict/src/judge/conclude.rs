//! What all that was found comes to.

use std::time::Duration;

use super::{Judge, State};
use crate::cases::Decision;
use crate::catalogue;
use crate::finding::Finding;
use crate::{Conclusion, Judgement, Line, Verdict};

impl Judge {
    /// Ends the console and says what became of the guest. `waiting_for` names what the caller's own steps still want.
    pub fn conclude(
        mut self,
        at: Duration,
        waiting_for: Option<String>,
        conclusion: Conclusion,
    ) -> Judgement {
        let mut lines = std::mem::take(&mut self.lines);
        lines.finish(&mut |piece| self.piece(at, &piece, &mut Vec::new()));
        if let Some(torn) = self.torn.take() {
            self.whole(torn, &Line::new(lines.number(), at, b""), &mut Vec::new());
        }
        let missing = waiting_for.or_else(|| self.missing_sign());
        let (stage, boots) = (self.stage(), self.state.progress.boots());
        self.find_cause();
        let source = self.finding().and_then(Finding::source);
        let (results, against) = std::mem::take(&mut self.heard).finish(&self.state.recent);
        let (verdict, kind, title, reason, lines) = self.decide(missing, conclusion, against);
        let (stages, hits) = (self.state.progress.stages(), self.state.hits.take());
        let (cases, cases_left_out) = (results.cases, results.left_out);
        Judgement {
            verdict,
            kind,
            title,
            reason,
            stage,
            stages,
            boots,
            lines,
            source,
            hits,
            cases,
            cases_left_out,
        }
    }

    /// What the verdict will be about, if anything was found at all.
    fn finding(&self) -> Option<&Finding> {
        let State { crash, suspicion, failure, .. } = &self.state;
        crash.as_ref().or(suspicion.as_ref()).or(failure.as_ref())
    }

    /// Where the kernel only panicked because it was told to, the suspicion before that is what crashed it.
    fn find_cause(&mut self) {
        let State { crash, suspicion, .. } = &mut self.state;
        if suspicion.is_some() {
            let _aftermath = crash.take_if(|crash| catalogue::is_aftermath(&crash.rule));
        }
    }

    fn missing_sign(&self) -> Option<String> {
        let patterns = self.rules.pass.patterns();
        let proven = !self.rules.marks.is_empty() || self.rules.nonce.is_some();
        if patterns.is_empty() && !proven && !self.rules.asks {
            return Some("a sign of success (none was asked for)".into());
        }
        self.seen.missing().map(|index| self.rules.pass.named(index))
    }

    fn decide(
        &mut self,
        missing: Option<String>,
        end: Conclusion,
        mut against: Option<Decision>,
    ) -> Decision {
        let suspicion = self.state.suspicion.take();
        if let Some(crash) = self.state.crash.take().or(suspicion) {
            let reason = format!("rule `{}` matched line {}", crash.rule, crash.at.number);
            return (Verdict::Crashed, crash.kind, crash.title, reason, crash.lines.lines);
        }
        if let Some(failure) = self.state.failure.take() {
            let reason = format!("{} on line {}", failure.title, failure.at.number);
            return (Verdict::Failed, failure.kind, failure.title, reason, failure.lines.lines);
        }
        // What failed is held against the guest however it ended; what is not complete, only where it would pass.
        if let Some(failed) = against.take_if(|it| it.0 == Verdict::Failed) {
            return failed;
        }
        let (verdict, kind, reason) = match (end, missing) {
            (Conclusion::StepFailed { title, reason }, _) => {
                let lines = self.state.recent.last(usize::MAX);
                return (Verdict::Failed, "step".into(), title, reason, lines);
            }
            (Conclusion::ExitFailed(how), None) => (Verdict::Failed, "exit", how),
            (Conclusion::ExitFailed(how), Some(what)) => {
                (Verdict::Failed, "exit", format!("{how}, and {what} never came"))
            }
            (Conclusion::Infrastructure { kind, reason }, _) => {
                (Verdict::Infrastructure, kind, reason)
            }
            (Conclusion::Limit { kind, reason }, Some(_)) => {
                (Verdict::Hung, kind, self.stopped(&reason))
            }
            (Conclusion::Ended(how), Some(what)) => {
                (Verdict::Incomplete, "ended", format!("{how}, and {what} never came"))
            }
            (Conclusion::Decided, Some(what)) => {
                (Verdict::Incomplete, "ended", format!("{what} never came"))
            }
            (_, None) => return against.unwrap_or_else(|| self.passed()),
        };
        (verdict, kind.into(), reason.clone(), reason, self.state.recent.last(usize::MAX))
    }

    fn passed(&self) -> Decision {
        let reason = "every sign was seen, and nothing bad before or after";
        (Verdict::Passed, "signs".into(), "passed".into(), reason.into(), self.seen.lines())
    }

    fn stopped(&self, reason: &str) -> String {
        match (self.stage(), self.state.recent.last_number()) {
            (None, None) => format!("{reason}; the console said nothing that tells a stage"),
            (None, Some(last)) => {
                format!("{reason}; it stopped after line {last}, and nothing told a stage")
            }
            (Some(stage), None) => format!("{reason}; it stopped at stage {stage}"),
            (Some(stage), Some(last)) => {
                format!("{reason}; it stopped at stage {stage}, after line {last}")
            }
        }
    }
}
