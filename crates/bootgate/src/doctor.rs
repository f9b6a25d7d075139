//! `bootgate doctor`: what this host can run.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde::Serialize;
use vm::host::{Emulator, Finding};

/// Say what this host can run, and prove it by running guest code.
///
/// For each architecture a micro guest is run under QEMU's translator (TCG) and on the processor (KVM), two seconds at
/// most. A KVM device that opens proves nothing: here the guest has to reach its end. Exit code 0 when at least one
/// architecture works, 3 when none does.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Print the answers as JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answers {
    emulators: Vec<Emulator>,
    features: Vec<Feature>,
}

/// A feature of the processor that hypervisors under test need.
#[derive(Serialize)]
struct Feature {
    name: &'static str,
    there: bool,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let features =
        ["vmx", "svm"].map(|name| Feature { name, there: vm::host::require_flag(name).is_ok() });
    let answers = Answers { emulators: vm::host::survey(), features: features.into() };
    match arguments.json {
        true => gha::print(&serde_json::to_string(&answers).unwrap_or_default()),
        false => show(&answers),
    }
    let works = answers.emulators.iter().any(|emulator| {
        [&emulator.tcg, &emulator.kvm].iter().any(|finding| finding.works == Some(true))
    });
    ExitCode::from(if works { 0 } else { 3 })
}

fn show(answers: &Answers) {
    for emulator in &answers.emulators {
        let version = emulator
            .version
            .as_deref()
            .map_or("not installed".into(), |version| format!("QEMU {version}"));
        gha::print(&format!("{:<12} {version}", emulator.arch.as_str()));
        if emulator.program.is_none() {
            gha::print(&format!("  hint: {}", emulator.tcg.hint.as_deref().unwrap_or_default()));
            continue;
        }
        finding("tcg", &emulator.tcg);
        finding("kvm", &emulator.kvm);
    }
    let there = answers.features.iter().map(|feature| {
        let there = if feature.there { "offered" } else { "not offered" };
        format!("{}: {there}", feature.name)
    });
    gha::print(&format!("processor    {}", there.collect::<Vec<_>>().join(", ")));
}

fn finding(name: &str, finding: &Finding) {
    let (color, word) = match finding.works {
        Some(true) => (AnsiColor::Green, "works"),
        Some(false) => (AnsiColor::Yellow, "no"),
        None => (AnsiColor::Blue, "?"),
    };
    let style: Style = color.on_default();
    let took = finding.took_ms.map(|took| format!(" in {took} ms")).unwrap_or_default();
    gha::print(&format!("  {name}  {style}{word:<6}{style:#} {}{took}", finding.reason));
    if let Some(hint) = &finding.hint {
        gha::print(&format!("              hint: {hint}"));
    }
}
