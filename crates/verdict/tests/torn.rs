//! Lines of programs that the kernel has printed into: they are judged as they were meant.

use std::time::Duration;

use proptest::prelude::*;
use verdict::{Conclusion, Judge, Judgement, Notice, Pattern, Rules, Signs, Verdict};

const MESSAGE: &str = "[    6.964089] tsc: Switched to clocksource tsc\r\n";

fn judge() -> Judge {
    let pattern = |text| Pattern::new(text).expect("a pattern");
    let rules = Rules {
        pass: Signs::AllOf(vec![pattern("^ALL THE TESTS HAVE PASSED$")]),
        fail: vec![pattern("TEST FAILED")],
        marks: vec![pattern("login: $")],
        nonce: Some("ab12".into()),
        ..Rules::default()
    };
    Judge::new(rules).expect("a judge")
}

fn ended(judge: Judge) -> Judgement {
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the machine ended".into()))
}

/// `@` is where the kernel prints.
fn judged(console: &str) -> Judgement {
    let mut judge = judge();
    judge.read(Duration::ZERO, console.replace('@', MESSAGE).as_bytes());
    ended(judge)
}

#[test]
fn a_sign_that_the_kernel_printed_into_is_seen() {
    for console in [
        "ALL THE TESTS HA@VE PASSED\r\n",
        "ALL THE TESTS HAVE PASSED@\r\n",
        "ALL THE @@@TESTS HA@@VE PASSED\r\nand more\r\n",
        // The machine is off before the line ends.
        "ALL THE TESTS HAVE PASSED@",
        "ALL THE TESTS@ HAVE PASSED",
    ] {
        let judged = judged(console);
        assert_eq!(judged.verdict, Verdict::Passed, "{console}: {}", judged.reason);
        assert_eq!(judged.lines[0].text, "ALL THE TESTS HAVE PASSED");
    }
}

#[test]
fn what_must_not_appear_does_not_hide_behind_a_message_of_the_kernel() {
    let sign = "\r\nALL THE TESTS HAVE PASSED\r\n";
    for (torn, verdict) in [
        ("TEST FA@ILED", Verdict::Failed),
        ("1..1\r\nno@t ok 1 - disk", Verdict::Failed),
        ("thread 'main' pani@cked at src/main.rs:4:5:", Verdict::Crashed),
    ] {
        let judged = judged(&format!("{torn}{sign}"));
        assert_eq!(judged.verdict, verdict, "{torn}: {}", judged.reason);
    }
}

#[test]
fn a_torn_line_counts_once() {
    let judged = judged("1..2\nok 1 - a@\nok 2 - b# [ 1.0] x@\nALL THE TESTS HAVE PASSED\n");
    assert_eq!((judged.cases.len(), judged.verdict), (2, Verdict::Passed), "{}", judged.reason);
    let judged = self::judged("panicked at a.rs@:1:1\n");
    assert_eq!(judged.hits.len(), 1, "{:?}", judged.hits);
}

#[test]
fn a_message_is_no_part_of_the_line() {
    for console in
        ["ALL THE TESTS@ HAVE FAILED\n", "ALL THE TESTS HAVE@ PASSED 3 OF 4\n", "ALL THE TESTS@"]
    {
        assert_eq!(judged(console).verdict, Verdict::Incomplete, "{console}");
    }
}

#[test]
fn an_echo_that_the_kernel_printed_into_is_no_sign() {
    for console in ["ALL THE TESTS HA@VE PASSED\r\n", "ALL THE TESTS HAVE PASSED@\r\n"] {
        let mut judge = judge();
        judge.typed(b"ALL THE TESTS HAVE PASSED\n");
        judge.read(Duration::ZERO, console.replace('@', MESSAGE).as_bytes());
        assert_eq!(ended(judge).verdict, Verdict::Incomplete, "{console}");
    }
}

#[test]
fn the_end_of_a_typed_command_is_heard_through_a_message() {
    let mut judge = judge();
    let console = format!("bootgate:ab12:{MESSAGE}7:0\r\n");
    let notices = judge.read(Duration::ZERO, console.as_bytes());
    assert_eq!(notices, [Notice::Ran { step: 7, status: 0 }]);
}

#[test]
fn a_prompt_is_one_though_the_kernel_printed_into_it() {
    for (console, waits) in [("log@in: ", true), ("login: @", true), ("login: @\r\n", false)] {
        let mut judge = judge();
        judge.read(Duration::ZERO, console.replace('@', MESSAGE).as_bytes());
        assert_eq!(judge.at_prompt(Duration::from_secs(1), 0), waits, "{console}");
    }
}

#[test]
fn a_prompt_that_was_answered_waits_no_more() {
    let mut judge = judge();
    judge.typed(b"root\n");
    judge.read(Duration::ZERO, format!("login: root{MESSAGE}").as_bytes());
    assert!(!judge.at_prompt(Duration::from_secs(1), 0));
}

proptest! {
    #[test]
    fn where_the_kernel_prints_changes_no_verdict(
        lines in proptest::collection::vec(
            proptest::sample::select(vec!["ALL THE TESTS HAVE PASSED", "TEST FAILED", "a line", "", "login: x"]),
            0..8,
        ),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
        chunk in 1..200_usize,
    ) {
        let quiet = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
        let mut noisy = quiet.clone();
        for cut in cuts {
            // A message never comes between the two bytes that end a line, nor within another.
            let places: Vec<usize> = noisy.match_indices(char::is_alphanumeric).map(|(at, _)| at).collect();
            let whole = |at: &usize| !noisy[..*at].rsplit('\n').next().unwrap_or_default().contains('[');
            let places: Vec<usize> = places.into_iter().filter(whole).collect();
            if !places.is_empty() {
                noisy.insert_str(places[cut.index(places.len())], MESSAGE);
            }
        }
        let mut judge = judge();
        noisy.as_bytes().chunks(chunk).for_each(|bytes| drop(judge.read(Duration::ZERO, bytes)));
        prop_assert_eq!(ended(judge).verdict, judged(&quiet).verdict, "{}", noisy);
    }
}
