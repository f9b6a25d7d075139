//! podman as root: whether it can be run here, and how it is.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use problem::Problem;
use supervise::{Child, Deadline};

use crate::room;

/// The first with `--pull=newer`.
const OLDEST: u32 = 4;

/// A longer line is heard in pieces, in bytes.
const LONGEST: u64 = 4 << 10;

/// How many of the last lines are kept.
const LAST: usize = 40;

/// How long a program may take to end that has closed its output.
const ENDING: Duration = Duration::from_secs(30);

/// Where root's containers are.
pub(crate) const STORAGE: &str = "/var/lib/containers/storage";

/// A podman that runs as root.
#[derive(Clone, Debug)]
pub(crate) struct Podman {
    sudo: bool,
}

/// How a program ended, and the last that it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<ExitStatus>,
    pub(crate) lines: VecDeque<String>,
}

impl Podman {
    /// Looks for all that bootc-image-builder needs: podman, root, privileges, so many bytes of disk, and its configuration.
    ///
    /// # Errors
    /// All that is missing, and what to do about each.
    pub(crate) fn check(
        needed: u64,
        output: &Path,
        config: Option<&Path>,
    ) -> Result<Podman, Problem> {
        let podman = Podman { sudo: !rustix::process::geteuid().is_root() };
        let mut missing = Vec::new();
        missing.extend(version());
        missing.extend(podman.is_root());
        missing.extend([Path::new(STORAGE), output].into_iter().filter_map(|it| space(it, needed)));
        missing.extend(config.and_then(readable));
        missing.dedup();
        if missing.is_empty() {
            return Ok(podman);
        }
        let (what, hints): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
        Err(Problem::infrastructure(format!(
            "bootc-image-builder cannot be run here: {}",
            what.join("; ")
        ))
        .hint(format!("{}; or take `engine: direct`, which needs nothing of it", hints.join("; "))))
    }

    /// A program as root.
    pub(crate) fn root(&self, program: &str) -> Command {
        if !self.sudo {
            return Command::new(program);
        }
        let mut command = Command::new("sudo");
        command.args(["-n", "--", program]);
        command
    }

    /// Gives what root has made in a folder to whoever runs us.
    pub(crate) fn hand_over(&self, folder: &Path) {
        let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
        if self.sudo {
            let mut chown = self.root("chown");
            chown.arg("-R").arg(format!("{}:{}", user.as_raw(), group.as_raw())).arg(folder);
            // What cannot be read is said when it is read.
            let _ended = follow(&mut chown, &mut |_| ());
        }
    }

    fn is_root(&self) -> Option<(String, String)> {
        let succeeds = |command: &mut Command| {
            follow(command, &mut |_| ()).is_ok_and(|it| it.status.is_some_and(|it| it.success()))
        };
        if !succeeds(&mut self.root("true")) {
            let what = "it has to run as root, and `sudo` is not there or asks for a password";
            return Some((what.into(), "run as root, or let this user use `sudo`".into()));
        }
        let mut unshare = self.root("unshare");
        if succeeds(unshare.args(["--mount", "true"])) {
            return None;
        }
        let what = "root may not mount here, so that no container can be privileged";
        Some((what.into(), "run on the machine itself, or in a privileged container".into()))
    }
}

fn version() -> Option<(String, String)> {
    let hint = format!("install `podman` {OLDEST}.0 or later");
    let mut command = Command::new("podman");
    let Ok(ended) = follow(command.arg("--version"), &mut |_| ()) else {
        return Some(("there is no `podman`".into(), hint));
    };
    let line = ended.lines.back().cloned().unwrap_or_default();
    let number = line.rsplit(' ').next().and_then(|it| it.split('.').next()?.parse::<u32>().ok());
    match number {
        Some(major) if major >= OLDEST => None,
        _ => Some((format!("`podman --version` says `{line}`"), hint)),
    }
}

fn space(folder: &Path, needed: u64) -> Option<(String, String)> {
    let there = room::nearest(folder).ok()?;
    let free = rootfs::free(&there).ok()?;
    let what = || {
        let [needed, free] = [needed.div_ceil(1 << 20), free >> 20];
        format!("{needed} MiB are needed in `{}`, and {free} are free", there.display())
    };
    let hint = "free some space, or say with `size` how much it takes";
    (free < needed).then(|| (what(), hint.into()))
}

fn readable(config: &Path) -> Option<(String, String)> {
    let error = File::open(config).err()?;
    let what = format!("cannot read the configuration `{}`: {error}", config.display());
    Some((what, "check `config`".into()))
}

/// Runs a program, and hears each line of it: no control characters are left in it.
///
/// # Errors
/// It cannot be started.
pub(crate) fn follow(command: &mut Command, hear: &mut dyn FnMut(&str)) -> io::Result<Ended> {
    Running::start(command)?.follow(hear)
}

/// A program that runs until this is dropped.
pub(crate) struct Running {
    child: Child,
    output: BufReader<io::PipeReader>,
}

impl Running {
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start(command: &mut Command) -> io::Result<Running> {
        let (reader, writer) = io::pipe()?;
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let child = Child::spawn(command)?;
        // The command has the writing ends, which would hide the end of the output.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Running { child, output: BufReader::new(reader) })
    }

    /// Hears each line until it ends.
    ///
    /// # Errors
    /// Its output cannot be read.
    pub(crate) fn follow(mut self, hear: &mut dyn FnMut(&str)) -> io::Result<Ended> {
        let (mut bytes, mut lines) = (Vec::new(), VecDeque::new());
        while (&mut self.output).take(LONGEST).read_until(b'\n', &mut bytes)? > 0 {
            let parts = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).map(shown);
            for line in parts.filter(|line| !line.is_empty()) {
                hear(&line);
                lines.push_back(line);
            }
            lines.drain(..lines.len().saturating_sub(LAST));
            bytes.clear();
        }
        Ok(Ended { status: self.child.wait_until(Deadline::after(ENDING)), lines })
    }
}

fn shown(line: &[u8]) -> String {
    let plain = verdict::plain(line);
    String::from_utf8_lossy(&plain).trim().chars().filter(|c| !c.is_control()).collect()
}
