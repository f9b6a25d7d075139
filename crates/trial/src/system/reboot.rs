//! `reboot`: a restart that is asked for, proven by another boot id.

use super::said::{first_line, quoted};
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// Where the kernel tells which boot this is.
const BOOT_ID: &str = "cat /proc/sys/kernel/random/boot_id\n";

/// A restart.
pub(super) struct Reboot {
    command: String,
    at: At,
}

/// How far it is.
enum At {
    /// Which boot this is has to be known first.
    Noting,
    /// The command is to be given in this boot.
    Asking(String),
    /// It was given in this boot.
    Waiting(String),
}

impl Reboot {
    /// One that `command` begins.
    pub(super) fn by(command: String) -> Reboot {
        Reboot { command, at: At::Noting }
    }

    fn wait(&mut self, id: String) -> Outcome {
        self.at = At::Waiting(id);
        Outcome::NotYet("the guest was asked to restart".into())
    }
}

impl Check for Reboot {
    fn script(&self) -> String {
        match &self.at {
            At::Asking(_) => self.command.clone(),
            At::Noting | At::Waiting(_) => BOOT_ID.into(),
        }
    }

    fn judge(&mut self, said: &Said, _memory: &mut Memory) -> Outcome {
        let told = first_line(&said.stdout);
        match &self.at {
            At::Noting if said.status != 0 || told.is_empty() => {
                Fault::new("the guest does not tell which boot this is").said(&said.stderr).into()
            }
            At::Noting => {
                self.at = At::Asking(told);
                Outcome::Next
            }
            // A shell that the shutdown ends has a signal's status.
            At::Asking(id) if said.status == 0 || said.status >= 128 => self.wait(id.clone()),
            At::Asking(_) => {
                let title = format!("{} exited with status {}", quoted(&self.command), said.status);
                Fault::new(title).said(&said.stderr).into()
            }
            At::Waiting(id) if said.status != 0 || told.is_empty() || told == *id => {
                Outcome::NotYet("the guest still runs as before its restart".into())
            }
            At::Waiting(_) => Outcome::Met(None),
        }
    }

    fn lost(&mut self) -> bool {
        if let At::Asking(id) = &self.at {
            self.at = At::Waiting(id.clone());
        }
        true
    }

    fn restarts(&self) -> bool {
        matches!(self.at, At::Asking(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u8, stdout: &str) -> Said {
        Said { status, stdout: stdout.into(), ..Said::default() }
    }

    #[test]
    fn only_another_boot_is_a_restart() {
        let mut check = Reboot::by("systemctl reboot".into());
        let mut judge = |said: Said| {
            let outcome = check.judge(&said, &mut Memory::default());
            (outcome, check.script(), check.restarts())
        };
        assert_eq!(judge(said(0, "one\n")), (Outcome::Next, "systemctl reboot".into(), true));
        let waits = |outcome: &Outcome| matches!(outcome, Outcome::NotYet(_));
        let (asked, script, restarts) = judge(said(143, ""));
        assert!(waits(&asked) && script == BOOT_ID && !restarts);
        assert!(waits(&judge(said(0, "one\n")).0) && waits(&judge(said(1, "")).0));
        assert_eq!(judge(said(0, "two\n")).0, Outcome::Met(None));
    }

    #[test]
    fn a_guest_that_refuses_fails_and_one_that_is_gone_may_have_gone() {
        let begun = || {
            let mut check = Reboot::by("systemctl reboot".into());
            check.judge(&said(0, "one\n"), &mut Memory::default());
            check
        };
        let Outcome::Failed(fault) = begun().judge(&said(1, ""), &mut Memory::default()) else {
            panic!()
        };
        assert_eq!(fault.title, "`systemctl reboot` exited with status 1");
        let mut gone = begun();
        assert!(gone.lost() && gone.script() == BOOT_ID);
    }
}
