//! What is typed to get files out of a guest, and what is made of what comes back.

use std::collections::VecDeque;
use std::time::Duration;

use verdict::plain;

use super::frames::{Found, Frames, LARGEST, Line};
use super::place;
use crate::typist::{Typist, Wish};

/// How long the guest may say nothing before its shell is given up.
const SILENCE: Duration = Duration::from_secs(10);

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(300);

/// How much is collected in all, in bytes.
pub(super) const MOST: usize = 16 << 20;

/// How many files are collected at most.
const MOST_FILES: usize = 1000;

/// How often a path is asked for again when what came was broken: the kernel may speak in between.
const AGAIN: u32 = 2;

/// A longer line is no part of a file.
const LONGEST_LINE: usize = 4 << 10;

/// Asks for files one path after the other.
pub(crate) struct Gather {
    /// What is still to be typed; the first of them was typed, or is being typed.
    texts: VecDeque<String>,
    typist: Option<Typist>,
    frames: Frames,
    /// What is known of the path that is being asked for, and before.
    found: Vec<Found>,
    tries: u32,
    began: Duration,
    heard: Duration,
    line: Vec<u8>,
    over: Option<&'static str>,
}

/// What came.
pub(crate) struct Gathered {
    /// What came of each path.
    pub(crate) found: Vec<Found>,
    /// What a reader should know about what did not come.
    pub(crate) note: Option<String>,
    /// The last line, which was not complete.
    pub(crate) rest: Vec<u8>,
}

impl Gather {
    /// Asks for `paths`, by marks that the guest cannot know before.
    pub(crate) fn new(paths: &[String], nonce: &str, now: Duration) -> Gather {
        let mark = format!("bootgate:{nonce}");
        let texts = paths.iter().map(|path| ask(path));
        let texts: VecDeque<String> = [preamble(&mark)].into_iter().chain(texts).collect();
        Gather {
            typist: texts.front().map(|text| Typist::new(text)),
            texts,
            frames: Frames::new(&mark),
            found: Vec::new(),
            tries: 0,
            began: now,
            heard: now,
            line: Vec::new(),
            over: None,
        }
    }

    /// Says what to do now; all is done when it wants nothing more.
    pub(crate) fn next(&mut self, now: Duration) -> Wish {
        if now >= self.heard + SILENCE {
            self.over = Some("the guest's shell did not answer");
        } else if now >= self.began + LIMIT {
            self.over = Some("it took too long");
        }
        if self.over.is_some() || self.texts.is_empty() {
            return Wish::Done;
        }
        let silent = self.heard + SILENCE;
        match self.typist.as_mut().map(|typist| typist.next(now)) {
            None | Some(Wish::Done) => Wish::Wait(silent),
            Some(Wish::Wait(until)) => Wish::Wait(until.min(silent)),
            Some(Wish::Lost) => {
                self.over = Some("what was typed did not come back whole");
                Wish::Done
            }
            Some(wish) => wish,
        }
    }

    /// Takes console output; gives what of it is to be judged, with an empty line in the place of each that is not.
    pub(crate) fn hear(&mut self, now: Duration, bytes: &[u8]) -> Vec<u8> {
        self.heard = now;
        if let Some(typist) = &mut self.typist {
            typist.hear(&plain(bytes));
        }
        let mut judged = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                judged.extend(self.line(line));
            } else if self.line.len() > LONGEST_LINE {
                judged.append(&mut self.line);
            }
        }
        judged
    }

    fn line(&mut self, line: Vec<u8>) -> Vec<u8> {
        match self.frames.line(&plain(&line)) {
            Line::Foreign => return line,
            Line::Ours => {}
            Line::Done => self.asked(),
        }
        b"\n".to_vec()
    }

    /// All of a path has come; it is asked for again where something of it was broken.
    fn asked(&mut self) {
        let found = std::mem::take(&mut self.frames.found);
        let broken = found.iter().any(|found| matches!(found, Found::Broken(_)));
        if broken && self.tries < AGAIN {
            self.tries += 1;
        } else {
            self.tries = 0;
            self.found.extend(found);
            self.texts.pop_front();
        }
        if is_too_much(&self.found) {
            self.over = Some("it was too much");
        }
        self.typist = self.texts.front().map(|text| Typist::new(text));
    }

    /// All that came.
    pub(crate) fn finish(self) -> Gathered {
        let note = self.over.map(|why| format!("not all files were collected: {why}"));
        Gathered { found: self.found, note, rest: self.line }
    }
}

/// The files of what was found, by the guest's own names, and why the others are none.
pub(crate) fn sorted(found: Vec<Found>) -> (Vec<(String, Vec<u8>)>, Vec<String>) {
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    for found in found {
        let (path, what) = match found {
            Found::File(path, bytes) => {
                files.push((path, bytes));
                continue;
            }
            Found::Missing(path) => (path, "is no file, or not there"),
            Found::Large(path) => (path, "is larger than 4 MiB"),
            Found::Broken(path) => (path, "did not arrive whole"),
            Found::TooMuch => {
                notes.push("not all files were collected: it was too much".into());
                continue;
            }
        };
        notes.push(format!("not collected: `/{}` {what}", place::harmless(&path).display()));
    }
    (files, notes)
}

/// Whether this is more than is collected in all.
pub(super) fn is_too_much(found: &[Found]) -> bool {
    found.iter().map(size).sum::<usize>() > MOST || found.len() > MOST_FILES
}

fn size(found: &Found) -> usize {
    match found {
        Found::File(_, bytes) => bytes.len(),
        _ => 0,
    }
}

/// The question for one path.
pub(super) fn ask(path: &str) -> String {
    format!("for f in {path}; do b_f \"$f\"; done; echo $B:done:$?\n")
}

/// Functions for the guest's shell. No mark stands in them as it is printed, so that their echo is none.
pub(super) fn preamble(mark: &str) -> String {
    format!(
        "B={mark}; b_s() {{ sha256sum <\"$1\" 2>/dev/null || cksum <\"$1\"; }}\n\
         b_e() {{ base64 \"$1\" 2>/dev/null || uuencode -m \"$1\" x 2>/dev/null || od -An -v -tx1 \"$1\"; }}\n\
         b_p() {{ echo \"$B:file:$2:$(b_s \"$1\"):$1\"; b_e \"$1\"; echo $B:end:$?; }}\n\
         b_n() {{ n=$(($(wc -c <\"$1\"))); [ $n -le {LARGEST} ] && b_p \"$1\" $n || echo \"$B:large:$1\"; }}\n\
         b_f() {{ if [ -f \"$1\" ]; then b_n \"$1\"; else echo \"$B:missing:$1\"; fi; }}\n\
         echo $B:done:$?\n"
    )
}
