//! What a run leaves in its folder.

use testkit::Script;
use verdict::Verdict;

use crate::world::{tried, tried_in_turn, try_in};

const PASS: &str = "pass: done\nlimits: { total: 2s, drain: 50ms }\n";

#[test]
fn every_part_of_the_evidence_tells_the_same_verdict() {
    let console = "\x1b[32mbooting\x1b[0m\r\nKernel panic - not syncing: \"<no init>\"\r\n";
    let tried = tried(PASS, Script::new().say(console).say([0xff, 0xfe]).power_off());
    let json: serde_json::Value = serde_json::from_str(&tried.file("verdict.json")).expect("JSON");
    assert_eq!(json["verdict"], "crashed");
    assert_eq!(json["title"], "kernel panic: \"<no init>\"");
    assert_eq!(json["lines"][1]["number"], 2);
    let log = std::fs::read(tried.folder.path().join("console.log")).expect("a log");
    assert_eq!(log, [console.as_bytes(), &[0xff, 0xfe]].concat(), "the log is raw");
    let junit = tried.file("junit.xml");
    assert!(junit.contains("failures=\"1\"") && junit.contains("&lt;no init&gt;"), "{junit}");
    assert!(tried.file("reproduce.sh").contains("bootgate run-vm-test"));
}

#[test]
fn the_recording_is_an_asciicast() {
    let tried = tried(
        PASS,
        Script::new().say(&"ä".as_bytes()[..1]).say(&"ä".as_bytes()[1..]).say("\r\ndone\r\n"),
    );
    let cast = tried.file("console.cast");
    let mut lines = cast
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON lines"));
    assert_eq!(lines.next().expect("a head")["version"], 2);
    let events: Vec<_> = lines.collect();
    let text: String = events.iter().filter_map(|event| event[2].as_str()).collect();
    assert_eq!(text, "ä\r\ndone\r\n");
    assert!(events.windows(2).all(|two| two[0][0].as_f64() <= two[1][0].as_f64()));
}

#[test]
fn a_pass_on_the_second_try_is_flaky_and_both_tries_are_kept() {
    let good = Script::new().say("done\r\n").power_off();
    let tried =
        tried_in_turn(&format!("{PASS}retries: 2\n"), vec![Script::new().power_off(), good]);
    assert_eq!(
        (tried.report.verdict, tried.report.flaky, tried.report.attempt),
        (Verdict::Passed, true, 2)
    );
    assert!(tried.file("try-1/verdict.json").contains("incomplete"));
    assert!(tried.file("console.log").contains("done"));
}

#[test]
fn nothing_of_an_earlier_run_is_left() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("registers.txt"), "old").expect("a file");
    std::fs::write(folder.path().join("mine.txt"), "kept").expect("a file");
    let ran = try_in(folder.path(), PASS, vec![Script::new().say("done\r\n").power_off()])
        .expect("a report");
    assert_eq!(ran.verdict, Verdict::Passed);
    assert!(
        !folder.path().join("registers.txt").exists() && folder.path().join("mine.txt").exists()
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_infrastructure_with_a_hint() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let script = vec![Script::new().say("done\r\n").power_off()];
    let problem = try_in(&file.path().join("under-a-file"), PASS, script).expect_err("a problem");
    assert_eq!(problem.fault, trial::Fault::Infrastructure);
    assert!(problem.hint.is_some_and(|hint| hint.contains("--evidence-path")));
}

#[test]
fn the_schema_of_the_verdict_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verdict.schema.json");
    let schema = serde_json::to_string_pretty(&trial::Report::schema()).expect("a schema") + "\n";
    if std::env::var_os("BOOTGATE_UPDATE").is_some() {
        std::fs::write(path, &schema).expect("the schema is written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == schema, "docs/verdict.schema.json is old: run `./x generate`");
}
