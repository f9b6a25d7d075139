//! Where in its source a guest says that it failed: `panicked at src/mm/page.rs:88:9` and its like.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Finding;

/// What source files are called in the languages that guests are written in.
const ENDINGS: &[&str] = &[
    "rs", "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "S", "s", "asm", "zig", "go", "d",
    "adb", "ads", "nim", "swift", "m",
];

/// What stands before the place of a fault, and not before one that is only mentioned.
const MARKS: &[&str] = &["at", "in", "file", "@", "WARNING:"];

/// Rust's own library: it panics for whoever called it.
const LIBRARY: &[&str] =
    &["/rustc/", "library/core/src/", "library/alloc/src/", "library/std/src/"];

/// A place in source code, in the guest's own words: not trusted, and not known to exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The path as the guest printed it, by its build: a guest's text.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: Option<u32>,
}

impl Source {
    /// The place that `text` names: one after `at`, `in` or `file` before others, and else the last.
    pub fn find(text: &str) -> Option<Source> {
        Source::marked(text).or_else(|| places(text).last().map(|(_, source)| source))
    }

    fn marked(text: &str) -> Option<Source> {
        let is_marked = |start: usize| {
            let before = text[..start].trim_end_matches(['"', ' ']);
            let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next();
            word.is_some_and(|word| MARKS.contains(&word))
        };
        places(text).find(|&(start, _)| is_marked(start)).map(|(_, source)| source)
    }
}

impl Finding {
    /// Where the guest says that it failed: on the line that decided, or else clearly after or before it.
    pub fn source(&self) -> Option<Source> {
        let lines = &self.lines.lines;
        let after = lines.iter().filter(|line| line.number > self.at.number);
        let before = lines.iter().rev().filter(|line| line.number < self.at.number);
        let around = || after.chain(before).find_map(|line| Source::marked(&line.text));
        Source::find(&self.at.text).or_else(around)
    }
}

/// Every place in `text`, with where it begins.
fn places(text: &str) -> impl Iterator<Item = (usize, Source)> {
    let mut end = 0;
    text.split_inclusive(|c| !is_of_path(c)).filter_map(move |word| {
        let start = end;
        end += word.len();
        let file = word.trim_end_matches(|c| !is_of_path(c));
        let (line, column) = numbers(&text[start + file.len()..])?;
        let known = is_source(file) && !LIBRARY.iter().any(|library| file.contains(library));
        known.then(|| (start, Source { file: file.to_owned(), line, column }))
    })
}

fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.+@~/-".contains(c)
}

fn is_source(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending))
}

/// The line and the column after a file: `:88:9`, `:123`, `, line 9`, `", line 9`, ` line 9`.
fn numbers(rest: &str) -> Option<(u32, Option<u32>)> {
    let (line, rest) = number(rest.strip_prefix(':').or_else(|| in_words(rest))?)?;
    let column = rest.strip_prefix(':').and_then(number).map(|(column, _)| column);
    Some((line, column))
}

fn in_words(rest: &str) -> Option<&str> {
    rest.trim_start_matches(['"', ',', ' ']).strip_prefix("line ")
}

/// A number that is not 0, and what follows it.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..end].parse().ok().filter(|number| *number > 0)?;
    Some((number, &text[end..]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Line;
    use crate::recent::Recent;

    fn found(text: &str) -> Option<(String, u32, Option<u32>)> {
        Source::find(text).map(|source| (source.file, source.line, source.column))
    }

    #[test]
    fn the_place_of_a_fault_is_found_in_the_words_of_many_guests() {
        for (text, file, line, column) in [
            ("panicked at src/mm/page.rs:88:9:", "src/mm/page.rs", 88, Some(9)),
            ("panicked at 'at a.rs', src/mm/page.rs:88:9", "src/mm/page.rs", 88, Some(9)),
            (
                "[3.1 1 axruntime:12] panicked at /build/os/src/a.rs:8:9:",
                "/build/os/src/a.rs",
                8,
                Some(9),
            ),
            ("[ERROR src/lang_items.rs:12] panicked at src/a.rs:8:9", "src/a.rs", 8, Some(9)),
            ("kernel BUG at mm/slub.c:123!", "mm/slub.c", 123, None),
            ("WARNING: CPU: 0 PID: 1 at fs/inode.c:55 foo+0x1/0x2", "fs/inode.c", 55, None),
            ("WARNING: lib/refcount.c:28 at foo+0x1/0x2, CPU#0: a/1", "lib/refcount.c", 28, None),
            (
                "UBSAN: shift-out-of-bounds in /src/linux/kernel/uprobes.c:12:3",
                "/src/linux/kernel/uprobes.c",
                12,
                Some(3),
            ),
            (
                "Assertion failed: (a == b), function f, file kernel/x.c, line 9.",
                "kernel/x.c",
                9,
                None,
            ),
            ("assertion \"x\" failed: file \"/usr/src/x.c\", line 9", "/usr/src/x.c", 9, None),
            (
                "panic: mtx_lock() of destroyed mutex @ /usr/src/sys/kern/a.c:77",
                "/usr/src/sys/kern/a.c",
                77,
                None,
            ),
            ("Assertion 'x' failed at ../src/a.cpp:7 in f()", "../src/a.cpp", 7, None),
            ("src/a.c:8:3: runtime error: load of null", "src/a.c", 8, Some(3)),
        ] {
            assert_eq!(found(text), Some((file.into(), line, column)), "{text}");
        }
    }

    #[test]
    fn a_place_is_looked_for_on_the_line_that_decided_and_then_around_it() {
        let found = |at: &str| {
            let mut before = Recent::default();
            before.push_all(1, Duration::ZERO, b"[INFO a.rs:1] up\ncalled at b.rs:2\n");
            let at = Line::new(3, Duration::ZERO, at.as_bytes());
            let mut finding = Finding::new("rule", "panic", String::new(), &at, &before);
            let source = finding.source().map(|source| source.file);
            finding.follow(&Line::new(4, Duration::ZERO, b"[INFO c.rs:3] still up, at d.rs:4"));
            (source, finding.source().map(|source| source.file))
        };
        assert_eq!(found("panic: e.rs:5"), (Some("e.rs".into()), Some("e.rs".into())));
        assert_eq!(found("panic"), (Some("b.rs".into()), Some("d.rs".into())));
    }

    #[test]
    fn what_only_looks_like_a_place_is_none() {
        for text in [
            "10.0.2.2:80",
            "listening at example.com:443",
            "at src/a.rs:0:1",
            "at src/a.rs:99999999999",
            "at .rs:1",
            "panicked at /rustc/0123/library/core/src/panicking.rs:72:14",
            "[    0.123456] at 12:30:01",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
