//! What a workflow is shown and told: the console in a group, annotations, the artifact.

use std::io::{self, Stdout, Write, stdout};
use std::path::Path;
use std::time::Duration;

use gha::artifact::{self, Patience};
use gha::{Annotation, Annotations, Fence, Group, Level, Runner};
use supervise::Process;
use trial::{Problem, Report};
use verdict::Verdict;

use crate::{Shown, checkout, outputs, summary};

/// The name under which the post step finds our process.
const STATE: &str = "process";

/// How long what a killed main step left may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// How many lines of proof an annotation holds.
const LINES: usize = 20;

/// The live console: a fence inside a group that is folded.
pub(crate) struct Live {
    fence: Fence<Group<Stdout>>,
}

impl Live {
    pub(crate) fn open(name: &str) -> io::Result<Live> {
        Ok(Live { fence: Fence::open(Group::open(stdout(), &format!("Console of {name}"))?)? })
    }

    pub(crate) fn show(&mut self, bytes: &[u8]) {
        // A log that cannot be written must not stop the test; the evidence has the console.
        let _shown = self.fence.write_all(bytes);
    }
}

/// Leaves word of this process for the post step.
pub(crate) fn begin(runner: &Runner) -> Result<(), Problem> {
    let this = Process::this().map(|process| process.to_string());
    this.map_or(Ok(()), |this| runner.save_state(STATE, &this))
}

/// Ends what a main step left that was killed.
pub fn post(runner: &Runner) {
    let process = runner.state(STATE).and_then(|state| state.parse::<Process>().ok());
    if process.is_some_and(|process| process.end(GRACE)) {
        say(&Annotation::new(
            Level::Warning,
            "the main step was still running: it was ended, and its machine with it",
        ));
    }
}

/// Tells the workflow what came of it.
pub(crate) fn report(runner: &Runner, report: &Report, shown: &Shown<'_>) -> Result<(), Problem> {
    annotate(runner, report, shown);
    outputs::set(runner, report, shown.evidence)?;
    let artifact = upload(runner, report, shown.evidence);
    summary::page(report, shown.again, artifact.as_deref()).write(runner)?;
    Ok(())
}

/// Tells the workflow that the test was left out.
pub(crate) fn skipped(action: &str, why: &str) {
    say(&Annotation::new(Level::Notice, why).title(format!("{action} was skipped")));
}

fn say(annotation: &Annotation) {
    let mut annotations = Annotations::default();
    annotations.push(annotation.clone());
    print(&annotations);
}

fn print(annotations: &Annotations) {
    let _shown = stdout().write_all(annotations.commands().as_bytes());
}

fn annotate(runner: &Runner, report: &Report, shown: &Shown<'_>) {
    let mut annotations = Annotations::default();
    if report.verdict != Verdict::Passed {
        let lines = report
            .lines
            .iter()
            .take(LINES)
            .map(|line| format!("{:>6}  {}", line.number, line.text));
        let first = [report.reason.clone()].into_iter();
        let first = first.chain(report.tally()).chain(report.quarantine_line());
        let message: Vec<String> = first.chain(lines).collect();
        let title = format!("{} {}: {}", report.verdict, report.name, report.title);
        let level = if report.quarantine.is_some() { Level::Warning } else { Level::Error };
        let error = Annotation::new(level, message.join("\n")).title(title);
        annotations.push(placed(error, runner, report, shown));
    }
    if let Some(tally) =
        report.tally().filter(|_| report.verdict == Verdict::Passed && report.flaky)
    {
        let title = format!("{} is flaky", report.name);
        annotations.push(Annotation::new(Level::Warning, tally).title(title));
    }
    report
        .notes
        .iter()
        .for_each(|note| annotations.push(Annotation::new(Level::Notice, note.as_str())));
    print(&annotations);
}

/// At the line of the checkout where the fault is, or else at the spec.
fn placed(error: Annotation, runner: &Runner, report: &Report, shown: &Shown<'_>) -> Annotation {
    if let Some(place) = runner.workspace().and_then(|root| checkout::place(report, &root)) {
        return error.at(place.file, place.line.into()).column(place.column);
    }
    match shown.spec {
        Some(spec) => error.at(spec.to_string_lossy(), 1),
        None => error,
    }
}

/// Uploads the evidence where there is a service for it, and gives its address.
fn upload(runner: &Runner, report: &Report, evidence: &Path) -> Option<String> {
    let name = artifact::sanitised(&format!("bootgate-{}", report.name));
    match artifact::upload(runner, &name, evidence, Patience::default()) {
        Ok(uploaded) => uploaded.and_then(|uploaded| uploaded.url),
        Err(error) => {
            say(&Annotation::new(
                Level::Warning,
                format!("the evidence was not uploaded: {error}"),
            ));
            None
        }
    }
}
