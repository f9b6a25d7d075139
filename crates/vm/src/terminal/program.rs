//! From the spec's command to a program that can be started, and to a line that people can paste.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use spec::CommandLine;
use trial::Problem;

use crate::secrets;

/// The shell that every system has.
const SHELL: &str = "/bin/sh";

/// What is to be started, on no terminal yet.
pub(crate) fn command(config: &spec::Command) -> Result<Command, Problem> {
    let folder = folder(&config.cwd)?;
    let mut command = match &config.run {
        CommandLine::Shell(line) => {
            let mut command = Command::new(SHELL);
            command.arg("-c").arg(line);
            command
        }
        CommandLine::Program(words) => program(words, config, &folder)?,
    };
    secrets::keep_from(&mut command);
    // The console is judged line by line: nobody is there to see colours or a cursor that moves.
    command.env("TERM", "dumb").envs(&config.env).current_dir(folder);
    Ok(command)
}

fn folder(cwd: &Path) -> Result<PathBuf, Problem> {
    let shown = cwd.display();
    match cwd.canonicalize() {
        Ok(folder) if folder.is_dir() => Ok(folder),
        Ok(_) => Err(Problem::user(format!("the command's folder `{shown}` is none"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Problem::user(format!("the command's folder `{shown}` does not exist"))
                .hint("`cwd` is relative to the spec's folder"))
        }
        Err(error) => {
            Err(Problem::user(format!("the command's folder `{shown}` cannot be used: {error}")))
        }
    }
}

fn program(words: &[String], config: &spec::Command, folder: &Path) -> Result<Command, Problem> {
    let Some((name, arguments)) = words.split_first() else {
        return Err(Problem::user("the command is empty"));
    };
    let search = config.env.get("PATH").map(OsString::from).or_else(|| std::env::var_os("PATH"));
    let found = which::which_in(name, search, folder).map_err(|_| {
        Problem::user(format!("the program `{name}` is not an executable file"))
            .hint("name one on PATH, or one by its path from the command's folder")
    })?;
    // A name from a relative entry of PATH is relative to where the command runs.
    let mut command = Command::new(folder.join(found));
    command.args(arguments);
    Ok(command)
}

/// Why the system did not start it.
pub(crate) fn cannot_start(config: &spec::Command, error: &io::Error) -> Problem {
    let message = |what: &str| format!("{what} cannot be started: {error}");
    match &config.run {
        CommandLine::Shell(_) => Problem::infrastructure(message(&format!("`{SHELL}`"))),
        CommandLine::Program(words) => {
            let name = words.first().map_or("", String::as_str);
            Problem::user(message(&format!("the program `{name}`")))
        }
    }
}

/// The same for a person's terminal: one line for a shell, whatever folder that stands in.
pub(crate) fn shown(config: &spec::Command) -> Vec<String> {
    let quoted = |text: &str| shlex::try_quote(text).unwrap_or_default().into_owned();
    let folder = Some(&config.cwd).filter(|cwd| *cwd != Path::new("."));
    let folder = folder.map(|cwd| format!("cd {}", quoted(&cwd.to_string_lossy())));
    let variable = |(name, value): (&String, &String)| format!("{name}={}", quoted(value));
    let variables: Vec<String> = config.env.iter().map(variable).collect();
    let variables = (!variables.is_empty()).then(|| format!("export {}", variables.join(" ")));
    let run = match &config.run {
        CommandLine::Shell(line) => line.clone(),
        CommandLine::Program(words) => {
            words.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(" ")
        }
    };
    let parts: Vec<String> = [folder, variables, Some(run)].into_iter().flatten().collect();
    ["sh".into(), "-c".into(), parts.join(" && ")].into()
}
