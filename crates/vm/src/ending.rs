//! Why a machine ended, in words, and whether the guest wanted it.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use spec::{Arch, ExitDevice, Qemu};
use trial::Ending;

use crate::qmp::Shutdown;

/// All that is known about the end of QEMU.
#[derive(Debug)]
pub(crate) struct Traces {
    /// What it said on its control socket.
    pub(crate) shutdown: Option<Shutdown>,
    /// How its process ended.
    pub(crate) status: Option<ExitStatus>,
    /// Whether we ended it.
    pub(crate) stopped: bool,
    /// The device by which this guest can end QEMU with a status.
    pub(crate) exit: Option<Exit>,
    /// The last line on its standard error.
    pub(crate) last_line: Option<String>,
}

/// The device by which a guest can make QEMU exit with a status of its choice; older QEMUs say no word then on the
/// control socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit {
    device: ExitDevice,
    /// The status that means success, where that is known.
    success: Option<u8>,
}

impl Traces {
    fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }
}

impl Exit {
    /// What the spec names; or a device among the arguments, of which nobody said what its statuses mean; or the one
    /// that RISC-V's `virt` always has.
    pub(crate) fn of(qemu: &Qemu) -> Option<Exit> {
        let declared =
            qemu.exit.map(|exit| Exit { device: exit.device, success: Some(exit.success()) });
        let is_given =
            |device: &ExitDevice| qemu.args.iter().any(|arg| arg.contains(device.as_str()));
        let given = || ExitDevice::ALL.into_iter().find(is_given);
        let boards = Exit { device: ExitDevice::SifiveTest, success: Some(0) };
        declared
            .or_else(|| Some(Exit { device: given()?, success: None }))
            .or_else(|| (qemu.arch == Arch::Riscv64).then_some(boards))
    }

    /// Whether a status can come from the guest: QEMU's own failures have the status 1 and a line that says why, and
    /// `isa-debug-exit` has only odd ones.
    pub(crate) fn can_be(self, code: i32, last_line: Option<&str>) -> bool {
        let complained = last_line.is_some_and(|line| !line.contains("warning:"));
        let possible = self.device != ExitDevice::IsaDebugExit || code % 2 == 1;
        possible && !(code == 1 && complained)
    }

    /// The end of a guest that chose this status.
    fn chosen(self, code: i32) -> Ending {
        let name = self.device.as_str();
        let what = match (self.device, code) {
            (ExitDevice::SifiveTest, 0) => "the guest powered off".to_owned(),
            (ExitDevice::IsaDebugExit, _) => {
                format!(
                    "the guest exited with code {code} through `{name}`, which means {}",
                    code >> 1
                )
            }
            _ => format!("the guest exited with code {code} through `{name}`"),
        };
        self.judged(what, code, |success| format!("not with {success}"))
    }

    /// The end of a guest that ended in another way, with this status.
    fn passed_by(self, what: &str, code: i32) -> Ending {
        let name = self.device.as_str();
        self.judged(what.to_owned(), code, |success| {
            format!("not with code {success} through `{name}`")
        })
    }

    fn judged(self, what: String, code: i32, wanted: impl Fn(u8) -> String) -> Ending {
        match self.success.filter(|success| i32::from(*success) != code) {
            Some(success) => {
                let reason = format!("{what}, and {}", wanted(success));
                Ending { reason, by_guest: true, failed: true }
            }
            None => ended(what, true),
        }
    }
}

pub(crate) fn ending(traces: &Traces) -> Ending {
    match &traces.shutdown {
        Some(shutdown) if shutdown.by_guest => by_guest(&shutdown.reason, traces),
        _ if traces.stopped => ended("bootgate stopped it".to_owned(), false),
        _ => without_word(traces),
    }
}

fn by_guest(reason: &str, traces: &Traces) -> Ending {
    let what = match reason {
        "guest-shutdown" => "the guest powered off",
        "guest-reset" => "the guest reset",
        "guest-panic" => "the guest panicked",
        _ => "the guest ended the machine",
    };
    match (traces.exit, traces.code()) {
        (Some(exit), Some(0)) => exit.passed_by(what, 0),
        (Some(exit), Some(code)) => exit.chosen(code),
        (None, None | Some(0)) | (Some(_), None) => ended(what.to_owned(), true),
        (None, Some(code)) => ended(format!("{what} with status {code}"), true),
    }
}

fn without_word(traces: &Traces) -> Ending {
    // A QEMU that names somebody else on the host was not ended by its guest.
    let exit = traces.exit.filter(|_| traces.shutdown.is_none());
    match (exit, traces.code()) {
        (Some(exit), Some(code)) if exit.can_be(code, traces.last_line.as_deref()) => {
            exit.chosen(code)
        }
        _ => ended(died(traces), false),
    }
}

/// An end that says nothing about success.
fn ended(reason: String, by_guest: bool) -> Ending {
    Ending { reason, by_guest, failed: false }
}

