//! Our own program on the host: sent once, and known by its digest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use problem::Problem;

use crate::ssh::Connection;
use crate::tree::Digest;

/// Where programs are on the host.
const FOLDER: &str = "${XDG_CACHE_HOME:-$HOME/.cache}/bootgate/remote/programs";

/// Sees that the program is on the host, and gives the command that starts it there.
///
/// # Errors
/// There is none for the host's processor, or it cannot be sent.
pub(crate) fn install(connection: &Connection, ours: &Path) -> Result<String, Problem> {
    let arch = said(connection, "uname -sm", None)?;
    let program = program_for(&arch, ours)?;
    let bytes = fs::read(&program).map_err(Problem::path("read", &program))?;
    let name = format!("{FOLDER}/{}", Digest::of(&bytes));
    let is_there = format!("test -x \"{name}\" && echo there || echo absent");
    if said(connection, &is_there, None)? == "absent" {
        // Under its name only when it is whole: `wc` counts what came through.
        let script = format!(
            "umask 077 && mkdir -p \"{FOLDER}\" && cat >\"{name}.$$\" && \
             test \"$(wc -c <\"{name}.$$\")\" -eq {} && chmod 700 \"{name}.$$\" && mv -f \"{name}.$$\" \"{name}\"",
            bytes.len()
        );
        said(connection, &script, Some(&program))?;
    }
    Ok(format!("exec \"{name}\""))
}

/// The program of a release for a host, by what `uname` says of it; `ours` where that is the same.
fn program_for(uname: &str, ours: &Path) -> Result<PathBuf, Problem> {
    let arch = match uname {
        "Linux x86_64" => "x86_64",
        "Linux aarch64" => "aarch64",
        _ => {
            return Err(Problem::user(format!(
                "the host is `{uname}`, for which there is no bootgate"
            ))
            .hint("name a host with Linux on x86_64 or aarch64"));
        }
    };
    if arch == std::env::consts::ARCH {
        return Ok(ours.into());
    }
    // dist/bin/<target>/bootgate
    let programs = ours.parent().and_then(Path::parent);
    let other = programs.map(|it| it.join(format!("{arch}-unknown-linux-musl/bootgate")));
    other.filter(|other| other.is_file()).ok_or_else(|| {
        Problem::user(format!("this bootgate has no program for {arch} beside it"))
            .hint("use a release, which has both")
    })
}

/// The last line that a script on the host prints.
fn said(connection: &Connection, script: &str, input: Option<&Path>) -> Result<String, Problem> {
    let failed = |error| Problem::infrastructure(format!("cannot start `ssh`: {error}"));
    let mut command: Command = connection.command(script);
    match input {
        Some(path) => {
            command.stdin(fs::File::open(path).map_err(Problem::path("read", path))?);
        }
        None => {
            command.stdin(Stdio::null());
        }
    }
    let output = command.output().map_err(failed)?;
    if output.status.success() {
        // Before it stands what the user's shell may print whenever it is started.
        let printed = String::from_utf8_lossy(&output.stdout);
        return Ok(printed.lines().last().unwrap_or_default().trim().to_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(connection.failure(&words))
}
