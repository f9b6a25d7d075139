//! The page that a test leaves on its workflow run.

use gha::Summary;
use trial::{MachineReport, Report, Try};
use verdict::{Outcome, StageTime, Verdict};

use crate::backtrace;

/// How many cases that failed the summary names.
const CASES: usize = 50;

/// The verdict with its proof, the tries, the times and the command that does the same `again`.
pub(crate) fn page(report: &Report, again: &str, artifact: Option<&str>) -> Summary {
    let mut summary = Summary::new();
    let icon = match report.verdict {
        Verdict::Passed if report.flaky => "⚠️",
        Verdict::Passed => "✅",
        _ if report.quarantine.is_some() => "⚠️",
        Verdict::Infrastructure => "⚠️",
        _ => "❌",
    };
    summary.heading(3, &format!("{icon} {}: {}", report.name, report.verdict));
    if report.verdict != Verdict::Passed {
        summary.paragraph(&report.title).paragraph(&report.reason);
        if let Some(answer) = report.last_answer() {
            summary.code("text", answer);
        }
        let lines: Vec<String> =
            report.lines.iter().map(|line| format!("{:>6}  {}", line.number, line.text)).collect();
        summary.code("text", &lines.join("\n"));
        if !report.frames.is_empty() {
            summary.code("text", &backtrace::frames(report).join("\n"));
        }
    }
    for told in [report.case_line(), report.tally(), report.quarantine_line()].iter().flatten() {
        summary.paragraph(told);
    }
    if !report.machines.is_empty() {
        summary.table(&["machine", "verdict", "title", "time", "evidence"], &machine_rows(report));
    }
    if report.tries.len() > 1 {
        summary.table(&["try", "verdict", "title", "time", "evidence"], &try_rows(report));
    }
    let failed = failed_rows(report);
    if !failed.is_empty() {
        summary.table(&["failed case", "line"], &failed);
    }
    summary.table(&["stage", "reached after"], &stage_rows(report));
    if !report.stages.is_empty() {
        summary.mermaid(&timeline(report));
    }
    for note in &report.notes {
        summary.paragraph(note);
    }
    summary.markdown("Run it again on a laptop:").code("sh", again);
    if let Some(url) = artifact {
        summary.markdown(&Summary::link("The evidence", url));
    }
    summary
}

fn machine_rows(report: &Report) -> Vec<Vec<String>> {
    let row = |it: &MachineReport| {
        let (name, title) = (Summary::text(&it.name), Summary::text(&it.title));
        let (verdict, evidence) = (it.verdict.to_string(), Summary::text(&it.evidence));
        [name, verdict, title, seconds(it.duration_ms), evidence].to_vec()
    };
    report.machines.iter().map(row).collect()
}

fn try_rows(report: &Report) -> Vec<Vec<String>> {
    let row = |it: &Try| {
        let (number, verdict) = (it.number.to_string(), it.verdict.to_string());
        let (title, evidence) = (Summary::text(&it.title), Summary::text(&it.evidence));
        [number, verdict, title, seconds(it.duration_ms), evidence].to_vec()
    };
    report.tries.iter().map(row).collect()
}

fn failed_rows(report: &Report) -> Vec<Vec<String>> {
    let failed = report.cases.iter().filter(|case| case.outcome == Outcome::NotOk);
    failed.take(CASES).map(|case| vec![Summary::text(&case.name), case.line.to_string()]).collect()
}

fn stage_rows(report: &Report) -> Vec<Vec<String>> {
    let row = |name: &str, at: u64| vec![name.to_owned(), seconds(at)];
    let stages = report.stages.iter().map(|time| row(time.stage.as_str(), time.at_ms));
    let sign = report.time_to_sign_ms.map(|at| row("last sign", at));
    stages.chain(sign).chain([row("verdict", report.duration_ms)]).collect()
}

/// A Gantt chart with one bar for each stage.
fn timeline(report: &Report) -> String {
    let ends = report.stages.iter().skip(1).map(|time| time.at_ms).chain([report.duration_ms]);
    let bar = |(time, end): (&StageTime, u64)| {
        format!("    {} : {}, {}", time.stage, time.at_ms, end.max(time.at_ms.saturating_add(1)))
    };
    let bars: Vec<String> = report.stages.iter().zip(ends).map(bar).collect();
    format!("gantt\n    dateFormat x\n    axisFormat %M:%S\n{}", bars.join("\n"))
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03} s", ms / 1000, ms % 1000)
}
