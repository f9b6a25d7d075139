//! Every rule has a console of its own name, and finds in it what the console's head says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use verdict::catalogue::{RULES, Rule, Severity};
use verdict::{Conclusion, Judge, Judgement, Rules, Verdict};

fn judge(console: &[u8]) -> Judgement {
    let mut judge = Judge::new(Rules::default()).expect("the catalogue alone is not too large");
    judge.read(Duration::ZERO, console);
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the console ended".into()))
}

fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn console_of(rule: &Rule) -> PathBuf {
    path("corpus/rules").join(rule.name).with_extension("txt")
}

/// `BOOTGATE_UPDATE=1` writes what is wanted instead of comparing it.
fn compare(file: &Path, wanted: &str) {
    if std::env::var_os("BOOTGATE_UPDATE").is_some() {
        std::fs::write(file, wanted).expect("the file is written");
    }
    let found = std::fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(found == wanted, "`{}` is old: run `./x generate`\n{wanted}", file.display());
}

/// The title of a rule's own console: what a report about it would say.
fn title(rule: &Rule, judged: Judgement) -> String {
    match rule.severity {
        Severity::Note => rule.title.to_owned(),
        Severity::Fatal | Severity::Suspicious => judged.title,
    }
}

#[test]
fn every_rule_names_the_fault_in_its_own_console() {
    for rule in RULES {
        let file = console_of(rule);
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (_, console) = text.split_once("\n\n").expect("a head, an empty line, a console");
        let judged = judge(console.as_bytes());
        let hit = judged.hits.iter().find(|hit| hit.rule == rule.name);
        assert_eq!(hit.map(|hit| hit.severity), Some(rule.severity), "{}: {:?}", rule.name, judged.hits);
        if rule.severity == Severity::Note {
            assert_eq!(judged.verdict, Verdict::Incomplete, "{}", rule.name);
        } else {
            assert_eq!((judged.verdict, judged.kind.as_str()), (Verdict::Crashed, rule.kind));
            let reason = format!("rule `{}` matched", rule.name);
            assert!(judged.reason.starts_with(&reason), "{}: {}", rule.name, judged.reason);
        }
        let title = title(rule, judged);
        compare(&file, &format!("RULE: {}\nTITLE: {title}\n\n{console}", rule.name));
    }
}

#[test]
fn every_console_belongs_to_a_rule() {
    let names: Vec<String> = RULES.iter().map(|rule| format!("{}.txt", rule.name)).collect();
    for file in std::fs::read_dir(path("corpus/rules")).expect("the corpus is there").flatten() {
        assert!(
            names.contains(&file.file_name().to_string_lossy().into_owned()),
            "{}",
            file.path().display()
        );
    }
}

#[test]
fn the_manual_says_what_the_catalogue_says() {
    let file = path("../../docs/crashes.md");
    let manual = std::fs::read_to_string(&file).expect("the manual is there");
    let (head, _) = manual.split_once("\n### ").expect("a heading for a rule");
    let entries = RULES.iter().map(|rule| {
        let console = std::fs::read_to_string(console_of(rule)).expect("a console");
        let title = console.lines().nth(1).and_then(|line| line.strip_prefix("TITLE: "));
        let severity = format!("{:?}", rule.severity).to_lowercase();
        let title = title.expect("a title");
        format!(
            "\n### {}\n\n{}\n{}\n\nKind `{}`, {severity}: `{title}`\n",
            rule.name, rule.about, rule.advice, rule.kind
        )
    });
    compare(&file, &[head.to_owned(), "\n".to_owned()].into_iter().chain(entries).collect::<String>().replacen("\n\n\n", "\n\n", 1));
}

#[test]
fn lines_that_only_look_like_a_crash_are_none() {
    let innocent = include_bytes!("../corpus/innocent.txt");
    let judged = judge(innocent);
    assert_eq!(judged.verdict, Verdict::Incomplete, "{}: {:?}", judged.reason, judged.lines);
}
