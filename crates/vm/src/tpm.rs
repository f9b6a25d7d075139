//! A TPM for one run: swtpm as a child, spoken to over an inherited pair of sockets.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use command_fds::{CommandFdExt, FdMapping};
use spec::{Arch, Qemu};
use supervise::{Child, Deadline};
use trial::{Ending, Problem, Signal, Signals};

use crate::boot::{TPM_FD, Wiring};
use crate::command::Arguments;
use crate::secrets;
use crate::tail::Tail;

/// How long its last words may take to arrive.
const WORDS_LIMIT: Duration = Duration::from_millis(500);

/// What a person starts for the command that is shown.
pub(crate) const BY_HAND: &str = "the command shown takes its TPM from `swtpm socket --tpm2 --tpmstate dir=. --ctrl type=unixio,path=tpm.sock`";

/// A running swtpm; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Tpm {
    child: Arc<Child>,
    /// Whether its end is our own doing.
    over: Arc<AtomicBool>,
}

/// Where the program is.
///
/// # Errors
/// It is not installed.
pub(crate) fn program() -> Result<PathBuf, Problem> {
    which::which("swtpm").map_err(|_| {
        Problem::infrastructure("`tpm` needs `swtpm`, which is not on PATH").hint(
            "install it: `apt-get install swtpm` (Debian, Ubuntu), `dnf install swtpm` (Fedora), \
             `apk add swtpm` (Alpine), `pacman -S swtpm` (Arch), `zypper install swtpm` (openSUSE)",
        )
    })
}

impl Tpm {
    /// Starts one that is as new, with its state in `folder`; gives QEMU's end of the line to it.
    pub(crate) fn start(folder: &Path, signals: Signals) -> Result<(Tpm, OwnedFd), Problem> {
        let program = program()?;
        let started = Tpm::spawn(&program, &folder.join("tpm"), signals);
        started
            .map_err(|error| Problem::infrastructure(format!("`swtpm` cannot be started: {error}")))
    }

    fn spawn(program: &Path, state: &Path, signals: Signals) -> io::Result<(Tpm, OwnedFd)> {
        let (qemus, its) = UnixStream::pair()?;
        fs::create_dir_all(state)?;
        let mut command = Command::new(program);
        secrets::keep_from(&mut command);
        command.args(["socket", "--tpm2", "--tpmstate"]).arg(format!("dir={}", state.display()));
        command.args(["--ctrl", &format!("type=unixio,clientfd={TPM_FD}")]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mapping = FdMapping { parent_fd: its.into(), child_fd: TPM_FD };
        command.fd_mappings(vec![mapping]).map_err(io::Error::other)?;
        let (child, over) = (Arc::new(Child::spawn(&mut command)?), Arc::default());
        let tpm = Tpm { child: Arc::clone(&child), over: Arc::clone(&over) };
        let tail = child.take_stderr().map(Tail::of);
        let watch = move || {
            let status = child.wait_until(Deadline::after(Duration::MAX));
            // QEMU tells it to go when QEMU itself goes; then it succeeds.
            if status.is_some_and(|status| !status.success()) && !over.load(Ordering::Acquire) {
                let words = tail.and_then(|tail| tail.lines(Deadline::after(WORDS_LIMIT)).pop());
                let words = words.map(|words| format!(": {words}")).unwrap_or_default();
                let reason = format!("swtpm, the guest's TPM, ended before it{words}");
                let ending = Ending { reason, by_guest: false, failed: false };
                let _heard = signals.send(Signal::Ended(ending));
            }
        };
        thread::Builder::new().name("tpm".into()).spawn(watch)?;
        Ok((tpm, qemus.into()))
    }
}

impl Drop for Tpm {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // Fails only where it was waited for already.
        let _status = self.child.terminate(Duration::ZERO);
    }
}

/// The device, and the line to swtpm.
pub(crate) fn arguments(args: &mut Arguments, qemu: &Qemu, wiring: Wiring) {
    if !qemu.tpm {
        return;
    }
    let line = match wiring {
        Wiring::Terminal => "path=tpm.sock".to_owned(),
        Wiring::Pipes => format!("fd={TPM_FD}"),
    };
    args.pair("-chardev", format!("socket,id=tpm,{line}"));
    args.pair("-tpmdev", "emulator,id=tpm0,chardev=tpm");
    let device = match qemu.arch {
        Arch::X86_64 => "tpm-crb",
        Arch::Ppc64le => "tpm-spapr",
        _ => "tpm-tis-device",
    };
    args.pair("-device", format!("{device},tpmdev=tpm0"));
}
