//! Why a machine ended, in words, and whether the guest wanted it.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use spec::{Arch, Qemu};
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
    /// The device by which this guest can end QEMU without a word.
    pub(crate) exit_device: Option<&'static str>,
    /// The last line on its standard error.
    pub(crate) last_line: Option<String>,
}

/// The device by which a guest can make QEMU exit with a status of its choice, without a word on the control socket.
pub(crate) fn exit_device(qemu: &Qemu) -> Option<&'static str> {
    let names = ["isa-debug-exit", "semihosting"];
    let given = names.into_iter().find(|name| qemu.args.iter().any(|arg| arg.contains(name)));
    // Up to QEMU 8 the power switch of RISC-V's `virt` is such a device.
    given.or_else(|| (qemu.arch == Arch::Riscv64).then_some(POWER_SWITCH))
}

/// RISC-V's power switch, by QEMU's name for it.
const POWER_SWITCH: &str = "sifive_test";

pub(crate) fn ending(traces: &Traces) -> Ending {
    match &traces.shutdown {
        Some(shutdown) if shutdown.by_guest => {
            ended(by_guest(&shutdown.reason, traces.status), true)
        }
        _ if traces.stopped => ended("bootgate stopped it".to_owned(), false),
        _ => without_word(traces),
    }
}

fn by_guest(reason: &str, status: Option<ExitStatus>) -> String {
    let what = match reason {
        "guest-shutdown" => "the guest powered off",
        "guest-reset" => "the guest reset",
        "guest-panic" => "the guest panicked",
        _ => "the guest ended the machine",
    };
    match status.and_then(|status| status.code()) {
        None | Some(0) => what.to_owned(),
        Some(code) => format!("{what} with status {code}"),
    }
}

fn without_word(traces: &Traces) -> Ending {
    let code = traces.status.and_then(|status| status.code());
    match (traces.exit_device, code) {
        (Some(device), Some(code)) if is_the_devices(device, code, traces) => {
            ended(exited_by(device, code), true)
        }
        _ => ended(died(traces), false),
    }
}

/// What a guest's status means differs from guest to guest: QEMU's never says failure by itself.
fn ended(reason: String, by_guest: bool) -> Ending {
    Ending { reason, by_guest, failed: false }
}

/// Whether a status can come from the guest: QEMU's own failures have the status 1 and a line that says why, and
/// `isa-debug-exit` has only odd ones.
fn is_the_devices(device: &str, code: i32, traces: &Traces) -> bool {
    let complained = traces.last_line.as_ref().is_some_and(|line| !line.contains("warning:"));
    let possible = device != "isa-debug-exit" || code % 2 == 1;
    possible && !(code == 1 && complained)
}

fn exited_by(device: &str, code: i32) -> String {
    match (device, code) {
        (POWER_SWITCH, 0) => "the guest powered off".to_owned(),
        (POWER_SWITCH, code) => format!("the guest powered off with status {code}"),
        (device, code) => format!("the guest ended QEMU with status {code} by `{device}`"),
    }
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
        Traces { shutdown: None, status, stopped: false, exit_device: None, last_line: None }
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

    #[test]
    fn a_guest_may_end_qemu_by_a_debug_exit_device() {
        let device = Some("isa-debug-exit");
        check(
            &Traces { exit_device: device, ..traces(33 << 8) },
            "the guest ended QEMU with status 33 by `isa-debug-exit`",
            true,
        );
        check(&Traces { exit_device: device, ..traces(0) }, "QEMU exited with status 0", false);
        check(&Traces { exit_device: device, ..traces(11) }, "QEMU was killed by signal 11", false);
        let failed =
            Traces { exit_device: device, last_line: Some("qemu: oh".into()), ..traces(1 << 8) };
        check(&failed, "QEMU exited with status 1: qemu: oh", false);
    }

    #[test]
    fn a_risc_v_guest_powers_off_without_a_word() {
        let device = Some(POWER_SWITCH);
        check(&Traces { exit_device: device, ..traces(0) }, "the guest powered off", true);
        check(
            &Traces { exit_device: device, ..traces(3 << 8) },
            "the guest powered off with status 3",
            true,
        );
        check(
            &Traces { exit_device: device, stopped: true, ..traces(0) },
            "bootgate stopped it",
            false,
        );
    }
}
