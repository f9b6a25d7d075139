//! Programs that call themselves QEMU and behave badly: none may hang, flood or fool us.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod run;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use run::{Run, spec, start};
use serde_json::json;
use trial::{Fault, Machine, Problem, Signal, Signals, Stop};
use vm::Qemu;

/// What a QEMU says on its control socket, which is its descriptor 10, until the guest runs.
const HANDSHAKE: &str = r#"
printf '{"QMP": {"version": {}, "capabilities": []}}\n' >&10
read -r line <&10; printf '{"return": {}, "id": 1}\n' >&10
read -r line <&10; printf '{"return": {}, "id": 2}\n' >&10
"#;

struct Liar {
    folder: tempfile::TempDir,
}

impl Liar {
    fn new(script: &str) -> Liar {
        let folder = tempfile::tempdir().unwrap();
        let liar = Liar { folder };
        fs::write(liar.program(), format!("#!/bin/bash\n{script}\n")).unwrap();
        fs::set_permissions(liar.program(), fs::Permissions::from_mode(0o755)).unwrap();
        liar
    }

    /// One that behaves until the guest runs.
    fn after_the_handshake(script: &str) -> Liar {
        Liar::new(&format!("{HANDSHAKE}{script}"))
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("qemu-system-x86_64")
    }

    fn spec(&self) -> spec::Qemu {
        spec(json!({ "arch": "x86_64", "accel": "tcg", "binary": self.program() }))
    }

    fn start(&self) -> Run {
        start(self.spec()).unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn refusal(&self) -> Problem {
        start(self.spec()).err().unwrap()
    }
}

#[test]
fn one_that_exits_at_once_with_status_0_is_infrastructure() {
    let problem = Liar::new("exit 0").refusal();
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert_eq!(problem.message, "QEMU ended before the guest began (exit status: 0)");
}

#[test]
fn one_that_dies_with_a_message_has_its_last_lines_shown() {
    let problem =
        Liar::new("for n in 1 2 3 4 5 6 7 8 9; do echo line $n >&2; done; exit 9").refusal();
    let end = "(exit status: 9): line 5; line 6; line 7; line 8; line 9";
    assert!(problem.message.ends_with(end), "{problem}");
}

#[test]
fn one_that_is_killed_before_the_guest_ran_is_infrastructure() {
    let problem = Liar::new("kill -SEGV $$").refusal();
    assert!(problem.message.contains("signal: 11"), "{problem}");
    assert_eq!(problem.fault, Fault::Infrastructure);
}

#[test]
fn one_that_prints_garbage_on_its_control_socket_is_infrastructure() {
    let problem = Liar::new("head -c 100000 /dev/urandom >&10; echo >&10").refusal();
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert!(
        problem.message.contains("before the guest began")
            || problem.message.contains("not its protocol"),
        "{problem}"
    );
}

#[test]
fn one_that_floods_its_control_socket_ends_by_being_stopped() {
    let liar = Liar::after_the_handshake("yes '{\"event\": \"STOP\"}' >&10");
    let mut run = liar.start();
    run.machine.stop(Stop::Now);
    assert!(!run.end().by_guest);
}

#[test]
fn one_without_a_sandbox_is_started_without_and_that_is_noted() {
    let refuses = r#"case "$*" in *-sandbox*) echo "qemu: -sandbox on: seccomp support is disabled" >&2; exit 1;; esac"#;
    let mut run = Liar::new(&format!("{refuses}\n{HANDSHAKE}\nsleep 1000")).start();
    assert_eq!(run.started.notes, ["this QEMU has no seccomp sandbox: it runs without"]);
    run.machine.stop(Stop::Now);
}

#[test]
fn one_that_ignores_every_request_is_killed() {
    let mut run = Liar::after_the_handshake("trap '' TERM; while :; do sleep 1; done").start();
    let begin = Instant::now();
    run.machine.stop(Stop::Powerdown(Duration::from_millis(300)));
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert!(!run.end().by_guest);
}

#[test]
fn one_that_heeds_the_power_button_is_given_the_time_it_needs() {
    let script = r#"
        read -r line <&10; printf '{"return": {}, "id": 3}\n' >&10
        read -r line <&10; printf '{"return": {}, "id": 4}\n' >&10
        sleep 0.3; printf '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}\n' >&10"#;
    let mut run = Liar::after_the_handshake(script).start();
    run.machine.stop(Stop::Powerdown(Duration::from_secs(20)));
    let ending = run.end();
    assert_eq!((ending.reason.as_str(), ending.by_guest), ("the guest powered off", true));
}

#[test]
fn one_that_closes_its_console_and_lives_on_can_be_stopped() {
    let mut run = Liar::after_the_handshake("echo last words; exec >&- 2>&-; sleep 1000").start();
    run.wait_for("last words");
    run.machine.stop(Stop::Now);
    assert_eq!(run.end().reason, "bootgate stopped it");
}

#[test]
fn one_that_exits_with_status_0_later_proves_nothing() {
    let ending = Liar::after_the_handshake("echo ALL TESTS PASSED; exit 0").start().end();
    assert_eq!((ending.reason.as_str(), ending.by_guest), ("QEMU exited with status 0", false));
}

#[test]
fn a_guest_that_ends_qemu_before_qemu_could_answer_has_ended_by_itself() {
    let (handshake, _) = HANDSHAKE.trim_end().rsplit_once('\n').unwrap();
    let liar = Liar::new(&format!("{handshake}\nread -r line <&10; echo all is well; exit 33"));
    let refusal = liar.refusal().message;
    assert_eq!(refusal, "QEMU ended before the guest began (exit status: 33)");
    let exit = spec::Exit { device: spec::ExitDevice::IsaDebugExit, success: None };
    let mut run = start(spec::Qemu { exit: Some(exit), ..liar.spec() }).unwrap();
    let ending = run.end();
    assert!(ending.reason.starts_with("the guest exited with code 33 "), "{ending:?}");
    assert_eq!((ending.by_guest, ending.failed), (true, false));
    assert_eq!(run.console, "all is well\n");
}

#[test]
fn one_that_crashes_under_the_guest_is_not_the_guests_doing() {
    let ending = Liar::after_the_handshake("echo booting; echo 'out of luck' >&2; kill -SEGV $$")
        .start()
        .end();
    assert_eq!(
        (ending.reason.as_str(), ending.by_guest),
        ("QEMU was killed by signal 11: out of luck", false)
    );
}

#[test]
fn one_that_leaves_a_process_behind_with_its_console_ends_all_the_same() {
    let script = "setsid sleep 5 & echo last words; exit 3";
    let begin = Instant::now();
    let mut run = Liar::after_the_handshake(script).start();
    assert_eq!(run.end().reason, "QEMU exited with status 3");
    assert!(run.console.contains("last words"));
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "it waited for the process that was left behind"
    );
}

