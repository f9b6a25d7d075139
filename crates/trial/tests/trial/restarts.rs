//! Restarts that steps ask for, and upgrades.

use testkit::Script;
use trial::{Event, Question, Report, Unreached};
use verdict::Verdict;

use crate::world::tried;

const BOOT: &str = "SeaBIOS (version 1.16)\r\n[    0.000000] Linux version 6.1.0\r\n";
const DOWN: &str = "[  437.814409] systemd-shutdown[1]: Rebooting.\r\n[  437.823082] reboot: Restarting system\r\n";
const PANIC: &str =
    "[  437.900000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\r\n";

fn by_ssh(steps: &str, script: Script) -> Report {
    let rules = format!("access: ssh\nsteps:\n{steps}\nlimits: {{ total: 20s, drain: 50ms }}\n");
    tried(&rules, script).report
}

/// A guest that restarts when it is asked to, and whose boots are told apart by how often that was.
fn restarts(question: &Question, nth: usize) -> Script {
    let lost = Err(Unreached::Lost("connection closed".into()));
    match question.script.trim() {
        "systemctl reboot" => {
            Script::new().reply(question, lost).wait(50).say(DOWN).event(Event::Reset).say(BOOT)
        }
        script if script.contains("boot_id") => match nth % 4 {
            2 => Script::new().not_ready(question),
            nth => Script::new().said(question, 0, if nth == 0 { "one\n" } else { "two\n" }),
        },
        _ => Script::new().said(question, 0, "6.1.0\nPRETTY_NAME=\"A\"\n"),
    }
}

#[test]
fn restarts_that_were_asked_for_are_no_boot_loop() {
    let report = by_ssh(&"- reboot: true\n".repeat(6), Script::new().say(BOOT).asked(restarts));
    assert_eq!((report.verdict, report.boots), (Verdict::Passed, 7), "{}", report.reason);
}

#[test]
fn a_restart_that_nobody_asked_for_is_the_guests_end() {
    let by_itself = |question: &Question, nth| match nth {
        0 => Script::new().said(question, 0, "6.1.0\n"),
        _ => Script::new().event(Event::Reset).say(BOOT),
    };
    let steps = "- kernel-version: \"=6.1\"\n- port-open: 22\n- reboot: true\n";
    let report = by_ssh(steps, Script::new().asked(by_itself));
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.reason);
    assert!(
        report.reason.contains("the guest restarted, which no step had asked for"),
        "{}",
        report.reason
    );
}

#[test]
fn a_panic_during_a_restart_is_a_crash() {
    let panics = |question: &Question, nth| match nth {
        0 => Script::new().said(question, 0, "one\n"),
        1 => Script::new().said(question, 0, "").say(DOWN).say(PANIC),
        _ => Script::new().not_ready(question),
    };
    let report = by_ssh("- reboot: true\n", Script::new().asked(panics));
    assert_eq!(
        (report.verdict, report.kind.as_str()),
        (Verdict::Crashed, "panic"),
        "{}",
        report.reason
    );
}

#[test]
fn a_guest_that_never_comes_back_hangs_at_the_restart() {
    let gone = |question: &Question, nth| match nth {
        0 => Script::new().said(question, 0, "one\n"),
        1 => Script::new().said(question, 0, "").say(DOWN),
        _ => Script::new().not_ready(question),
    };
    let report = by_ssh("- reboot: true\n  within: 900ms\n", Script::new().asked(gone));
    assert_eq!((report.verdict, report.kind.as_str()), (Verdict::Hung, "step"));
    for part in
        ["step 1 (reboot by `systemctl reboot`", "no login by SSH any more: connection refused"]
    {
        assert!(report.reason.contains(part), "{}", report.reason);
    }
}

#[test]
fn a_guest_that_powers_off_instead_is_incomplete() {
    let off = |question: &Question, nth| match nth {
        0 => Script::new().said(question, 0, "one\n"),
        _ => Script::new().said(question, 0, "").say(DOWN).power_off(),
    };
    let report = by_ssh("- reboot: true\n", Script::new().asked(off));
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.reason);
}

const UPGRADE: &str =
    "- upgrade:\n    run: switch new\n    check:\n    - units-active: ssh\n    back: switch old\n";

/// Which system runs is told by how many questions came before: the answer to what runs is the third of each boot.
fn upgrades(question: &Question, nth: usize) -> Script {
    let unit = "Result=success\nLoadState=loaded\nActiveState=active\nSubState=running\n";
    match question.script.trim() {
        script if script.contains("boot_id") => Script::new().said(
            question,
            0,
            format!(
                "boot {}\n",
                if nth < 4 {
                    1
                } else if nth < 8 {
                    2
                } else {
                    3
                }
            ),
        ),
        script if script.contains("systemctl show") => Script::new().said(question, 0, unit),
        "systemctl reboot" => Script::new().said(question, 0, "").event(Event::Reset),
        _ => Script::new().said(question, 0, "6.1.0\nPRETTY_NAME=\"A\"\n"),
    }
}

#[test]
fn an_upgrade_goes_there_and_back() {
    let report = by_ssh(UPGRADE, Script::new().asked(upgrades));
    assert_eq!(report.verdict, Verdict::Passed, "{}", report.reason);
    let steps: Vec<&str> = report.steps.iter().map(|step| step.what.as_str()).collect();
    assert_eq!(
        steps,
        [
            "step 1: upgrading: note what runs",
            "step 2: upgrading: run `switch new`",
            "step 3: upgrading: reboot by `systemctl reboot`",
            "step 4: after the upgrade: units-active `ssh.service`",
            "step 5: going back: run `switch old`",
            "step 6: going back: reboot by `systemctl reboot`",
            "step 7: after going back: the same as before",
        ]
    );
    assert_eq!(report.steps[6].found.as_deref(), Some("A, kernel 6.1.0"));
}

#[test]
fn a_bad_upgrade_is_named_by_its_phase() {
    let broken = |question: &Question, nth| {
        let failed = "Result=exit-code\nLoadState=loaded\nActiveState=failed\nSubState=failed\n";
        match question.script.contains("systemctl show") {
            true => Script::new().said(question, 0, failed),
            false => upgrades(question, nth),
        }
    };
    let report = by_ssh(UPGRADE, Script::new().asked(broken));
    assert_eq!(report.title, "after the upgrade: unit `ssh.service` is failed");
    let stuck = |question: &Question, nth| match question.script.trim() {
        "switch old" => Script::new().said(question, 1, ""),
        _ => upgrades(question, nth),
    };
    let report = by_ssh(UPGRADE, Script::new().asked(stuck));
    assert_eq!(report.title, "going back: `switch old` exited with status 1");
}

#[test]
fn a_way_back_to_something_else_is_none() {
    let other = |question: &Question, nth| match nth {
        0 => Script::new().said(question, 0, "6.1.0\nPRETTY_NAME=\"A\"\n"),
        _ if question.script.contains("os-release") => {
            Script::new().said(question, 0, "6.2.0\nPRETTY_NAME=\"A\"\n")
        }
        _ => upgrades(question, nth),
    };
    let report = by_ssh(UPGRADE, Script::new().asked(other));
    assert_eq!(report.title, "after going back: the kernel is another than before the upgrade");
}
