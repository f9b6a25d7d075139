//! `bootgate spec check`: mistakes and hazards in boot tests and in ostool's configurations.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Args;
use ostool::{Document, Hazard, Subject};
use serde_json::json;
use trial::Problem;

const NAME: Style = AnsiColor::Yellow.on_default().bold();

/// Say what is wrong with boot tests, and what in them could pass a guest that is broken.
///
/// It reads boot tests in YAML, and AxVisor's TOML: QEMU configurations of ostool 0.8, 0.24 and 0.31, and beside them build
/// configurations and guests' configurations, which tell how many guests a list of success texts is for. Files that are
/// given together belong together. docs/hazards.md explains each hazard.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Print the hazards as JSON on standard output
    #[arg(long)]
    json: bool,

    /// The files: `.toml` is ostool's, everything else is YAML
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  bootgate spec check smoke.yaml
  bootgate spec check qemu-aarch64.toml build-aarch64.toml
  bootgate spec check --json *.toml | jq -r '.hazards[].name'

Exit codes:
  0  no hazard
  1  hazards: each with file, line, column, name and the next step
  2  a file cannot be read, or has a mistake";

/// What the files hold.
#[derive(Default)]
struct Files {
    subjects: Vec<Subject>,
    /// Guests that builds name.
    named: usize,
    /// Configurations of guests.
    guests: usize,
    problems: Vec<Problem>,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let mut files = Files::default();
    for path in &arguments.files {
        files.add(path).unwrap_or_else(|problem| files.problems.push(problem));
    }
    let hazards = ostool::hazards(&files.subjects, files.named.max(files.guests));
    gha::print(&match arguments.json {
        true => json!({ "hazards": hazards }).to_string(),
        false => hazards.iter().map(shown).collect(),
    });
    files.problems.iter().for_each(|problem| gha::tell(problem, None, None));
    let code = files.problems.iter().map(Problem::exit_code).max();
    ExitCode::from(code.unwrap_or(u8::from(!hazards.is_empty())))
}

impl Files {
    fn add(&mut self, path: &Path) -> Result<(), Problem> {
        if !run_vm_test::is_toml(path) {
            let spec = spec::load(path)?;
            let text = fs::read_to_string(path).map_err(Problem::path("read", path))?;
            self.subjects.push(Subject::of_spec(&spec, path, &text));
            return Ok(());
        }
        match run_vm_test::document(path)? {
            Document::Qemu(config) => self.subjects.push(Subject::from(&*config)),
            Document::Build { guests } => self.named += guests,
            Document::Guest => self.guests += 1,
        }
        Ok(())
    }
}

/// A hazard in two lines.
pub(crate) fn shown(hazard: &Hazard) -> String {
    let Hazard { file, line, column, name, message, hint } = hazard;
    let file = file.display();
    format!("{file}:{line}:{column}: {NAME}{name}{NAME:#}: {message}\n  hint: {hint}\n")
}
