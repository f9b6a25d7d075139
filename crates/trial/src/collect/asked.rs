//! The same files as the answer to one question, where the guest is asked by another way than its console.

use super::frames::{Found, Frames};
use super::gather::{MOST, ask, is_too_much, preamble};
use crate::Said;

/// The text that stands for as much as is collected in all, in bytes: three bytes for two, line breaks, and the marks.
pub(crate) const MOST_TEXT: usize = MOST / 2 * 3;

/// What the marks begin with; nothing stands between them but base64.
const MARK: &str = "bootgate:files";

/// Lines for the guest's `sh` that print the files at `paths`, as a shell knows paths.
pub(crate) fn script(paths: &[String]) -> String {
    let asked: String = paths.iter().map(|path| ask(path)).collect();
    preamble(MARK) + &asked
}

/// Reads what it printed; what does not fit with what is there already is left out.
pub(crate) fn answered(gathered: &mut Vec<Found>, said: &Said) {
    let mut frames = Frames::new(MARK);
    for line in said.stdout.split(|byte| *byte == b'\n') {
        let _line = frames.line(line);
    }
    for found in frames.found {
        gathered.push(found);
        if is_too_much(gathered) {
            gathered.pop();
            gathered.push(Found::TooMuch);
            return;
        }
    }
    if said.is_cut {
        gathered.push(Found::TooMuch);
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::sorted;
    use super::*;

    fn gathered(paths: &[&str], at_most: usize) -> (Vec<(String, Vec<u8>)>, Vec<String>) {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let output = Command::new("sh").arg("-c").arg(script(&paths)).output().unwrap();
        let mut stdout = output.stdout;
        let is_cut = stdout.len() > at_most;
        stdout.truncate(at_most);
        let mut found = Vec::new();
        answered(&mut found, &Said { stdout, is_cut, ..Said::default() });
        sorted(found)
    }

    #[test]
    fn files_come_as_they_are_through_a_real_shell() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let bytes: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
        std::fs::write(path("a b"), &bytes).unwrap();
        std::fs::write(path("c"), "").unwrap();
        let all = path("*");
        let (files, notes) = gathered(&[&all, "/no/such"], usize::MAX);
        assert_eq!(files, [(path("a b"), bytes), (path("c"), Vec::new())]);
        assert_eq!(notes, ["not collected: `/no/such` is no file, or not there"]);
        let (files, notes) = gathered(&[&all], 1000);
        assert_eq!((files.len(), notes.len()), (0, 1));
    }
}
