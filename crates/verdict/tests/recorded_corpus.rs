//! Consoles of our own boots, which `./x record` made: what they are was decided by who wrote their scenarios, so here
//! the judge is judged. `BOOTGATE_UPDATE=1` writes its kinds and titles into the heads, never its verdicts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use verdict::{Conclusion, Judge, Judgement, Rules, Verdict};

struct Recorded {
    path: PathBuf,
    head: String,
    console: Vec<u8>,
}

impl Recorded {
    fn read(path: PathBuf) -> Recorded {
        let bytes = fs::read(&path).expect("a recorded console can be read");
        let end = bytes.windows(2).position(|two| two == b"\n\n").expect("a head, an empty line");
        let head = String::from_utf8(bytes[..=end].to_vec()).expect("a head is text");
        Recorded { path, head, console: bytes[end + 2..].to_vec() }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The head as the judge would have it, but for the verdict.
    fn judged(&self, judged: &Judgement) -> String {
        let line = |line: &str| match line.split_once(": ") {
            Some(("KIND", _)) => format!("KIND: {}\n", judged.kind),
            Some(("TITLE", _)) => format!("TITLE: {}\n", judged.title),
            _ => format!("{line}\n"),
        };
        self.head.lines().map(line).collect()
    }
}

fn recorded() -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/recorded");
    let files = fs::read_dir(folder).expect("the corpus is there").flatten();
    let mut all: Vec<_> = files.map(|file| Recorded::read(file.path())).collect();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// Judged in pieces of `size` bytes.
fn judge(console: &[u8], size: usize) -> Judgement {
    let mut judge = Judge::new(Rules::default()).expect("the catalogue alone is not too large");
    for piece in console.chunks(size) {
        judge.read(Duration::ZERO, piece);
    }
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the console ended".into()))
}

#[test]
fn every_recorded_console_is_judged_as_its_scenario_says() {
    let mut wrong = Vec::new();
    for console in recorded() {
        let judged = judge(&console.console, 4096);
        let head = console.judged(&judged);
        if std::env::var_os("BOOTGATE_UPDATE").is_some() && head != console.head {
            let content = [head.as_bytes(), b"\n", console.console.as_slice()].concat();
            fs::write(&console.path, content).expect("a head can be written");
        } else if head != console.head {
            wrong.push(format!("{}: its head is now\n{head}", console.path.display()));
        }
        let right = console.field("VERDICT") == Some(judged.verdict.as_str());
        match (right, console.field("KNOWN-WRONG")) {
            (true, Some(_)) => {
                wrong.push(format!("{}: known as wrong, and is right now", console.path.display()))
            }
            (false, None) => wrong.push(format!(
                "{}: `{}`: {}",
                console.path.display(),
                judged.verdict,
                judged.reason
            )),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_recorded_console_is_judged_the_same_however_it_is_split() {
    for Recorded { path, console, .. } in recorded() {
        let whole = judge(&console, console.len().max(1));
        for size in [1, 61] {
            assert_eq!(judge(&console, size), whole, "{} by {size}", path.display());
        }
    }
}

#[test]
fn the_corpus_holds_many_boots_and_a_third_of_them_without_a_crash() {
    let all = recorded();
    let clean =
        all.iter().filter(|console| console.field("VERDICT") == Some(Verdict::Incomplete.as_str()));
    let clean = clean.count();
    eprintln!("recorded: {} consoles, {clean} without a crash", all.len());
    assert!(all.len() >= 150, "{} consoles", all.len());
    assert!(clean * 3 >= all.len(), "{clean} of {} without a crash", all.len());
    for console in &all {
        let name = console.path.file_stem().map(|name| name.to_string_lossy().into_owned());
        assert_eq!(console.field("NAME"), name.as_deref());
    }
}

#[test]
fn no_two_recorded_consoles_are_the_same_but_for_times_and_numbers() {
    let mut seen = BTreeMap::new();
    for Recorded { path, console, .. } in recorded() {
        let words: Vec<u8> =
            console.into_iter().filter(|byte| !byte.is_ascii_hexdigit() && *byte != b' ').collect();
        if let Some(other) = seen.insert(words, path.clone()) {
            panic!("{} and {} say the same", other.display(), path.display());
        }
    }
}
