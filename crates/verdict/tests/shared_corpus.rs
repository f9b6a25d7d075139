//! Real consoles that are not ours to commit: read where they lie beside the checkout, else skipped aloud.

use std::path::{Path, PathBuf};
use std::time::Duration;

use verdict::{Conclusion, Judge, Judgement, Rules, Verdict};

fn judge(console: &[u8]) -> Judgement {
    let mut judge = Judge::new(Rules::default()).expect("the catalogue alone is not too large");
    judge.read(Duration::ZERO, console);
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the console ended".into()))
}

struct Case {
    path: PathBuf,
    title: Option<String>,
    console: Vec<u8>,
}

fn read(path: PathBuf) -> Case {
    let bytes = std::fs::read(&path).expect("a corpus file can be read");
    let end = bytes.windows(2).position(|two| two == b"\n\n").map_or(0, |at| at + 2);
    let start = if bytes.first() == Some(&b'\n') { 1 } else { end };
    let (head, body) = bytes.split_at(start);
    let cut = body.windows(8).position(|eight| eight == b"\nREPORT:").unwrap_or(body.len());
    let head = String::from_utf8_lossy(head).into_owned();
    let title = head.lines().find_map(|line| line.strip_prefix("TITLE: ").map(str::to_owned));
    Case { path, title, console: body[..cut].to_vec() }
}

fn cases() -> Option<Vec<Case>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/kernel-consoles");
    let folders = std::fs::read_dir(root).ok()?.flatten().filter(|entry| entry.path().is_dir());
    let files =
        folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    Some(files.map(|file| read(file.path())).collect())
}

#[test]
fn real_crashes_are_found_and_nothing_else_is() {
    let Some(cases) = cases() else {
        return eprintln!("skipped: the kernel-console corpus is not beside this checkout");
    };
    let (crashes, clean): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.title.is_some());
    let crashed = |case: &&&Case| judge(&case.console).verdict == Verdict::Crashed;
    let missed: Vec<_> = crashes.iter().filter(|case| !crashed(case)).collect();
    let alarms: Vec<_> = clean.iter().filter(crashed).collect();
    for case in &missed {
        eprintln!("missed: {} {}", case.path.display(), case.title.as_deref().unwrap_or_default());
    }
    for case in &alarms {
        eprintln!("false alarm: {}: {:?}", case.path.display(), judge(&case.console).reason);
    }
    let found = crashes.len() - missed.len();
    eprintln!(
        "corpus: {found} of {} crashes found, {} false alarms in {}",
        crashes.len(),
        alarms.len(),
        clean.len()
    );
    assert!(alarms.is_empty());
    assert!(found * 100 >= crashes.len() * 96, "fewer crashes found than before");
}
