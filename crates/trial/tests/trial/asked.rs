//! Steps that are asked inside the guest: readiness, patience, and whose fault it is.

use testkit::Script;
use trial::{Report, Unreached};
use verdict::{Stage, Verdict};

use crate::world::{Tried, tried};

/// Steps by SSH, each of a few seconds.
fn by_ssh(steps: &str, script: Script) -> Tried {
    tried(&format!("access: ssh\nsteps:\n{steps}\nlimits: {{ total: 20s, drain: 50ms }}\n"), script)
}

fn is(report: &Report, verdict: Verdict, kind: &str) {
    let found = (report.verdict, report.kind.as_str());
    assert_eq!(found, (verdict, kind), "{}", report.reason);
}

#[test]
fn answers_alone_can_pass_and_are_in_the_report() {
    let script = Script::new().asked(|question, _| match question.script.trim() {
        "uname -r" => Script::new().wait(20).said(question, 0, "6.1.0-56-cloud-amd64\n"),
        _ => Script::new().said(question, 0, "\u{1b}[1mDebian\u{7}\n"),
    });
    let report = by_ssh("- kernel-version: \">=6.1\"\n- run: cat /etc/issue\n", script).report;
    is(&report, Verdict::Passed, "signs");
    let found: Vec<_> = report.steps.iter().map(|step| step.found.as_deref()).collect();
    assert_eq!(found, [Some("6.1.0-56-cloud-amd64"), Some("Debian")]);
    assert_eq!(report.stage, Some(Stage::Test));
}

#[test]
fn a_guest_that_is_not_ready_ten_times_is_asked_again() {
    let script = Script::new().asked(|question, nth| match nth {
        0..10 => Script::new().not_ready(question),
        _ => Script::new().said(question, 0, ""),
    });
    is(&by_ssh("- run: make test\n", script).report, Verdict::Passed, "signs");
}

#[test]
fn a_guest_that_never_takes_us_in_hangs_and_says_why_and_where() {
    let script = Script::new()
        .say("[    0.000000] Linux version 6.1.0\r\n")
        .asked(|question, _| Script::new().not_ready(question));
    let report = by_ssh("- run: uname -r\n  within: 700ms\n", script).report;
    is(&report, Verdict::Hung, "step");
    for part in
        ["no login by SSH: connection refused", "stage kernel", "step 1 (run `uname -r`, line"]
    {
        assert!(report.reason.contains(part), "{}", report.reason);
    }
}

#[test]
fn a_unit_that_never_becomes_active_is_what_was_waited_for() {
    let script = Script::new().asked(|question, _| {
        let shown = "Result=success\nLoadState=loaded\nActiveState=activating\nSubState=start\n";
        Script::new().said(question, 0, shown)
    });
    let report = by_ssh("- units-active: a\n  within: 700ms\n", script).report;
    is(&report, Verdict::Hung, "step");
    assert!(report.reason.contains("unit `a.service` is activating (start)"), "{}", report.reason);
}

#[test]
fn a_masked_unit_fails_at_once_by_name() {
    let script = Script::new().asked(|question, _| {
        let shown = "Result=success\nLoadState=masked\nActiveState=inactive\nSubState=dead\n";
        Script::new().said(question, 0, shown)
    });
    let report = by_ssh("- units-active: ssh\n", script).report;
    is(&report, Verdict::Failed, "step");
    assert_eq!(report.title, "unit `ssh.service` is masked");
    assert!(
        report.reason.starts_with("step 1 (units-active `ssh.service`, line"),
        "{}",
        report.reason
    );
}

#[test]
fn a_panic_while_a_step_is_asked_is_a_crash_by_the_kernels_title() {
    const PANIC: &str = "[   10.000000] Kernel panic - not syncing: Fatal exception\r\n";
    let lost = Script::new().asked(|question, nth| match nth {
        0 => Script::new().said(question, 0, ""),
        _ => Script::new()
            .reply(question, Err(Unreached::Lost("connection reset".into())))
            .wait(400)
            .say(PANIC),
    });
    let silent = Script::new().asked(|question, nth| match nth {
        0 => Script::new().said(question, 0, ""),
        _ => Script::new().wait(100).say(PANIC),
    });
    for script in [lost, silent] {
        let report = by_ssh("- run: \"true\"\n- run: crash\n", script).report;
        assert_eq!(report.verdict, Verdict::Crashed, "{}", report.reason);
        assert!(report.title.contains("Fatal exception"), "{}", report.title);
    }
}

#[test]
fn a_guest_that_goes_away_during_a_command_without_a_word_failed_it() {
    let script = Script::new().asked(|question, _| {
        Script::new().reply(question, Err(Unreached::Lost("connection reset".into())))
    });
    let report = by_ssh("- run: make test\n", script).report;
    is(&report, Verdict::Failed, "step");
    assert_eq!(report.title, "the guest went away during run `make test`");
    assert!(report.reason.contains("connection reset"), "{}", report.reason);
}

#[test]
fn a_question_that_got_lost_is_asked_again_where_that_does_no_harm() {
    let script = Script::new().asked(|question, nth| match nth {
        0 => Script::new().reply(question, Err(Unreached::Lost("reset".into()))),
        _ => Script::new().said(question, 0, "6.1.0\n"),
    });
    is(&by_ssh("- kernel-version: \"=6.1\"\n", script).report, Verdict::Passed, "signs");
}

