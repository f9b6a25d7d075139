//! The shell of a `run:`, started as GitHub starts it.

use std::path::Path;
use std::process::Command;

use trial::Problem;
use which::which;

/// Stands for the script's file.
const FILE: &str = "{0}";

/// The words of a shell's command line, with the end of the script's name.
fn line(shell: Option<&str>) -> Result<(Vec<String>, &'static str), Problem> {
    let (line, end) = match shell {
        None if which("bash").is_ok() => ("bash -e {0}", "sh"),
        None => ("sh -e {0}", "sh"),
        Some("bash") => ("bash --noprofile --norc -eo pipefail {0}", "sh"),
        Some("sh") => ("sh -e {0}", "sh"),
        Some("python") if which("python").is_ok() => ("python {0}", "py"),
        Some("python") => ("python3 {0}", "py"),
        Some("pwsh") => ("pwsh -command . '{0}'", "ps1"),
        Some(own) => (own, "sh"),
    };
    let words = shlex::split(line).filter(|words| words.iter().any(|word| word.contains(FILE)));
    let words = words.ok_or_else(|| {
        Problem::user(format!("the shell `{line}` is not known"))
            .hint("use bash, sh, python or pwsh, or a command line with `{0}` for the script")
    })?;
    Ok((words, end))
}

/// Writes the script into `folder`, and gives the command that runs it.
pub(crate) fn command(
    folder: &Path,
    shell: Option<&str>,
    script: &str,
) -> Result<Command, Problem> {
    let (words, end) = line(shell)?;
    let file = folder.join(format!("script.{end}"));
    std::fs::write(&file, script).map_err(Problem::path("write", &file))?;
    let mut words = words.into_iter().map(|word| word.replace(FILE, &file.to_string_lossy()));
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    Ok(command)
}
