//! The machine that we run on: its programs, and how to do something there as root.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use trial::Problem;

use crate::job::{Ending, Job};

/// Where programs for root are, which a user's PATH may lack.
const FOR_ROOT: [&str; 2] = ["/usr/sbin", "/sbin"];

/// How long a program may take that has nothing much to do.
const SHORT: Duration = Duration::from_secs(20);

/// How something can be done as root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// We are root.
    Root,
    /// By this `sudo`, which asks for no password.
    Sudo(PathBuf),
    /// Not at all, and this is why.
    Missing(&'static str),
}

/// The machine that we run on.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// Where programs are looked for, as `PATH` has it.
    path: OsString,
    pub(crate) privilege: Privilege,
}

impl Host {
    pub(crate) fn here() -> Host {
        let own = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&own).chain(FOR_ROOT.iter().map(PathBuf::from));
        let path = env::join_paths(folders).unwrap_or(own);
        let host = Host { path, privilege: Privilege::Root };
        Host { privilege: host.find_privilege(), ..host }
    }

    /// The same machine, whose programs are looked for in `folder` first.
    pub(crate) fn with_first(&self, folder: &Path) -> Host {
        let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&self.path));
        let path = env::join_paths(folders).unwrap_or_else(|_| self.path.clone());
        Host { path, privilege: self.privilege.clone() }
    }

    /// Whether something can be installed.
    ///
    /// # Errors
    /// It cannot, and this is why `what` stays missing.
    pub(crate) fn may_install(&self, what: &str) -> Result<(), Problem> {
        match self.privilege {
            Privilege::Missing(reason) => Err(Problem::infrastructure(format!("{what} is missing, and nothing can be installed: {reason}"))
                .hint("run this step as root, allow `sudo` without a password, or install it in a step before this one")),
            Privilege::Root | Privilege::Sudo(_) => Ok(()),
        }
    }

    /// A machine with these programs and no others.
    #[cfg(test)]
    pub(crate) fn with(folder: &std::path::Path, privilege: Privilege) -> Host {
        Host { path: folder.into(), privilege }
    }

    /// Where a program is.
    pub(crate) fn find(&self, program: &str) -> Option<PathBuf> {
        which::which_in(program, Some(&self.path), "/").ok()
    }

    /// A program with our own rights.
    pub(crate) fn job(&self, program: &str, arguments: &[&str]) -> Job {
        let mut command = Command::new(self.find(program).unwrap_or_else(|| program.into()));
        // The messages that are looked for are English.
        command.args(arguments).env("LC_ALL", "C").env("PATH", &self.path);
        Job { command, limit: SHORT, ending: Ending::Abrupt }
    }

    /// A program with root's rights, and variables that `sudo` would hide from it.
    pub(crate) fn root_job(
        &self,
        variables: &[(&str, &str)],
        program: &str,
        arguments: &[&str],
    ) -> Job {
        let Privilege::Sudo(sudo) = &self.privilege else {
            let Job { mut command, limit, .. } = self.job(program, arguments);
            command.envs(variables.iter().copied());
            return Job { command, limit, ending: Ending::Gentle { sudo: None } };
        };
        let mut command = Command::new(sudo);
        command.args(["-n", "env", "LC_ALL=C"]);
        command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.arg(self.find(program).unwrap_or_else(|| program.into())).args(arguments);
        command.env("PATH", &self.path);
        Job { command, limit: SHORT, ending: Ending::Gentle { sudo: Some(sudo.clone()) } }
    }

    fn find_privilege(&self) -> Privilege {
        if rustix::process::geteuid().is_root() {
            return Privilege::Root;
        }
        let Some(sudo) = self.find("sudo") else {
            return Privilege::Missing("this user is not root, and there is no `sudo`");
        };
        match self.job("sudo", &["-n", "true"]).run_unheard() {
            Ok(ended) if ended.succeeded() => Privilege::Sudo(sudo),
            _ => Privilege::Missing("this user is not root, and `sudo` asks for a password"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn folder(name: &str, script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    #[test]
    fn through_sudo_a_program_gets_its_variables_and_no_question_is_asked() {
        let folder = folder("apt-get", "");
        let host = Host::with(folder.path(), Privilege::Sudo("/usr/bin/sudo".into()));
        let job = host.root_job(&[("DEBIAN_FRONTEND", "noninteractive")], "apt-get", &["update"]);
        let words = std::iter::once(job.command.get_program()).chain(job.command.get_args());
        let shown = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let program = folder.path().join("apt-get");
        let expected = format!("DEBIAN_FRONTEND=noninteractive {} update", program.display());
        assert!(
            shown.starts_with("/usr/bin/sudo -n env ") && shown.ends_with(&expected),
            "{shown}"
        );
        assert_eq!(job.ending, Ending::Gentle { sudo: Some("/usr/bin/sudo".into()) });
    }

    #[test]
    fn as_root_there_is_no_sudo() {
        let folder = folder("tool", "echo $NAME $LC_ALL");
        let host = Host::with(folder.path(), Privilege::Root);
        let ended = host.root_job(&[("NAME", "value")], "tool", &[]).run_unheard().unwrap();
        assert_eq!(ended.last_line(), "value C");
    }

    #[test]
    fn a_job_of_roots_that_is_late_is_ended_by_root() {
        let sudo = folder("sudo", "printf '%s\\n' \"$*\" >>\"$0.log\"; shift; exec \"$@\"");
        let path = sudo.path().join("sudo");
        let mut command = Command::new(&path);
        command.args(["-n", "sleep", "60"]);
        let ending = Ending::Gentle { sudo: Some(path.clone()) };
        let job = Job { command, limit: Duration::from_millis(200), ending };
        let began = std::time::Instant::now();
        let ended = job.run_unheard().unwrap();
        assert!(ended.status.is_none() && began.elapsed() < Duration::from_secs(10));
        let log = fs::read_to_string(path.with_extension("log")).unwrap();
        assert!(log.lines().nth(1).is_some_and(|line| line.contains("kill -TERM")), "{log}");
    }
}