#[test]
fn a_guest_that_powers_off_while_it_is_asked_is_incomplete() {
    let script = Script::new().asked(|question, nth| match nth {
        0 => Script::new().not_ready(question),
        _ => Script::new().power_off(),
    });
    is(&by_ssh("- run: uname -r\n", script).report, Verdict::Incomplete, "ended");
}

#[test]
fn what_our_own_side_cannot_do_is_infrastructure() {
    let broken = Script::new().asked(|question, _| {
        Script::new().reply(question, Err(Unreached::Broken("no OpenSSH client".into())))
    });
    let report = by_ssh("- run: uname -r\n", broken).report;
    is(&report, Verdict::Infrastructure, "access");
    assert_eq!(report.reason, "no OpenSSH client");
    is(&by_ssh("- run: uname -r\n", Script::new()).report, Verdict::Infrastructure, "access");
}

#[test]
fn an_answer_to_another_question_is_none() {
    let script = Script::new().asked(|question, _| {
        let other = trial::Question { id: question.id + 1000, ..question.clone() };
        let script = Script::new().said(&other, 1, "").said(question, 0, "");
        script.said(question, 1, "").reply(&other, Err(Unreached::Broken("lie".into())))
    });
    is(&by_ssh("- run: one\n- run: two\n", script).report, Verdict::Passed, "signs");
}

#[test]
fn a_guest_that_lies_at_length_costs_little_and_acts_nowhere() {
    let script = Script::new().asked(|question, _| {
        Script::new().said(question, 0, "<script>\u{1b}[2J\u{202e}::error::x\n".repeat(1 << 20))
    });
    let tried = by_ssh("- run: { command: cat /big, stdout: \"^no\" }\n", script);
    is(&tried.report, Verdict::Failed, "step");
    let found = tried.report.steps[0].found.as_deref().unwrap_or_default();
    assert!(found.len() < 20_000 && !found.contains('\u{1b}'));
    assert!(!tried.file("report.html").contains("<script>\u{1b}"));
    assert!(tried.file("report.html").matches("<script>").count() == 1);
    assert!(tried.file("junit.xml").contains("&lt;script&gt;"));
}

#[test]
fn a_real_shell_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b'c");
    std::fs::write(&file, "one\ntwo\n").unwrap();
    let path = file.to_str().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let number = port.local_addr().unwrap().port();
    let steps = format!(
        "- kernel-version: \">2\"\n- run: {{ command: \"exit 3\", status: 3 }}\n\
         - file: {{ path: \"{path}\", contains: \"^two$\" }}\n- file: {{ path: /no/such, exists: false }}\n\
         - port-open: {number}\n- run: {{ command: \"seq 5\", stdout: \"^5$\" }}\n"
    );
    let script = || Script::new().asked(|question, _| Script::new().by_shell(question));
    is(&by_ssh(&steps, script()).report, Verdict::Passed, "signs");
    let wrong = format!("- file: {{ path: \"{path}\", mode: \"0001\" }}\n");
    let report = by_ssh(&wrong, script()).report;
    assert!(
        report.title.contains("has mode 0") && report.title.ends_with("not 0001"),
        "{}",
        report.title
    );
}

#[test]
fn the_console_and_the_guest_are_asked_in_one_spec() {
    let script = Script::new()
        .say("booted\r\n~ # ")
        .answer(|_| "typed\r\n~ # ".into())
        .asked(|question, _| Script::new().said(question, 0, ""));
    let steps =
        "- expect: booted\n- run: one\n- prompt: \"# $\"\n- send: \"x\\n\"\n- expect: typed\n";
    is(&by_ssh(steps, script).report, Verdict::Passed, "signs");
}

#[test]
fn a_boot_over_its_budget_fails_and_its_chain_is_shown() {
    let reply = |question: &trial::Question, _| {
        let said = "running\nStartup finished in 2s (kernel) + 9s (userspace) = 11s\n== \na.target @9s\n└─<b> @8s +1s\n";
        Script::new().said(question, 0, said)
    };
    let failed = by_ssh("- boot-time: 10s\n", Script::new().asked(reply));
    is(&failed.report, Verdict::Failed, "step");
    assert_eq!(failed.report.title, "the boot took longer than 10s");
    let slow = Script::new().under(trial::Accelerator::Tcg).asked(reply);
    let passed = by_ssh("- boot-time: 10s\n", slow);
    is(&passed.report, Verdict::Passed, "signs");
    assert!(passed.report.scaled_limits.iter().any(|scaled| scaled.limit == "boot-time of step 1"));
    for tried in [failed, passed] {
        assert_eq!(tried.report.boot.as_ref().map(|boot| boot.chain.len()), Some(2));
        assert!(tried.file("report.html").contains("└─&lt;b&gt; @8s +1s"));
    }
}

#[test]
fn a_recording_holds_no_answers_and_says_so() {
    let spec = |rest: &str| {
        let text = format!(
            "machine: {{ qemu: {{ arch: x86_64, kernel: k }} }}\naccess: ssh\nsteps:\n- run: uname\n{rest}"
        );
        spec::parse(&text, std::path::Path::new("s.yaml")).unwrap()
    };
    let judged = |rest| trial::replay("s", Some(&spec(rest)), &mut b"ok\n".as_slice()).unwrap();
    let with_sign = judged("pass: ok\n");
    assert_eq!(with_sign.verdict, Verdict::Passed);
    assert!(
        with_sign.notes[0].starts_with("1 step of the spec asks inside the guest"),
        "{:?}",
        with_sign.notes
    );
    assert_eq!(judged("").verdict, Verdict::Incomplete);
}
