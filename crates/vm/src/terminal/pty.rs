//! A pseudo-terminal that passes every byte on as it is.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::process::Command;

use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

/// The size that the recording has, too.
const SIZE: Winsize = Winsize { ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 };

/// Both ends of a terminal.
#[derive(Debug)]
pub(crate) struct Pty {
    /// Where we read and type; it never makes us wait.
    pub(crate) ours: File,
    /// Where the command does. We keep it open, so that the terminal lives as long as the command does, even if the
    /// command closes it and opens it again.
    pub(crate) theirs: OwnedFd,
}

impl Pty {
    /// Opens a terminal in raw mode.
    pub(crate) fn open() -> io::Result<Pty> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags)?;
        unlockpt(&ours)?;
        let theirs = ioctl_tiocgptpeer(&ours, flags)?;
        make_raw(&theirs)?;
        tcsetwinsize(&theirs, SIZE)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        Ok(Pty { ours: ours.into(), theirs })
    }

    /// Makes the terminal the command's standard input, output and error.
    pub(crate) fn attach(&self, command: &mut Command) -> io::Result<()> {
        let end = || self.theirs.try_clone();
        command.stdin(end()?).stdout(end()?).stderr(end()?);
        Ok(())
    }
}

fn make_raw(terminal: &OwnedFd) -> io::Result<()> {
    let mut modes = tcgetattr(terminal)?;
    modes.make_raw();
    // QEMU switches output processing on again; without any of its kinds there is nothing that it could do.
    modes.output_modes = OutputModes::empty();
    Ok(tcsetattr(terminal, OptionalActions::Now, &modes)?)
}
