//! What a run came to, once it is judged.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use spec::Spec;
use verdict::{Conclusion, Judgement, Verdict};

use super::{Run, holding};
use crate::clocks::millis;
use crate::recorder::LeftOut;
use crate::steps::Steps;
use crate::{Problem, Report, Signal, Started, StepReport, Stop};

/// How long a guest that owns a disk may take to power down.
const POWERDOWN: Duration = Duration::from_secs(10);

impl Run<'_> {
    pub(super) fn report(
        mut self,
        spec: &Spec,
        conclusion: Conclusion,
        started: Started,
        folder: &Path,
        receiver: Receiver<(Instant, Signal)>,
    ) -> Report {
        let now = self.decided.unwrap_or_else(|| self.begin.elapsed());
        let steps = step_reports(&self.steps, spec);
        let signed = self.signed;
        let judgement = self.judge.conclude(now, self.steps.waiting_for(), conclusion);
        let autopsy = match judgement.verdict {
            Verdict::Crashed | Verdict::Hung => self.machine.autopsy(folder),
            Verdict::Failed => self.machine.screenshot(folder).into_iter().collect(),
            _ => Vec::new(),
        };
        // What was recorded is there for who looks now; whether it is all there is told at the end.
        let _flushed = self.recorder.flush();
        self.notes.extend(holding::hold(self.machine, self.watcher, &judgement, &receiver));
        // Whoever still wants to send must not wait for us while the machine is taken down.
        drop(receiver);
        self.machine.stop(if owns_a_disk(spec) { Stop::Powerdown(POWERDOWN) } else { Stop::Now });
        let (judgement, left_out) = match self.recorder.finish() {
            Ok(left_out) => (judgement, left_out),
            Err(problem) => (without_evidence(judgement, &problem), LeftOut::default()),
        };
        let time_to_sign_ms = signed.filter(|_| judgement.verdict == Verdict::Passed).map(millis);
        Report {
            steps,
            time_to_sign_ms,
            accel_used: started.accelerator,
            scaled_limits: self.clocks.scaled,
            notes: [started.notes, self.notes].concat(),
            collected: self.collected,
            boot: self.asking.memory.boot,
            command: started.command,
            autopsy: autopsy
                .iter()
                .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
                .collect(),
            console_left_out: left_out.bytes,
            console_lines_left_out: left_out.lines,
            ..Report::new(&spec.name, judgement, now)
        }
    }
}
/// A pass without its proof is none; what the guest did wrong is wrong all the same.
fn without_evidence(judgement: Judgement, problem: &Problem) -> Judgement {
    if judgement.verdict != Verdict::Passed {
        return judgement;
    }
    let (title, reason) = (problem.message.clone(), problem.message.clone());
    Judgement {
        verdict: Verdict::Infrastructure,
        kind: "evidence".into(),
        title,
        reason,
        ..judgement
    }
}

fn step_reports(steps: &Steps<'_>, spec: &Spec) -> Vec<StepReport> {
    let taken = |index: usize| steps.taken().get(index);
    let report = |(index, step): (usize, &spec::Step)| StepReport {
        what: format!("step {}: {}", index + 1, crate::steps::describe(step)),
        began_ms: taken(index).map(|taken| millis(taken.began)),
        ended_ms: taken(index).and_then(|taken| taken.ended).map(millis),
        found: taken(index).and_then(|taken| taken.found.clone()),
    };
    spec.steps.iter().enumerate().map(report).collect()
}

fn owns_a_disk(spec: &Spec) -> bool {
    let writes =
        |qemu: &spec::Qemu| qemu.drives.iter().any(|drive| !drive.snapshot && !drive.readonly);
    matches!(&spec.machine, spec::Machine::Qemu(qemu) if writes(qemu))
}
