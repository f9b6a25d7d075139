//! What a person, or a program that asked for JSON, is shown.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::json;
use trial::Report;
// A report may come from a machine that nobody trusts.
use verdict::{Line, Verdict, harmless};

use crate::backtrace;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// How many lines of console a person is shown.
const LINES: usize = 25;

/// Prints a report: one JSON document, or some lines for a person with the command that does the same `again`.
///
/// Its lines hold what the guest said: where a runner reads along, `out` has to be a fence.
///
/// # Errors
/// Whoever reads `out` has closed it.
pub fn print_report(
    out: &mut dyn Write,
    report: &Report,
    json: bool,
    again: &str,
) -> io::Result<()> {
    if json {
        return writeln!(out, "{}", serde_json::to_string(report).unwrap_or_default());
    }
    writeln!(out, "{}", headline(report))?;
    if report.verdict != Verdict::Passed {
        print_proof(out, report)?;
    }
    for it in report.tries.iter().filter(|it| it.evidence != "." && it.verdict != Verdict::Passed) {
        let (number, title, folder) = (it.number, harmless(&it.title), harmless(&it.evidence));
        writeln!(out, "  try {number}: {}: {title} {DIM}(in {folder}){DIM:#}", it.verdict)?;
    }
    for it in &report.machines {
        writeln!(out, "  {}: {}: {}", harmless(&it.name), it.verdict, harmless(&it.title))?;
    }
    for note in &report.notes {
        writeln!(out, "  {DIM}note: {}{DIM:#}", harmless(note))?;
    }
    for scaled in &report.scaled_limits {
        let seconds = scaled.to_ms as f64 / 1000.0;
        let limit = harmless(&scaled.limit);
        writeln!(out, "  {DIM}note: the limit `{limit}` became {seconds} s under TCG{DIM:#}")?;
    }
    if report.verdict != Verdict::Passed && !again.is_empty() {
        writeln!(out, "  again: {BOLD}{again}{BOLD:#}")?;
    }
    Ok(())
}

fn print_proof(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "  {}", harmless(&report.reason))?;
    for line in report.last_answer().into_iter().flat_map(str::lines) {
        writeln!(out, "    {}", harmless(line))?;
    }
    for line in report.lines.iter().take(LINES) {
        writeln!(out, "{}", console_line(line))?;
    }
    if let Some(more) = report.lines.len().checked_sub(LINES + 1) {
        writeln!(out, "  {DIM}… and {} more lines in the evidence{DIM:#}", more + 1)?;
    }
    for line in backtrace::frames(report) {
        writeln!(out, "  {}", harmless(&line))?;
    }
    if let Some(source) = backtrace::source(report) {
        writeln!(out, "  at {}", harmless(&source))?;
    }
    report.hint.iter().try_for_each(|hint| writeln!(out, "  hint: {}", harmless(hint)))
}

pub(crate) fn print_skipped(out: &mut dyn Write, why: &str, json: bool) -> io::Result<()> {
    match json {
        true => writeln!(out, "{}", json!({"verdict": null, "skipped": why})),
        false => writeln!(out, "skipped: {why}"),
    }
}

fn headline(report: &Report) -> String {
    let color = match report.verdict {
        Verdict::Passed => AnsiColor::Green,
        _ if report.quarantine.is_some() => AnsiColor::Yellow,
        Verdict::Infrastructure => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    let style = color.on_default().bold();
    let title = if report.verdict == Verdict::Passed { "" } else { report.title.as_str() };
    let colon = if title.is_empty() { "" } else { ": " };
    let (name, facts) = (harmless(&report.name), harmless(&facts(report)));
    format!("{style}{}{style:#} {name}{colon}{}{facts}", report.verdict, harmless(title))
}

fn facts(report: &Report) -> String {
    let stage = report.stage.filter(|_| report.verdict != Verdict::Passed);
    let facts = [
        stage.map(|stage| format!("stage {stage}")),
        report.time_to_sign_ms.map(|sign| format!("sign after {sign} ms")),
        (report.duration_ms > 0).then(|| format!("{} ms in all", report.duration_ms)),
        report.accel_used.map(|accelerator| accelerator.as_str().to_owned()),
        report.case_line(),
        report.tally().map(|tally| if report.flaky { format!("flaky: {tally}") } else { tally }),
        report.quarantine_line(),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) }
}

fn console_line(line: &Line) -> String {
    let seconds = line.at_ms as f64 / 1000.0;
    format!("  {DIM}{:>6} {seconds:>8.3}{DIM:#}  {}", line.number, harmless(&line.text))
}
