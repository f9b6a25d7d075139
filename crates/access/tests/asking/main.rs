//! Asking a real `sshd`, real files of keys, and peers that lie.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod agent;
mod handed;
mod liars;
mod sshd;

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use access::Asker;
use trial::{Question, Said, Signal, Signals, Unreached};

/// Who asks, and what is heard.
struct Asking {
    asker: Asker,
    heard: Receiver<(Instant, Signal)>,
    asked: u64,
}

impl Asking {
    fn of(open: impl FnOnce(Signals) -> std::io::Result<Asker>) -> Asking {
        let (signals, heard) = Signals::channel();
        Asking { asker: open(signals).unwrap(), heard, asked: 0 }
    }

    fn ask(&mut self, script: &str, limit: u64, most: usize) -> Result<Said, Unreached> {
        self.asked += 1;
        let (id, limit) = (self.asked, Duration::from_secs(limit));
        self.asker.ask(Question { id, script: script.into(), limit, most }).unwrap();
        self.answer(id)
    }

    fn answer(&self, id: u64) -> Result<Said, Unreached> {
        match self.heard.recv_timeout(Duration::from_secs(60)).unwrap().1 {
            Signal::Answer(answer) if answer.id == id => answer.result,
            other => panic!("{other:?} is no answer to {id}"),
        }
    }
}

fn not_ready(words: &str) -> Result<Said, Unreached> {
    Err(Unreached::NotReady(words.into()))
}

fn lost(words: &str) -> Result<Said, Unreached> {
    Err(Unreached::Lost(words.into()))
}

fn said(status: u8, stdout: &str, stderr: &str) -> Result<Said, Unreached> {
    Ok(Said { status, stdout: stdout.into(), stderr: stderr.into(), is_cut: false })
}
