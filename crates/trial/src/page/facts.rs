//! What is known of a run, before its console.

use std::io::{self, Write};
use std::path::Path;

use super::text::Text;
use crate::{Report, StepReport, evidence};

/// How many tries that were put aside are looked for.
const MOST_TRIES: u32 = 100;

/// Writes everything but the console.
pub(crate) fn write(
    out: &mut dyn Write,
    folder: &Path,
    report: &Report,
    rerun: &str,
) -> io::Result<()> {
    reason(out, report)?;
    facts(out, report)?;
    machines(out, report)?;
    stages(out, report)?;
    steps(out, &report.steps)?;
    boot(out, report)?;
    writeln!(out, "<section><h2>Run it again</h2><pre>{}</pre></section>", Text(rerun))?;
    files(out, folder)
}

/// A time since the start of the machine, as people read it.
pub(crate) fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

fn reason(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.reason != report.title {
        writeln!(out, "<p>{}</p>", Text(&report.reason))?;
    }
    if let Some(hint) = &report.hint {
        writeln!(out, "<p>Hint: {}</p>", Text(hint))?;
    }
    writeln!(out, "</header>")
}

fn facts(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "<dl>")?;
    for (what, value) in known(report) {
        writeln!(out, "<div><dt>{what}</dt><dd>{}</dd></div>", Text(value))?;
    }
    writeln!(out, "</dl>")?;
    let notes = report.notes.iter().cloned();
    let scaled = report.scaled_limits.iter().map(|scaled| {
        format!("The limit `{}` became {} s under TCG", scaled.limit, seconds(scaled.to_ms))
    });
    for note in notes.chain(scaled).chain(left_out(report)) {
        writeln!(out, "<p>Note: {}</p>", Text(note))?;
    }
    Ok(())
}

fn known(report: &Report) -> Vec<(&'static str, String)> {
    let flaky = if report.flaky { ": some passed, and others did not" } else { "" };
    let all = [
        ("Kind", Some(report.kind.clone())),
        ("Stage reached", report.stage.map(|stage| stage.to_string())),
        ("Duration", Some(format!("{} s", seconds(report.duration_ms)))),
        ("Last sign after", report.time_to_sign_ms.map(|at| format!("{} s", seconds(at)))),
        ("Accelerator", report.accel_used.map(|accelerator| accelerator.as_str().into())),
        ("Try", (report.attempt > 1).then(|| format!("{}{flaky}", report.attempt))),
    ];
    all.into_iter().filter_map(|(what, value)| Some((what, value?))).collect()
}

fn left_out(report: &Report) -> Option<String> {
    let (bytes, lines) = (report.console_left_out, report.console_lines_left_out);
    (bytes > 0).then(|| {
        format!("{bytes} bytes of console with {lines} lines were judged, but not recorded")
    })
}

fn machines(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.machines.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section><h2>Machines</h2>\n<table><tr><th>Machine</th><th>Verdict</th></tr>")?;
    for it in &report.machines {
        let (place, name, title) = (Text(&it.evidence), Text(&it.name), Text(&it.title));
        let page = format!("{place}/report.html");
        writeln!(
            out,
            r#"<tr><td><a href="{page}">{name}</a>: {title}</td><td>{}</td></tr>"#,
            it.verdict
        )?;
    }
    writeln!(out, "</table></section>")
}

fn stages(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.stages.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section><h2>Stages</h2>\n<table><tr><th>Stage</th><th>From</th><th>For</th><th></th></tr>"
    )?;
    let ends = report.stages.iter().skip(1).map(|next| next.at_ms).chain([report.duration_ms]);
    let whole = report.duration_ms.max(1) as f64;
    for (stage, end) in report.stages.iter().zip(ends) {
        let took = end.saturating_sub(stage.at_ms);
        let share = |ms: u64| (ms as f64 / whole * 100.0).min(100.0);
        writeln!(
            out,
            r#"<tr><td>{}</td><td>{} s</td><td>{} s</td><td><svg aria-hidden="true"><rect x="{:.2}%" width="{:.2}%" height="100%"/></svg></td></tr>"#,
            stage.stage,
            seconds(stage.at_ms),
            seconds(took),
            share(stage.at_ms),
            share(took).max(0.5)
        )?;
    }
    writeln!(out, "</table></section>")
}

fn steps(out: &mut dyn Write, steps: &[StepReport]) -> io::Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section><h2>Steps</h2>\n<table><tr><th>Step</th><th>From</th><th>For</th><th>Found</th></tr>"
    )?;
    let time = |ms: Option<u64>| ms.map(|ms| seconds(ms) + " s");
    for step in steps {
        let from = time(step.began_ms).unwrap_or_else(|| "not reached".into());
        let took = step.began_ms.zip(step.ended_ms).map(|(from, to)| to.saturating_sub(from));
        let took = time(took).or(step.began_ms.map(|_| "not done".into())).unwrap_or_default();
        let (what, found) = (Text(&step.what), Text(step.found.as_deref().unwrap_or_default()));
        writeln!(
            out,
            "<tr><td>{what}</td><td>{from}</td><td>{took}</td><td><pre>{found}</pre></td></tr>"
        )?;
    }
    writeln!(out, "</table></section>")
}

/// How long each part of the boot took, and which units the others waited for.
fn boot(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let Some(boot) = &report.boot else { return Ok(()) };
    let initrd = boot.initrd_ms.map(|ms| format!(", initrd {} s", seconds(ms)));
    writeln!(
        out,
        "<section><h2>Boot</h2>\n<p>kernel {} s{}, userspace {} s</p>\n<pre>{}</pre></section>",
        seconds(boot.kernel_ms),
        initrd.unwrap_or_default(),
        seconds(boot.userspace_ms),
        Text(boot.chain.join("\n"))
    )
}

/// Links to what else there is, by names that we gave.
fn files(out: &mut dyn Write, folder: &Path) -> io::Result<()> {
    let tries = (1..=MOST_TRIES).map(|attempt| format!("try-{attempt}/report.html"));
    let others = evidence::FILES.iter().filter(|name| **name != "report.html");
    let names = tries.chain(others.map(|name| name.to_string()));
    writeln!(out, "<section><h2>Evidence</h2>\n<ul>")?;
    for name in names.filter(|name| folder.join(name).exists()) {
        writeln!(out, r#"<li><a href="{name}">{name}</a></li>"#)?;
    }
    writeln!(out, "</ul></section>")
}
