//! `bootgate policy check`: mistakes and hazards in policies.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use clap::Args;
use problem::{Problem, given_text};
use promotion::{Checked, Policy};
use serde_json::json;

use crate::spec_check::shown;

/// How many files are looked at for boot tests, and in how many folders inside one another.
const MOST: usize = 2000;
const DEPTH: usize = 4;

/// Say what is wrong with policies, and what in them lets pass what it should not.
///
/// docs/policy.md explains each hazard. A required result that no boot test in the policy's folder has is a warning alone.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Print the hazards as JSON on standard output
    #[arg(long)]
    json: bool,

    /// The files
    #[arg(value_name = "FILE", default_value = "bootgate.yaml")]
    files: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  bootgate policy check
  bootgate policy check --json release/bootgate.yaml | jq -r '.hazards[].name'

Exit codes:
  0  no hazard
  1  hazards: each with file, line, column, name and the next step
  2  a file cannot be read, or has a mistake";

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let (mut all, mut problems) = (Checked::default(), Vec::new());
    for path in &arguments.files {
        match check(path) {
            Ok(checked) => {
                all.hazards.extend(checked.hazards);
                all.warnings.extend(checked.warnings);
            }
            Err(problem) => problems.push(problem),
        }
    }
    let Checked { hazards, warnings } = &all;
    gha::print(&match arguments.json {
        true => json!({ "hazards": hazards, "warnings": warnings }).to_string(),
        false => hazards.iter().chain(warnings).map(shown).collect(),
    });
    problems.iter().for_each(|problem| gha::tell(problem, None, None));
    let code = problems.iter().map(Problem::exit_code).max();
    ExitCode::from(code.unwrap_or(u8::from(!hazards.is_empty())))
}

fn check(path: &Path) -> Result<Checked, Problem> {
    let text = given_text(path)?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut tests = Tests { left: MOST, results: Vec::new() };
    tests.look_into(folder, DEPTH);
    let today = DateTime::<Utc>::from(SystemTime::now()).date_naive();
    Policy::check(&text, path, &tests.results, today)
}

/// The results that boot tests beside a policy would have.
struct Tests {
    /// How many more files may be looked at.
    left: usize,
    results: Vec<String>,
}

impl Tests {
    /// What cannot be read is no boot test.
    fn look_into(&mut self, folder: &Path, depth: usize) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth > 0 && name != "target" && name != ".git" {
                self.look_into(&path, depth - 1);
            }
            let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
            if kind.is_file() && is_yaml && self.left > 0 {
                self.left -= 1;
                let spec = given_text(&path).and_then(|text| Ok(spec::parse(&text, &path)?));
                self.results.extend(spec.map(|spec| spec.result()));
            }
        }
    }
}
