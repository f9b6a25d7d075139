//! What a person, or a program that asked for JSON, is shown.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::kvm::Kvm;
use crate::note::Note;
use crate::outcome::{Outcome, Proven, Ready};

const DIM: Style = Style::new().dimmed();

/// Prints an outcome: one JSON document, or some lines for a person.
pub fn print_outcome(outcome: &Outcome, json: bool) {
    match outcome {
        _ if json => print(&document(outcome)),
        Outcome::Planned(plan) => print(&plan.to_string()),
        Outcome::Ready(ready) => print_ready(ready),
    }
}

/// Prints what is told on the way, on standard error. On a runner no line of another program can act as a command.
pub fn print_note(note: Note<'_>, on_runner: bool) {
    match note {
        Note::Step(step) => eprint(step),
        Note::Output(line) if on_runner => eprint(gha::neutralise(line.as_bytes()).trim_end()),
        Note::Output(line) => eprint(&format!("  {DIM}{line}{DIM:#}")),
    }
}

fn document(outcome: &impl Serialize) -> String {
    serde_json::to_string(outcome).unwrap_or_default()
}

fn print_ready(ready: &Ready) {
    let from = match ready.installed.len() {
        0 => "was there",
        _ => "installed",
    };
    let green = AnsiColor::Green.on_default().bold();
    print(&format!(
        "{green}ready{green:#} QEMU {} in {} ({from})",
        ready.version,
        ready.path.display()
    ));
    ready.emulators.iter().for_each(|it| print(&emulator_line(it, ready)));
    print(&format!("  {:<12} {}", "kvm", ready.kvm));
    if let Kvm::Unfit { hint: Some(hint), .. } = &ready.kvm {
        print(&format!("  {:<12} {DIM}hint: {hint}{DIM:#}", ""));
    }
}

fn emulator_line(emulator: &Proven, ready: &Ready) -> String {
    let boots = match emulator.boot_ms {
        Some(ms) => format!("boots in {ms} ms"),
        None => "is there; no micro guest can prove it".to_owned(),
    };
    let differs = emulator.version != ready.version;
    let version = if differs { format!(", version {}", emulator.version) } else { String::new() };
    format!("  {:<12} {boots}{version}", emulator.arch.as_str())
}

fn print(line: &str) {
    // Whoever closed our output does not want to read it.
    let _closed = writeln!(anstream::stdout(), "{line}");
}

fn eprint(line: &str) {
    let _closed = writeln!(anstream::stderr(), "{line}");
}
