//! Tries: many that all have to pass, others that are forgiven, and failures that do not count for a while.

use std::time::SystemTime;

use chrono::{DateTime, Days, Utc};
use testkit::Script;
use verdict::Verdict;

use crate::world::{Tried, tried, tried_in_turn, try_in};

const PASS: &str = "pass: done\nlimits: { total: 2s, drain: 10ms }\n";

fn good() -> Script {
    Script::new().say("done\r\n").power_off()
}

fn bad() -> Script {
    Script::new().say("Kernel panic - not syncing: gone\r\n").power_off()
}

fn silent() -> Script {
    Script::new().power_off()
}

fn came_out(tried: &Tried) -> (Verdict, u8, u32, Option<String>) {
    let report = &tried.report;
    (report.verdict, report.exit_code(), report.attempt, report.tally())
}

#[test]
fn nineteen_of_twenty_is_no_pass_and_the_one_is_what_is_shown() {
    let scripts = (1..=20).map(|number| if number == 7 { bad() } else { good() }).collect();
    let tried = tried_in_turn(&format!("{PASS}repeat: 20\n"), scripts);
    assert_eq!(came_out(&tried), (Verdict::Crashed, 1, 7, Some("passed 19 of 20".into())));
    assert!(tried.report.flaky);
    assert!(tried.file("console.log").contains("Kernel panic"), "what decided is where one looks");
    assert!(tried.file("try-20/console.log").contains("done"));
    assert!(!tried.folder.path().join("try-7").exists());
    let json: serde_json::Value = serde_json::from_str(&tried.file("verdict.json")).expect("JSON");
    assert_eq!(
        (json["tries"][6]["evidence"].as_str(), json["repeat"].as_u64()),
        (Some("."), Some(20))
    );
    let junit = tried.file("junit.xml");
    assert!(junit.contains("tests=\"20\"") && junit.contains("failures=\"1\""), "{junit}");
}

#[test]
fn the_worst_verdict_counts_and_infrastructure_is_never_green() {
    let of = |scripts: Vec<Script>| {
        let rules = format!("{PASS}repeat: {}\n", scripts.len());
        let (verdict, code, ..) = came_out(&tried_in_turn(&rules, scripts));
        (verdict, code)
    };
    let exit = || Script::new().exit_failed("it exited with status 1");
    let died = || Script::new().die("QEMU was killed");
    assert_eq!(of(vec![silent(), exit(), bad()]), (Verdict::Crashed, 1));
    assert_eq!(of(vec![silent(), exit(), good()]), (Verdict::Failed, 1));
    assert_eq!(of(vec![died(), silent(), good()]), (Verdict::Incomplete, 1));
    assert_eq!(of(vec![good(), died(), good()]), (Verdict::Infrastructure, 3));
}

#[test]
fn repetitions_end_at_the_first_failure_where_that_is_asked_for() {
    let rules = format!("{PASS}repeat: 20\nstop-when: first-failure\n");
    let tried = tried_in_turn(&rules, vec![good(), silent()]);
    let told = "passed 1 of 2, and 20 were asked for".to_owned();
    assert_eq!(came_out(&tried), (Verdict::Incomplete, 1, 2, Some(told)));
}

#[test]
fn an_interruption_ends_all_repetitions() {
    let tried =
        tried_in_turn(&format!("{PASS}repeat: 20\n"), vec![good(), Script::new().interrupt()]);
    assert_eq!((tried.report.exit_code(), tried.report.tries.len()), (3, 2));
}

#[test]
fn a_retry_that_passes_is_told_as_flaky_everywhere() {
    let tried = tried_in_turn(&format!("{PASS}retries: 2\n"), vec![bad(), good()]);
    assert_eq!(came_out(&tried), (Verdict::Passed, 0, 2, Some("passed on try 2 of 3".into())));
    assert!(tried.report.flaky && tried.file("junit.xml").contains("<flakyFailure"));
}

#[test]
fn retries_that_all_fail_show_the_worst_of_them() {
    let tried = tried_in_turn(&format!("{PASS}retries: 2\n"), vec![silent(), bad(), silent()]);
    let told = "passed on none of 3 tries".to_owned();
    assert_eq!(came_out(&tried), (Verdict::Crashed, 1, 2, Some(told)));
    assert!(!tried.report.flaky);
    assert_eq!(tried.file("junit.xml").matches("<rerunFailure").count(), 2);
}

/// A quarantine that ends so many days from now.
fn quarantine(days: u64) -> String {
    let today = DateTime::<Utc>::from(SystemTime::now()).date_naive();
    let until = today.checked_add_days(Days::new(days)).expect("a day");
    format!("{PASS}quarantine: {{ owner: \"@me\", until: {until}, reason: flaky disk }}\n")
}

#[test]
fn in_quarantine_the_verdict_stays_and_does_not_count() {
    let tried_bad = tried(&quarantine(3), bad());
    assert_eq!((tried_bad.report.verdict, tried_bad.report.exit_code()), (Verdict::Crashed, 0));
    let line = tried_bad.report.quarantine_line().expect("a quarantine");
    assert!(line.starts_with("quarantined by @me until 2") && line.ends_with("(flaky disk)"));
    let junit = tried_bad.file("junit.xml");
    assert!(junit.contains("<skipped") && junit.contains("by @me") && junit.contains("crashed: "));
    assert!(tried(&quarantine(3), good()).report.quarantine.is_none());
}

#[test]
fn infrastructure_is_not_quarantined() {
    let tried = tried(&quarantine(3), Script::new().die("QEMU was killed"));
    assert_eq!((tried.report.exit_code(), tried.report.quarantine), (3, None));
}

#[test]
fn after_its_day_a_quarantine_counts_for_nothing_and_says_so() {
    let rules = format!("{PASS}quarantine: {{ owner: \"@me\", until: 2020-02-03 }}\n");
    let tried = tried(&rules, bad());
    assert_eq!(tried.report.exit_code(), 1);
    assert_eq!(tried.report.notes, ["the quarantine by @me was over after 2020-02-03: it counts"]);
}

#[test]
fn a_quarantine_for_ever_is_the_users_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let problem = try_in(folder.path(), &quarantine(92), vec![]).expect_err("a problem");
    assert!(problem.exit_code() == 2 && problem.message.contains("longer than 90 days"));
}

#[test]
fn an_allowed_line_counts_again_after_its_day() {
    let rules = format!("{PASS}allow: [{{ pattern: gone, until: 2020-02-03 }}]\n");
    let tried = tried(&rules, bad());
    assert_eq!(tried.report.verdict, Verdict::Crashed);
    assert_eq!(tried.report.notes, ["`gone` was allowed until 2020-02-03: it counts again"]);
}
