//! Perl's own reader of TAP as the oracle, and any bytes at all.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::io::Write;
use std::process::{Command, Stdio};

use ktap::{Outcome, Parser, Results};
use proptest::collection::vec;
use proptest::prelude::*;

/// Prints how many ran, failed, were skipped and were to do, and whether the plan came true.
const PERL: &str = "local $/; my $p = TAP::Parser->new({tap => <STDIN>}); $p->run; \
    printf '%d %d %d %d %d', $p->tests_run, scalar $p->failed, scalar $p->skipped, scalar $p->todo, \
    ($p->is_good_plan && !$p->parse_errors) ? 1 : 0;";

fn by_perl(stream: &str) -> String {
    let mut perl = Command::new("perl")
        .args(["-MTAP::Parser", "-e", PERL])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    perl.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    let output = perl.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn read(stream: &[u8]) -> Results {
    let mut parser = Parser::default();
    for (line, number) in stream.split(|byte| *byte == b'\n').zip(1..) {
        parser.line(number, line, false);
    }
    parser.finish()
}

fn by_us(stream: &str) -> String {
    let results = read(stream.as_bytes());
    let count = |wanted| results.cases.iter().filter(|case| case.outcome == wanted).count();
    let (skipped, todo) = (count(Outcome::Skipped), count(Outcome::Todo));
    let good = u8::from(results.fault.is_none());
    format!("{} {} {skipped} {todo} {good}", results.cases.len(), results.failed)
}

/// A result without its number, and what may stand between results.
fn result() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof!["", " - [a-z ]{0,12}", " [a-z][a-z0-9 ]{0,9}", r" - a \\# b"];
    let directive = prop_oneof![
        4 => Just(""), 1 => Just(" # SKIP why"), 1 => Just(" # todo later"), 1 => Just(" # note")
    ];
    let noise = prop_oneof![
        4 => Just(""), 1 => Just("# a comment\n"), 1 => Just("  ---\n  at: 1\n  ok: 2\n  ...\n"),
        1 => Just("udevd starts\n"), 1 => Just("    ok 1 - nested\n    1..1\n"), 1 => Just("okay\n"),
    ];
    let ok = any::<bool>();
    (ok, name, directive, noise).prop_map(|(ok, name, directive, noise)| {
        // What a `not ok` that was skipped means is where Perl and the kernel differ.
        let not = if ok || directive.contains("SKIP") { "" } else { "not " };
        (not.to_owned(), format!("{name}{directive}\n{noise}"))
    })
}

fn stream() -> impl Strategy<Value = String> {
    let plan = prop_oneof![4 => Just(0), 1 => Just(1)];
    let all = (vec(result(), 1..12), any::<bool>(), any::<bool>(), any::<bool>(), plan);
    all.prop_map(|(results, version, numbers, first, more)| {
        let plan = format!("1..{}\n", results.len() + more);
        let line = |(index, (not, rest)): (usize, &(String, String))| match numbers || !first {
            true => format!("{not}ok {}{rest}", index + 1),
            false => format!("{not}ok{rest}"),
        };
        let lines: String = results.iter().enumerate().map(line).collect();
        let version = if version { "TAP version 13\n" } else { "" };
        if first { format!("{version}{plan}{lines}") } else { format!("{version}{lines}{plan}") }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn perl_reads_the_same_out_of_a_stream(stream in stream()) {
        prop_assert_eq!(by_us(&stream), by_perl(&stream), "{}", stream);
    }

    #[test]
    fn the_kernels_times_and_other_lines_change_nothing(stream in stream(), other in "[a-z:= ]{0,20}") {
        let timed: String = stream.lines().map(|line| format!("[    1.5] {line}\nkernel: {other}\n")).collect();
        let (plain, timed) = (read(stream.as_bytes()), read(timed.as_bytes()));
        let outcomes = |results: &Results| results.cases.iter().map(|case| (case.name.clone(), case.outcome)).collect::<Vec<_>>();
        prop_assert_eq!(outcomes(&plain), outcomes(&timed));
        prop_assert_eq!((plain.failed, plain.fault), (timed.failed, timed.fault));
    }

    #[test]
    fn any_bytes_are_read_in_bounds(lines in vec(prop_oneof![
        vec(any::<u8>(), 0..40),
        "[ ]{0,9}(not )?ok [0-9]{0,2} [a-z#\\\\]{0,9}".prop_map(String::into_bytes),
        "[ ]{0,9}(K?TAP version 1|1\\.\\.[0-9]{0,25}|# Subtest: a|---|\\.\\.\\.|Bail out! x)".prop_map(String::into_bytes),
    ], 0..80)) {
        let results = read(&lines.join(&b'\n'));
        prop_assert!(results.cases.len() <= lines.len());
        prop_assert!(results.cases.iter().all(|case| case.name.len() <= 200 && !case.name.contains(char::is_control)));
    }
}
