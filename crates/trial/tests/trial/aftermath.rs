//! What a guest that did not pass still tells, and files that are asked for.

use testkit::Script;
use trial::Question;
use verdict::Verdict;

use crate::world::{Tried, tried};

fn by_ssh(rest: &str, script: Script) -> Tried {
    tried(&format!("access: ssh\nlimits: {{ total: 20s, drain: 50ms }}\n{rest}"), script)
}

fn words(question: &Question, _: usize) -> Script {
    match question.script.as_str() {
        script if script.starts_with("journalctl") => {
            Script::new().said(question, 0, "[ 1.0] last words\n")
        }
        script if script.contains("--failed") => {
            Script::new().said(question, 0, "x.service failed\n")
        }
        script if script.contains("coredumpctl") => Script::new().said(question, 1, ""),
        script if script.contains("/var/lib/systemd/coredump") => {
            let sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
            let file =
                format!("bootgate:files:file:5:{sum}  -:/var/lib/systemd/coredump/core.x.zst");
            Script::new().said(question, 0, format!("{file}\naGVsbG8=\nbootgate:files:end:0\n"))
        }
        _ => Script::new().said(question, 1, ""),
    }
}

#[test]
fn a_guest_that_failed_leaves_its_journal_and_its_core_dumps() {
    let tried = by_ssh("steps:\n- run: make test\n", Script::new().asked(words));
    assert_eq!(tried.report.verdict, Verdict::Failed, "{}", tried.report.reason);
    let kept =
        ["collected/journal.txt", "collected/failed-units.txt", "collected/coredumps/core.x.zst"];
    assert_eq!(tried.report.collected, kept, "{:?}", tried.report.notes);
    assert_eq!(tried.file("collected/journal.txt"), "[ 1.0] last words\n");
    assert_eq!(tried.file("collected/coredumps/core.x.zst"), "hello");
}

#[test]
fn a_guest_that_passed_is_left_alone() {
    let script = Script::new().asked(|question, _| Script::new().said(question, 0, ""));
    let tried = by_ssh("steps:\n- run: make test\n", script);
    assert_eq!((tried.report.verdict, tried.report.collected.len()), (Verdict::Passed, 0));
}

#[test]
fn a_guest_that_hangs_while_it_still_answers_leaves_its_journal() {
    let script =
        Script::new().asked(|question, nth| match question.script.contains("/proc/net/tcp") {
            true => Script::new().said(question, 0, ""),
            false => words(question, nth),
        });
    let tried = by_ssh("steps:\n- port-open: 80\n  within: 600ms\n", script);
    assert_eq!(tried.report.verdict, Verdict::Hung);
    assert!(tried.report.reason.contains("nothing listens on port 80"), "{}", tried.report.reason);
    assert_eq!(tried.report.collected.len(), 3);
}

#[test]
fn a_crash_while_the_journal_is_asked_for_is_a_crash() {
    let script =
        Script::new().asked(|question, _| match question.script.starts_with("journalctl") {
            true => Script::new().say("Kernel panic - not syncing: late\r\n").said(question, 0, ""),
            false => Script::new().said(question, 1, ""),
        });
    let tried = by_ssh("steps:\n- run: make test\n", script);
    assert_eq!(tried.report.verdict, Verdict::Crashed, "{}", tried.report.reason);
}

#[test]
fn a_machine_that_ends_before_its_journal_is_told_changes_nothing() {
    let script =
        Script::new().asked(|question, _| match question.script.starts_with("journalctl") {
            true => Script::new().power_off(),
            false => Script::new().said(question, 1, ""),
        });
    let tried = by_ssh("steps:\n- run: make test\n", script);
    assert_eq!(tried.report.verdict, Verdict::Failed);
    let note = "the guest's journal was not kept: the machine ended";
    assert!(tried.report.notes.iter().any(|it| it == note), "{:?}", tried.report.notes);
}

#[test]
fn files_come_through_the_way_in_and_not_over_the_console() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.log"), "[ 1.0] Kernel panic - not syncing: an old one\n")
        .unwrap();
    let paths = format!("{}/*.log", folder.path().display());
    let script = || Script::new().asked(|question, _| Script::new().by_shell(question));
    for rest in [
        format!("steps:\n- run: \"true\"\ncollect: [\"{paths}\", /no/such]\n"),
        format!("steps:\n- run: \"true\"\n- collect: [\"{paths}\", /no/such]\n"),
    ] {
        let tried = by_ssh(&rest, script());
        assert_eq!(tried.report.verdict, Verdict::Passed, "{}", tried.report.reason);
        assert!(tried.file(&tried.report.collected[0]).ends_with("an old one\n"));
        assert_eq!(tried.report.notes, ["not collected: `/no/such` is no file, or not there"]);
        assert_eq!(tried.file("console.log"), "");
    }
}
