//! Every rule has a console of its own name, and finds in it what the console's head says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use verdict::catalogue::RULES;
use verdict::{Conclusion, Judge, Judgement, Rules, Verdict};

fn judge(console: &[u8]) -> Judgement {
    let mut judge = Judge::new(Rules::default()).expect("the catalogue alone is not too large");
    judge.read(Duration::ZERO, console);
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the console ended".into()))
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

#[test]
fn every_rule_names_the_fault_in_its_own_console() {
    for rule in RULES {
        let file = corpus().join("rules").join(rule.name).with_extension("txt");
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (head, console) = text.split_once("\n\n").expect("a head, an empty line, a console");
        let judged = judge(console.as_bytes());
        assert_eq!(judged.verdict, Verdict::Crashed, "{}", rule.name);
        assert!(
            judged.reason.contains(&format!("`{}`", rule.name)),
            "{}: {}",
            rule.name,
            judged.reason
        );
        assert_eq!(head, format!("RULE: {}\nTITLE: {}", rule.name, judged.title));
        assert_eq!(judged.kind, rule.kind);
    }
}

#[test]
fn every_console_belongs_to_a_rule() {
    let names: Vec<String> = RULES.iter().map(|rule| format!("{}.txt", rule.name)).collect();
    for file in std::fs::read_dir(corpus().join("rules")).expect("the corpus is there").flatten() {
        assert!(
            names.contains(&file.file_name().to_string_lossy().into_owned()),
            "{}",
            file.path().display()
        );
    }
}

#[test]
fn every_rule_has_a_heading_in_the_manual() {
    let manual = include_str!("../../../docs/crashes.md");
    for rule in RULES {
        let entry = format!("### {}\n\n{}", rule.name, rule.about);
        assert!(
            manual.contains(&entry),
            "`{}` is missing or differs in docs/crashes.md",
            rule.name
        );
    }
}

#[test]
fn lines_that_only_look_like_a_crash_are_none() {
    let innocent = include_bytes!("../corpus/innocent.txt");
    let judged = judge(innocent);
    assert_eq!(judged.verdict, Verdict::Incomplete, "{}: {:?}", judged.reason, judged.lines);
}