#[test]
fn one_that_floods_its_console_waits_for_its_reader_and_loses_nothing() {
    let total = 20_000_000;
    let mut run =
        Liar::after_the_handshake(&format!("head -c {total} /dev/zero | tr '\\0' x; exit 0"))
            .start();
    // The guest has filled every buffer by now; what it wrote has to be bounded.
    std::thread::sleep(Duration::from_millis(500));
    run.end();
    assert_eq!(run.console.len(), total);
}

#[test]
fn one_that_floods_while_nobody_listens_can_be_stopped() {
    let liar = Liar::after_the_handshake("yes");
    let (sender, receiver) = Signals::channel();
    let mut machine = Qemu::new(liar.spec());
    machine.start(sender).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let begin = Instant::now();
    machine.stop(Stop::Now);
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert!(receiver.iter().any(|(_, signal)| matches!(signal, Signal::Ended(_))));
}

#[test]
fn one_that_does_not_read_what_is_typed_makes_typing_fail_in_time() {
    let mut run = Liar::after_the_handshake("sleep 1000").start();
    let begin = Instant::now();
    let error = run.machine.send(&vec![b'x'; 1 << 20]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    assert!(begin.elapsed() < Duration::from_secs(8));
}

#[test]
fn typing_on_a_machine_that_ended_is_an_error() {
    let mut run = Liar::after_the_handshake("exit 0").start();
    run.end();
    assert!(run.machine.send(b"x").is_err());
    run.machine.stop(Stop::Now);
    assert!(run.machine.send(b"x").is_err());
}

#[test]
fn one_that_does_not_answer_an_autopsy_costs_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Liar::after_the_handshake("sleep 1000").start();
    let begin = Instant::now();
    assert!(run.machine.autopsy(folder.path()).is_empty());
    assert!(begin.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_binary_that_is_missing_is_the_users_mistake() {
    let problem =
        start(spec(json!({ "arch": "x86_64", "accel": "tcg", "binary": "/nonexistent/qemu" })))
            .err()
            .unwrap();
    assert_eq!(problem.fault, Fault::User);
    assert!(problem.message.contains("`/nonexistent/qemu`"));
}

#[test]
#[ignore = "takes half a minute: run by the slow tests"]
fn one_that_never_says_a_word_is_given_up_as_infrastructure() {
    let begin = Instant::now();
    let problem = Liar::new("sleep 1000").refusal();
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert!(problem.message.contains("did not answer"));
    assert!(begin.elapsed() < Duration::from_secs(40));
}
