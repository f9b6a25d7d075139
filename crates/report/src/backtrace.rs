//! Where the fault was, as lines for people.

use trial::{Frame, Report};

/// How many frames are shown.
const FRAMES: usize = 30;

/// The place that the guest named, as an editor opens it: `src/mm/page.rs:88:9`.
pub(crate) fn source(report: &Report) -> Option<String> {
    let source = report.source.as_ref()?;
    let column = source.column.map(|column| format!(":{column}")).unwrap_or_default();
    Some(format!("{}:{}{column}", source.file, source.line))
}

/// The frames below each other, with the line of console that each is for.
pub(crate) fn frames(report: &Report) -> Vec<String> {
    report.frames.iter().take(FRAMES).map(frame).collect()
}

fn frame(frame: &Frame) -> String {
    let line = frame.source_line.map(|line| format!(":{line}")).unwrap_or_default();
    let place = frame.file.as_ref().map(|file| format!(" at {file}{line}")).unwrap_or_default();
    let inlined = if frame.inlined { " (inlined)" } else { "" };
    format!("{:>6}  {}{place}{inlined}", frame.line, frame.function)
}