fn died(traces: &Traces) -> String {
    let said = traces.last_line.as_ref().map_or_else(String::new, |line| format!(": {line}"));
    let host = traces.shutdown.as_ref().map(|shutdown| shutdown.reason.as_str());
    match traces.status {
        _ if host == Some("host-signal") => format!("QEMU was asked to end by a signal{said}"),
        Some(status) => match (status.code(), status.signal()) {
            (Some(code), _) => format!("QEMU exited with status {code}{said}"),
            (None, Some(signal)) => format!("QEMU was killed by signal {signal}{said}"),
            (None, None) => format!("QEMU ended{said}"),
        },
        None => format!("QEMU ended and nobody knows how{said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traces(status: i32) -> Traces {
        let status = Some(ExitStatus::from_raw(status));
        Traces { shutdown: None, status, stopped: false, exit: None, last_line: None }
    }

    fn shutdown(by_guest: bool, reason: &str) -> Option<Shutdown> {
        Some(Shutdown { by_guest, reason: reason.to_owned() })
    }

    fn check(traces: &Traces, reason: &str, by_guest: bool) {
        assert_eq!(ending(traces), ended(reason.to_owned(), by_guest));
    }

    #[test]
    fn a_guest_that_powers_off_ended_by_itself() {
        check(
            &Traces { shutdown: shutdown(true, "guest-shutdown"), ..traces(0) },
            "the guest powered off",
            true,
        );
        check(
            &Traces { shutdown: shutdown(true, "guest-reset"), ..traces(0) },
            "the guest reset",
            true,
        );
    }

    #[test]
    fn a_guest_that_powers_off_with_a_status_has_it_named() {
        let reason = "the guest powered off with status 3";
        check(
            &Traces { shutdown: shutdown(true, "guest-shutdown"), ..traces(3 << 8) },
            reason,
            true,
        );
    }

    #[test]
    fn a_guest_that_powers_off_when_asked_ended_by_itself() {
        let asked =
            Traces { shutdown: shutdown(true, "guest-shutdown"), stopped: true, ..traces(0) };
        check(&asked, "the guest powered off", true);
    }

    #[test]
    fn a_qemu_that_crashes_is_not_the_guests_doing() {
        check(&traces(11), "QEMU was killed by signal 11", false);
        let said = Traces { last_line: Some("qemu: out of luck".into()), ..traces(1 << 8) };
        check(&said, "QEMU exited with status 1: qemu: out of luck", false);
    }

    #[test]
    fn a_status_of_zero_without_a_word_proves_nothing() {
        check(&traces(0), "QEMU exited with status 0", false);
    }

    #[test]
    fn what_we_stop_is_not_the_guests_doing() {
        check(&Traces { stopped: true, ..traces(9) }, "bootgate stopped it", false);
        check(
            &Traces { stopped: true, shutdown: shutdown(false, "host-qmp-quit"), ..traces(0) },
            "bootgate stopped it",
            false,
        );
    }

    fn exit(device: ExitDevice, success: Option<u8>) -> Option<Exit> {
        Some(Exit { device, success })
    }

    /// The end of a guest with this status, once without a word as from older QEMUs, and once with one.
    fn check_both(exit: Option<Exit>, code: i32, reason: &str, failed: bool) {
        let expected = Ending { reason: reason.to_owned(), by_guest: true, failed };
        for shutdown in [None, shutdown(true, "guest-shutdown")] {
            assert_eq!(ending(&Traces { exit, shutdown, ..traces(code << 8) }), expected);
        }
    }

    #[test]
    fn a_status_through_a_debug_exit_device_is_what_the_spec_says_it_is() {
        let device = exit(ExitDevice::IsaDebugExit, Some(33));
        let said = "the guest exited with code 33 through `isa-debug-exit`, which means 16";
        check_both(device, 33, said, false);
        check_both(exit(ExitDevice::IsaDebugExit, None), 33, said, false);
        let said = "the guest exited with code 35 through `isa-debug-exit`, which means 17";
        check_both(device, 35, &format!("{said}, and not with 33"), true);
        check_both(exit(ExitDevice::IsaDebugExit, None), 35, said, false);
    }

    #[test]
    fn what_a_debug_exit_device_cannot_say_is_not_the_guests_doing() {
        let exit = exit(ExitDevice::IsaDebugExit, Some(33));
        check(&Traces { exit, ..traces(0) }, "QEMU exited with status 0", false);
        check(&Traces { exit, ..traces(11) }, "QEMU was killed by signal 11", false);
        let last_line = Some("qemu: oh".into());
        check(
            &Traces { exit, last_line, ..traces(1 << 8) },
            "QEMU exited with status 1: qemu: oh",
            false,
        );
    }

    #[test]
    fn a_guest_that_ends_in_another_way_than_it_was_to_has_failed() {
        let exit = exit(ExitDevice::IsaDebugExit, Some(33));
        for (kind, what) in [("guest-reset", "reset"), ("guest-shutdown", "powered off")] {
            let traces = Traces { exit, shutdown: shutdown(true, kind), ..traces(0) };
            let reason = format!("the guest {what}, and not with code 33 through `isa-debug-exit`");
            assert_eq!(ending(&traces), Ending { reason, by_guest: true, failed: true });
        }
    }

    #[test]
    fn a_status_through_semihosting_is_the_guests_own() {
        let device = exit(ExitDevice::Semihosting, Some(0));
        let said = |code| format!("the guest exited with code {code} through `semihosting`");
        let without_word = Traces { exit: device, ..traces(0) };
        check(&without_word, &said(0), true);
        check_both(device, 3, &format!("{}, and not with 0", said(3)), true);
        check_both(exit(ExitDevice::Semihosting, Some(3)), 3, &said(3), false);
    }

    #[test]
    fn a_qemu_that_the_host_ended_was_not_ended_by_its_guest() {
        let exit = exit(ExitDevice::Semihosting, Some(0));
        let traces = Traces { exit, shutdown: shutdown(false, "host-signal"), ..traces(0) };
        check(&traces, "QEMU was asked to end by a signal", false);
    }

    #[test]
    fn a_risc_v_guest_powers_off_without_a_word() {
        let exit = Exit::of(&Qemu::of(Arch::Riscv64));
        check_both(exit, 0, "the guest powered off", false);
        let said = "the guest exited with code 3 through `sifive-test`, and not with 0";
        check_both(exit, 3, said, true);
        let stopped = Traces { exit, stopped: true, ..traces(0) };
        check(&stopped, "bootgate stopped it", false);
    }
}
