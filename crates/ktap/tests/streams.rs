//! Streams as guests print them.

use ktap::{Fault, Outcome, Parser, Results};

fn read(console: &str) -> Results {
    let mut parser = Parser::default();
    for (line, number) in console.lines().zip(1..) {
        parser.line(number, line.as_bytes(), line.contains("(known)"));
    }
    parser.finish()
}

/// Names and outcomes, a word each.
fn cases(results: &Results) -> Vec<String> {
    let word = |outcome: Outcome| format!("{outcome:?}").to_lowercase();
    results.cases.iter().map(|case| format!("{} {}", word(case.outcome), case.name)).collect()
}

fn incomplete(text: &str) -> Option<Fault> {
    Some(Fault::Incomplete(text.into()))
}

const KUNIT: &str = "\
[    1.100000] KTAP version 1
[    1.100001] 1..2
[    1.100002]     KTAP version 1
[    1.100003]     # Subtest: list
[    1.100004]     # module: list_test
[    1.100005]     1..3
[    1.100006]     ok 1 init
[    1.100007] usb 1-1: new high-speed USB device number 2 using xhci_hcd
[    1.100008]     # add: EXPECTATION FAILED at lib/list-test.c:12
[    1.100009]     not ok 2 add
[    1.100010]         KTAP version 1
[    1.100011]         # Subtest: sizes
[    1.100012]         ok 1 one
[    1.100013]         ok 2 two # SKIP not here
[    1.100014]         1..2
[    1.100015]     ok 3 sizes
[    1.100016] # list: pass:2 fail:1 skip:0 total:3
[    1.100017] not ok 1 list
[    1.100018]     KTAP version 1
[    1.100019]     # Subtest: time
[    1.100020]     1..1
[    1.100021]     ok 1 leap
[    1.100022] ok 2 time
";

#[test]
fn kunits_nested_results_are_cases_of_their_suites() {
    let results = read(KUNIT);
    assert_eq!(
        cases(&results),
        [
            "ok list/init",
            "notok list/add",
            "ok list/sizes/one",
            "skipped list/sizes/two",
            "ok time/leap"
        ]
    );
    assert_eq!((results.failed, results.fault, results.complete), (1, None, 1));
    assert_eq!(results.cases[1].line, 10);
}

#[test]
fn a_guest_that_dies_in_the_middle_is_not_complete() {
    let cut: String = KUNIT.lines().take(9).map(|line| format!("{line}\n")).collect();
    let results = read(&cut);
    assert_eq!(cases(&results), ["ok list/init"]);
    assert_eq!(results.fault, incomplete("the plan of `list` says 3 and 1 came"));
    assert_eq!(read("TAP version 13\nok 1\n").fault, incomplete("the results have no plan"));
}

#[test]
fn kselftests_own_results_count_and_those_behind_a_hash_do_not() {
    let results = read(
        "TAP version 13\n1..3\n# timeout set to 45\n# selftests: timers: posix_timers\n# TAP version 13\n# 1..2\n\
         # not ok 1 a\n# ok 2 b\nok 1 selftests: timers: posix_timers\n\
         not ok 2 selftests: timers: nanosleep # exit=1\nok 3 selftests: timers: rtc # SKIP\n",
    );
    assert_eq!(
        cases(&results),
        [
            "ok selftests: timers: posix_timers",
            "notok selftests: timers: nanosleep",
            "skipped selftests: timers: rtc"
        ]
    );
    assert_eq!((results.failed, results.complete), (1, 1));
}

#[test]
fn a_subtest_of_tap_is_announced_before_it_begins() {
    let results = read(
        "TAP version 14\n# Subtest: outer\n    ok 1 - a\n    not ok 2 - b # TODO later\n    1..2\nok 1 - outer\n\
         not ok 2 - plain\n  ---\n  message: |\n    ok 9 nothing\n  ...\nok 3\n1..3\n",
    );
    assert_eq!(cases(&results), ["ok outer/a", "todo outer/b", "notok plain", "ok 3"]);
    assert_eq!((results.failed, results.fault), (1, None));
}

#[test]
fn a_suite_that_fails_though_its_cases_do_not_is_a_case_itself() {
    let results =
        read("KTAP version 1\n1..1\n    KTAP version 1\n    1..1\n    ok 1 a\nnot ok 1 s\n");
    assert_eq!(cases(&results), ["ok s/a", "notok s"]);
}

#[test]
fn what_is_allowed_or_not_expected_to_pass_fails_nothing() {
    let results = read(
        "TAP version 13\n1..3\nnot ok 1 a (known)\nnot ok 2 b # TODO\nnot ok 3 c # SKIP no disk\n",
    );
    assert_eq!(cases(&results), ["allowed a (known)", "todo b", "skipped c"]);
    assert_eq!((results.failed, results.fault), (0, None));
    let suite =
        "KTAP version 1\n1..1\n    KTAP version 1\n    1..1\n    not ok 1 a\nnot ok 1 s (known)\n";
    assert_eq!(cases(&read(suite)), ["allowed s (known)/a"]);
}

#[test]
fn lines_that_only_look_like_results_are_none() {
    for console in
        ["ok 1 then\nnot ok 2\n", "not ok\nok\n", "1..3\n", "Bail out!\n", "    not ok 1 a\n"]
    {
        assert_eq!(read(console), Results::default(), "{console:?}");
    }
    let results = read("TAP version 13\n1..1\nok\nnot ok, says init\n   ok 7 by the way\nok 2\n");
    assert_eq!(results.fault, incomplete("the plan says 1 and 2 came"));
}

#[test]
fn whoever_gives_up_says_why() {
    let results = read("1..4\nok 1 - a\nBail out! no network\n");
    assert_eq!(results.fault, Some(Fault::BailedOut("no network".into())));
}

#[test]
fn one_stream_after_the_other_is_read() {
    let results =
        read("1..1\nok 1 a\nTAP version 13\n1..1\nnot ok 1 b\nok 1 c\n1..1\n1..0 # SKIP all\n");
    assert_eq!(cases(&results), ["ok a", "notok b", "ok c"]);
    assert_eq!((results.complete, results.fault), (4, None));
}

#[test]
fn too_many_cases_are_counted_and_too_deep_ones_passed_over() {
    let many: String = (1..=10_007).map(|number| format!("not ok {number}\n")).collect();
    let results = read(&format!("{many}1..10007\n"));
    assert_eq!((results.cases.len(), results.left_out, results.failed), (10_000, 7, 10_007));
    let deep: String =
        (0..40).map(|depth| format!("{}KTAP version 1\n", " ".repeat(depth))).collect();
    assert!(matches!(read(&deep).fault, Some(Fault::Incomplete(_))));
}
