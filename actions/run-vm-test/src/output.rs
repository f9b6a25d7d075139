//! What a person, or a program that asked for JSON, is shown.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde_json::json;
use trial::{Problem, Report};
use verdict::{Line, Verdict};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// How many lines of console a person is shown.
const LINES: usize = 25;

/// Prints a report: one JSON document, or some lines for a person with the command that does the same `again`.
pub fn print_report(report: &Report, json: bool, again: &str) {
    if json {
        print(&serde_json::to_string(report).unwrap_or_default());
        return;
    }
    print(&headline(report));
    if report.verdict != Verdict::Passed {
        print(&format!("  {}", report.reason));
        let skipped = report.lines.len().saturating_sub(LINES);
        report.lines.iter().take(LINES).for_each(|line| print(&console_line(line)));
        if skipped > 0 {
            print(&format!("  {DIM}… and {skipped} more lines in the evidence{DIM:#}"));
        }
        print_hint(report.hint.as_deref());
    }
    report.notes.iter().for_each(|note| print(&format!("  {DIM}note: {note}{DIM:#}")));
    for scaled in &report.scaled_limits {
        let seconds = scaled.to_ms as f64 / 1000.0;
        print(&format!(
            "  {DIM}note: the limit `{}` became {seconds} s under TCG{DIM:#}",
            scaled.limit
        ));
    }
    if report.verdict != Verdict::Passed && !again.is_empty() {
        print(&format!("  again: {BOLD}{again}{BOLD:#}"));
    }
}

/// Prints why there is no verdict, and what to do, on standard error.
pub fn print_problem(problem: &Problem) {
    let red = AnsiColor::Red.on_default().bold();
    eprint(&format!("{red}error{red:#}: {}", problem.message));
    if let Some(hint) = &problem.hint {
        eprint(&format!("  hint: {hint}"));
    }
}

pub(crate) fn print_skipped(why: &str, json: bool) {
    match json {
        true => print(&json!({"verdict": null, "skipped": why}).to_string()),
        false => print(&format!("skipped: {why}")),
    }
}

pub(crate) fn print_plan(plan: &vm::Plan) {
    print(&plan.to_string());
}

fn headline(report: &Report) -> String {
    let color = match report.verdict {
        Verdict::Passed => AnsiColor::Green,
        Verdict::Infrastructure => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    let style = color.on_default().bold();
    let title = if report.verdict == Verdict::Passed { "" } else { report.title.as_str() };
    let facts = facts(report);
    let colon = if title.is_empty() { "" } else { ": " };
    format!("{style}{}{style:#} {}{colon}{}{facts}", report.verdict, report.name, shown(title))
}

fn facts(report: &Report) -> String {
    let stage = report
        .stage
        .filter(|_| report.verdict != Verdict::Passed)
        .map(|stage| format!("stage {stage}"));
    let sign = report.time_to_sign_ms.map(|sign| format!("sign after {} ms", sign));
    let total = (report.duration_ms > 0).then(|| format!("{} ms in all", report.duration_ms));
    let accelerator =
        report.accel_used.map(|accelerator| format!("{accelerator:?}").to_lowercase());
    let flaky = report.flaky.then(|| format!("flaky: passed on try {}", report.attempt));
    let facts: Vec<String> =
        [stage, sign, total, accelerator, flaky].into_iter().flatten().collect();
    if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) }
}

fn console_line(line: &Line) -> String {
    let seconds = line.at_ms as f64 / 1000.0;
    format!("  {DIM}{:>6} {seconds:>8.3}{DIM:#}  {}", line.number, shown(&line.text))
}

fn print_hint(hint: Option<&str>) {
    if let Some(hint) = hint {
        print(&format!("  hint: {hint}"));
    }
}

/// A guest's text must not act on our terminal.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

fn print(line: &str) {
    // Whoever closed our output does not want to read it.
    let _closed = writeln!(anstream::stdout(), "{line}");
}

fn eprint(line: &str) {
    let _closed = writeln!(anstream::stderr(), "{line}");
}
