//! Every rule has a console of its own name, and finds in it what the console's head and the manual say.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use verdict::catalogue::{RULES, Rule, Severity};
use verdict::{Conclusion, Judge, Judgement, Pattern, Rules, Verdict};

fn judge_by(rules: Rules, console: &[u8]) -> Judgement {
    let mut judge = Judge::new(rules).expect("the catalogue alone is not too large");
    judge.read(Duration::ZERO, console);
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the console ended".into()))
}

fn judge(console: &[u8]) -> Judgement {
    judge_by(Rules::default(), console)
}

fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// A rule with its own console, and what we say about it.
struct Case {
    rule: &'static Rule,
    file: PathBuf,
    console: String,
    judged: Judgement,
}

impl Case {
    fn read(rule: &'static &'static Rule) -> Case {
        let file = path("corpus/rules").join(rule.name).with_extension("txt");
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (_, console) = text.split_once("\n\n").expect("a head, an empty line, a console");
        Case { rule, file, console: console.into(), judged: judge(console.as_bytes()) }
    }

    fn title(&self) -> &str {
        match self.rule.severity {
            Severity::Note => self.rule.title,
            Severity::Fatal | Severity::Suspicious => &self.judged.title,
        }
    }
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| RULES.iter().map(Case::read).collect());

/// `BOOTGATE_UPDATE=1` writes what is wanted instead of comparing it.
fn compare(file: &Path, wanted: &str) {
    if std::env::var_os("BOOTGATE_UPDATE").is_some() {
        std::fs::write(file, wanted).expect("the file is written");
    }
    let found = std::fs::read_to_string(file).expect("the file can be read");
    assert!(found == wanted, "`{}` is old: run `./x generate`", file.display());
}

#[test]
fn every_rule_names_the_fault_in_its_own_console() {
    for Case { rule, judged, .. } in &*CASES {
        let hit = judged.hits.iter().find(|hit| hit.rule == rule.name);
        let hit = hit.map(|hit| (hit.kind.as_str(), hit.severity));
        assert_eq!(hit, Some((rule.kind, rule.severity)), "{}", rule.name);
        if rule.severity == Severity::Note {
            assert_eq!(judged.verdict, Verdict::Incomplete, "{}", rule.name);
        } else {
            assert_eq!((judged.verdict, judged.kind.as_str()), (Verdict::Crashed, rule.kind));
            let reason = format!("rule `{}` matched", rule.name);
            assert!(judged.reason.starts_with(&reason), "{}: {}", rule.name, judged.reason);
        }
    }
}

#[test]
fn the_titles_in_the_consoles_heads_are_the_committed_ones() {
    for case in &*CASES {
        let head = format!("RULE: {}\nTITLE: {}\n\n", case.rule.name, case.title());
        compare(&case.file, &format!("{head}{}", case.console));
    }
}

#[test]
fn what_the_manual_says_about_each_rule_is_the_committed_text() {
    let file = path("../../docs/crashes.md");
    let manual = std::fs::read_to_string(&file).expect("the manual is there");
    let (head, _) = manual.split_once("\n### ").expect("a heading for a rule");
    let entries = CASES.iter().map(|case| {
        let Rule { name, kind, severity, about, advice, .. } = case.rule;
        let severity = format!("{severity:?}").to_lowercase();
        let title = case.title();
        format!("\n### {name}\n\n{about}\n{advice}\n\nKind `{kind}`, {severity}: `{title}`\n")
    });
    compare(&file, &[head.to_owned()].into_iter().chain(entries).collect::<String>());
}

#[test]
fn every_console_belongs_to_a_rule() {
    for file in std::fs::read_dir(path("corpus/rules")).expect("the corpus is there").flatten() {
        assert!(CASES.iter().any(|case| case.file == file.path()), "{}", file.path().display());
    }
}

#[test]
fn lines_that_only_look_like_a_crash_are_none() {
    let judged = judge(include_bytes!("../corpus/innocent.txt"));
    assert_eq!(judged.verdict, Verdict::Incomplete, "{}: {:?}", judged.reason, judged.lines);
}

const WARNING: &str = "[ 1.0] WARNING: CPU: 0 PID: 5 at net/ring.c:12 ring_put+0x1/0x2\n";

#[test]
fn a_panic_that_only_follows_a_warning_has_the_warning_s_name() {
    let told = format!("{WARNING}[ 1.1] Kernel panic - not syncing: panic_on_warn set ...\n");
    assert_eq!(judge(told.as_bytes()).title, "WARNING in ring_put");
    let own = format!("{WARNING}[ 1.1] Kernel panic - not syncing: ring is full\n");
    assert_eq!(judge(own.as_bytes()).title, "kernel panic: ring is full");
}

#[test]
fn what_is_allowed_is_told_and_not_held_against_the_guest() {
    let allow = vec![Pattern::new("net/ring").expect("a pattern")];
    let judged = judge_by(Rules { allow, ..Rules::default() }, WARNING.as_bytes());
    assert_eq!(judged.verdict, Verdict::Incomplete);
    let hits: Vec<_> = judged.hits.iter().map(|hit| (hit.line, hit.allowed)).collect();
    assert_eq!(hits, [(1, true)]);
}

#[test]
fn another_processor_s_lines_do_not_name_the_fault() {
    let console = b"[ 1.000000][ T7] BUG: KASAN: slab-out-of-bounds in memcpy+0x3c/0x60\n\
        [ 1.000000][ T8]  other_task+0x1/0x2\n\
        [ 1.100000][ T7] Read of size 8 at addr ffff888007a1c240 by task fill/71\n\
        [ 1.200000][ T7]  ring_put+0x1/0x2\n";
    assert_eq!(judge(console).title, "KASAN: slab-out-of-bounds Read in ring_put");
}

#[test]
fn an_excerpt_ends_where_the_report_of_the_kernel_does() {
    let judged = judge(
        b"before\n[ 1.0] kernel BUG at net/ring.c:12!\n[ 1.1] RIP: 0010:ring_put+0x1/0x2\n\
        [ 1.2] ---[ end trace 0000000000000000 ]---\nafter\n",
    );
    let texts: Vec<_> = judged.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((texts.len(), texts[0]), (4, "before"));
    assert_eq!(texts[3], "[ 1.2] ---[ end trace 0000000000000000 ]---");
}
