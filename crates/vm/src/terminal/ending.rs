//! What the status of a command says.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use trial::Ending;

/// How a command ended by itself; `shell` says whether it was run by one.
pub(crate) fn of(status: Option<ExitStatus>, shell: bool) -> Ending {
    match status.map(|status| (status.code(), status.signal())) {
        Some((Some(0), _)) => ended("the command exited with status 0", false),
        Some((Some(code), _)) => {
            let why = if shell { shells_word(code) } else { "" };
            ended(&format!("the command exited with status {code}{why}"), true)
        }
        Some((None, Some(signal))) => lost(&format!("the command was killed by signal {signal}")),
        _ => lost("the command ended and nobody knows how"),
    }
}

/// We ended it.
pub(crate) fn stopped() -> Ending {
    lost("bootgate stopped it")
}

fn ended(reason: &str, failed: bool) -> Ending {
    Ending { reason: reason.to_owned(), by_guest: true, failed }
}

fn lost(reason: &str) -> Ending {
    Ending { reason: reason.to_owned(), by_guest: false, failed: false }
}

/// What a shell means by a status.
fn shells_word(code: i32) -> &'static str {
    match code {
        126 => ": a program in it cannot be executed",
        127 => ": a program in it was not found",
        137 => ": a program in it was killed, perhaps for want of memory",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_raw(status: i32, shell: bool) -> (String, bool, bool) {
        let ending = of(Some(ExitStatus::from_raw(status)), shell);
        (ending.reason, ending.by_guest, ending.failed)
    }

    #[test]
    fn a_status_of_zero_is_an_end_and_any_other_a_failure() {
        assert_eq!(of_raw(0, true), ("the command exited with status 0".into(), true, false));
        assert_eq!(of_raw(2 << 8, false), ("the command exited with status 2".into(), true, true));
    }

    #[test]
    fn a_signal_is_not_the_guests_doing() {
        assert_eq!(of_raw(9, true), ("the command was killed by signal 9".into(), false, false));
        assert!(!of(None, true).by_guest);
    }

    #[test]
    fn what_a_shell_means_is_said_where_there_is_one() {
        assert!(of_raw(127 << 8, true).0.ends_with("127: a program in it was not found"));
        assert!(of_raw(127 << 8, false).0.ends_with("status 127"));
    }
}
