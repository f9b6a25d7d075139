//! The stages of a command: a heading, what the stage itself prints, and how long it took.

use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};

use crate::failure::Failure;

/// Does `work` under a heading.
pub(crate) fn stage<T>(
    title: &str,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let bold = Style::new().bold();
    anstream::eprintln!("{bold}== {title}{bold:#}");
    let start = Instant::now();
    let result = work();
    close(title, start.elapsed(), result.is_ok());
    result
}

fn close(title: &str, took: Duration, good: bool) {
    let (colour, word) = if good { (AnsiColor::Green, "ok") } else { (AnsiColor::Red, "failed") };
    let style = Style::new().fg_color(Some(colour.into()));
    anstream::eprintln!("   {style}{word}{style:#} {title}, {}", seconds(took));
}

/// A time as people read it: `4.2 s`.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
