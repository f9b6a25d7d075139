//! Real consoles that are not ours to commit: read where they lie beside the checkout, else skipped aloud.

use std::path::{Path, PathBuf};
use std::time::Duration;

use verdict::{Conclusion, Judge, Judgement, Rules, Verdict};

fn judge(console: &[u8]) -> Judgement {
    let mut judge = Judge::new(Rules::default()).expect("the catalogue alone is not too large");
    judge.read(Duration::ZERO, console);
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the console ended".into()))
}

/// One console with what its head says about it, and what we do.
#[derive(Clone)]
struct Case {
    name: String,
    /// The title and its alternatives; none where there is no crash.
    titles: Vec<String>,
    kind: Option<String>,
    judged: Judgement,
}

impl Case {
    fn read(path: &Path) -> Case {
        let bytes = std::fs::read(path).expect("a corpus file can be read");
        let end = bytes.windows(2).position(|two| two == b"\n\n").map_or(0, |at| at + 2);
        let start = if bytes.first() == Some(&b'\n') { 1 } else { end };
        let (head, body) = bytes.split_at(start);
        let cut = body.windows(8).position(|eight| eight == b"\nREPORT:").unwrap_or(body.len());
        let head = String::from_utf8_lossy(head);
        let field = |name: &str| {
            let lines = head.lines().filter_map(|line| line.strip_prefix(name));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let name: Vec<_> = path.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
        Case {
            name: format!("{}/{}", name[1], name[0]),
            titles: [field("TITLE: "), field("ALT: ")].concat(),
            kind: field("TYPE: ").pop(),
            judged: judge(&body[..cut]),
        }
    }

    fn crashed(&self) -> bool {
        self.judged.verdict == Verdict::Crashed
    }

    fn has_our_title(&self) -> bool {
        self.titles.contains(&self.judged.title)
    }

    fn has_our_kind(&self) -> bool {
        let ours = self.judged.kind.as_str();
        self.kind.as_deref().is_some_and(|kind| kinds(kind).contains(&ours))
    }
}

/// Our kinds for a type of the corpus, which tells some things apart that we do not, and the other way round.
fn kinds(kind: &str) -> &'static [&'static str] {
    match kind.split('-').next().unwrap_or_default() {
        "HANG" => &["soft-lockup", "hard-lockup", "rcu-stall", "hung-task", "workqueue-lockup"],
        "ATOMIC_SLEEP" => &["atomic"],
        "BUG" => &["bug"],
        "DoS" => &["oops", "panic", "stack", "leak", "memory", "lockdep"],
        "KASAN" => &["kasan"],
        "KCSAN" => &["kcsan"],
        "KFENCE" => &["kfence"],
        "KMSAN" => &["kmsan"],
        "LEAK" => &["memory-leak"],
        "LOCKDEP" => &["lockdep", "atomic"],
        "MEMORY_SAFETY_BUG" => &["memory", "oops"],
        "MEMORY_SAFETY_UBSAN" | "UBSAN" => &["ubsan"],
        "NULL" => &["oops"],
        "REFCOUNT_WARNING" => &["refcount"],
        "WARNING" => &["warning", "lockdep"],
        _ => &[],
    }
}

/// The crashes that we do not call one, and why.
const MISSED: [(&str, &str); 8] = [
    ("linux/6.txt", "made up: a warning in no form that a kernel has"),
    (
        "linux/124.txt",
        "the kernel dropped all but single lines from the middle of its report; we note that",
    ),
    ("linux/129.txt", "made up: the word `INFO:` alone"),
    ("linux/317.txt", "a reset without a word before it: the machine tells us, not the console"),
    ("linux/381.txt", "a driver that warns about its own state, and works; we note that"),
    ("linux/601.txt", "the words of a test program that ran there"),
    ("linux/660.txt", "the words of a test program that ran there"),
    ("linux/717.txt", "the words of a test program that ran there"),
];

fn cases() -> Option<Vec<Case>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/kernel-consoles");
    let folders = std::fs::read_dir(root).ok()?.flatten().filter(|entry| entry.path().is_dir());
    let files =
        folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let paths: Vec<_> = files.map(|file| file.path()).collect();
    let read = |paths: &[PathBuf]| paths.iter().map(|path| Case::read(path)).collect::<Vec<_>>();
    Some(std::thread::scope(|scope| {
        let half = paths.split_at(paths.len() / 2);
        let first = scope.spawn(move || read(half.0));
        let second = read(half.1);
        [first.join().expect("the other half is read"), second].concat()
    }))
}

/// Which cases do not hold, a line each, and the share in percent of those that do.
fn share(what: &str, cases: &[&Case], holds: impl Fn(&Case) -> bool) -> (usize, String) {
    let mut report = String::new();
    let misses: Vec<_> = cases.iter().filter(|case| !holds(case)).collect();
    for Case { name, titles, judged, .. } in &misses {
        report += &format!("{what}: {name}: {} {:?}, not {titles:?}\n", judged.kind, judged.title);
    }
    let held = cases.len() - misses.len();
    report += &format!("corpus: {what}: {held} of {}", cases.len());
    (held * 100 / cases.len(), report)
}

#[test]
fn real_crashes_are_found_and_named_and_nothing_else_is() {
    let Some(cases) = cases() else {
        return eprintln!("skipped: the kernel-console corpus is not beside this checkout");
    };
    let (crashes, clean): (Vec<_>, Vec<_>) = cases.iter().partition(|case| !case.titles.is_empty());
    let typed: Vec<_> = crashes.iter().copied().filter(|case| case.kind.is_some()).collect();
    let missed = crashes.iter().filter(|case| !case.crashed());
    for case in missed {
        assert!(MISSED.iter().any(|(name, _)| *name == case.name), "{}: missed", case.name);
    }
    let shares = [
        share("crash found", &crashes, Case::crashed),
        share("kind right", &typed, Case::has_our_kind),
        share("title right", &crashes, Case::has_our_title),
        share("no false alarm", &clean, |case| !case.crashed()),
    ];
    for ((percent, report), floor) in shares.into_iter().zip([97, 96, 75, 100]) {
        eprintln!("{report}");
        assert!(percent >= floor, "less than {floor} of 100");
    }
}
