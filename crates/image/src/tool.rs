//! The programs that write some formats better than we could.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use supervise::{Child, Deadline};

use crate::Error;

/// How long a program may take. None needs minutes but for images of very many files.
const LIMIT: Duration = Duration::from_secs(3600);

/// How much of a program's words is read, in bytes.
const WORDS: u64 = 16 << 10;

/// A program and the package of Debian that has it.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
}

impl Tool {
    /// A command without the host's settings: only where programs are, plain language and no time zone.
    pub(crate) fn command(&self) -> Result<Command, Error> {
        let path = search_path();
        let program = which::which_in(self.name, Some(&path), "/")
            .map_err(|_| Error::Missing { tool: self.name, package: self.package })?;
        let mut command = Command::new(program);
        command.env_clear().env("PATH", path).env("LC_ALL", "C").env("TZ", "UTC");
        Ok(command)
    }

    /// Runs it and gives what it said as warning.
    pub(crate) fn run(&self, command: &mut Command) -> Result<String, Error> {
        let io_failed = |error: io::Error| self.failed(None, error.to_string());
        let mut said = tempfile::tempfile().map_err(io_failed)?;
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(said.try_clone().map_err(io_failed)?);
        let child = Child::spawn(command).map_err(io_failed)?;
        let status = child.wait_until(Deadline::after(LIMIT));
        let words = end_of(&mut said).map_err(io_failed)?;
        match status {
            Some(status) if status.success() => Ok(words),
            _ => Err(self.failed(status, words)),
        }
    }

    /// Its failure, by what it said.
    pub(crate) fn failed(&self, status: Option<ExitStatus>, words: String) -> Error {
        if words.contains("No space left on device") {
            return Error::Io { path: self.name.into(), error: io::ErrorKind::StorageFull.into() };
        }
        Error::Tool { tool: self.name, status, words }
    }
}

/// File system tools are where only root's path leads.
fn search_path() -> OsString {
    let own = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&own).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    env::join_paths(folders.filter(|folder| folder.is_absolute())).unwrap_or(own)
}

fn end_of(said: &mut File) -> io::Result<String> {
    let size = said.metadata()?.len();
    said.seek(io::SeekFrom::Start(size.saturating_sub(WORDS)))?;
    let mut words = Vec::new();
    said.take(WORDS).read_to_end(&mut words)?;
    Ok(String::from_utf8_lossy(&words).trim().to_owned())
}

/// A private folder for what a program reads.
pub(crate) fn staging() -> Result<tempfile::TempDir, Error> {
    tempfile::Builder::new()
        .prefix("image-")
        .tempdir()
        .map_err(Error::io(Path::new("temporary folder")))
}
