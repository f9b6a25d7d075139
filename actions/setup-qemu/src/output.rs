//! What a person, or a program that asked for JSON, is shown.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::kvm::Kvm;
use crate::outcome::{Outcome, Proven, Ready};

const DIM: Style = Style::new().dimmed();

/// Prints an outcome: one JSON document, or some lines for a person.
pub fn print_outcome(outcome: &Outcome, json: bool) {
    match outcome {
        _ if json => gha::print(&document(outcome)),
        Outcome::Planned(plan) => gha::print(&plan.to_string()),
        Outcome::Ready(ready) => print_ready(ready),
    }
}

fn document(outcome: &impl Serialize) -> String {
    serde_json::to_string(outcome).unwrap_or_default()
}

fn print_ready(ready: &Ready) {
    let from = match (&ready.build, ready.installed.len()) {
        (Some(build), _) if build.is_hit => "built before",
        (Some(_), _) => "built from source",
        (None, 0) => "was there",
        (None, _) => "installed",
    };
    let green = AnsiColor::Green.on_default().bold();
    gha::print(&format!(
        "{green}ready{green:#} QEMU {} in {} ({from})",
        ready.version,
        ready.path.display()
    ));
    ready.emulators.iter().for_each(|it| gha::print(&emulator_line(it, ready)));
    gha::print(&format!("  {:<12} {}", "kvm", ready.kvm));
    if let Some(build) = &ready.build {
        gha::print(&format!("  {:<12} {}", "build", build.key));
        gha::print(&format!("  {:<12} {}", "digest", build.digest));
    }
    if let Some(artifact) = ready.build.as_ref().and_then(|build| build.artifact.as_ref()) {
        gha::print(&format!("  {:<12} {artifact}", "artifact"));
    }
    if let Kvm::Unfit { hint: Some(hint), .. } = &ready.kvm {
        gha::print(&format!("  {:<12} {DIM}hint: {hint}{DIM:#}", ""));
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
