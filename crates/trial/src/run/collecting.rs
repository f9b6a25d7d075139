//! Files are brought out of the guest once it is decided, while its shell still answers.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use verdict::Conclusion;

use super::{Run, nonce, unwritten};
use crate::collect::{self, Gather};
use crate::typist::Wish;
use crate::{Event, Signal};

impl Run<'_> {
    /// Collects `paths` into `folder`; the conclusion changes only where something worse happens meanwhile.
    pub(super) fn collect(
        &mut self,
        paths: &[String],
        folder: &Path,
        receiver: &Receiver<(Instant, Signal)>,
        conclusion: Conclusion,
    ) -> Conclusion {
        self.decided = Some(self.begin.elapsed());
        if paths.is_empty() {
            return conclusion;
        }
        let answers = matches!(conclusion, Conclusion::Decided | Conclusion::StepFailed(_));
        if !answers || self.judge.decider().is_some_and(|found| found.rule != "fail") {
            self.notes.push("no files were collected: the guest no longer answers".into());
            return conclusion;
        }
        let mut gather = Gather::new(paths, &nonce(), self.begin.elapsed());
        let worse = self.gather(&mut gather, receiver);
        let gathered = gather.finish();
        self.judge.read(self.begin.elapsed(), &gathered.rest);
        self.notes.extend(gathered.notes);
        for (path, bytes) in gathered.files {
            match collect::write(folder, &path, &bytes) {
                Ok(place) => self.collected.push(place),
                Err(error) => self.notes.push(format!("a file could not be kept: {error}")),
            }
        }
        worse.unwrap_or(conclusion)
    }

    fn gather(
        &mut self,
        gather: &mut Gather,
        receiver: &Receiver<(Instant, Signal)>,
    ) -> Option<Conclusion> {
        loop {
            let now = self.begin.elapsed();
            let wait = match gather.next(now) {
                Wish::Send(bytes) => {
                    self.type_on_console(now, &bytes);
                    continue;
                }
                Wish::Enter(line) => {
                    self.enter(now, &line);
                    continue;
                }
                Wish::Wait(until) => until.saturating_sub(now),
                Wish::Done | Wish::Lost => return None,
            };
            match receiver.recv_timeout(wait) {
                Ok((_, Signal::Console(bytes))) => {
                    if let Some(conclusion) = self.overhear(gather, &bytes) {
                        return Some(conclusion);
                    }
                }
                Ok((at, signal @ (Signal::Interrupted(_) | Signal::Event(Event::Panicked)))) => {
                    let ended = self.signal(at.saturating_duration_since(self.begin), signal);
                    return ended.or(Some(Conclusion::Decided));
                }
                Ok((_, Signal::Event(Event::Reset) | Signal::Answer(_)))
                | Err(RecvTimeoutError::Timeout) => {}
                Ok((_, Signal::Ended(_))) | Err(RecvTimeoutError::Disconnected) => {
                    self.notes.push("not all files were collected: the machine ended".into());
                    return None;
                }
            }
        }
    }

    /// All is recorded, but a file's text is neither judged nor shown: it is not what the guest says.
    fn overhear(&mut self, gather: &mut Gather, bytes: &[u8]) -> Option<Conclusion> {
        let now = self.begin.elapsed();
        let judged = gather.hear(now, bytes);
        self.judge.read(now, &judged);
        self.watcher.console(&judged);
        let crashed = self.judge.decider().is_some_and(|found| found.rule != "fail");
        let written = self.recorder.write(now, bytes).err();
        let unwritten = written.map(|problem| unwritten(&problem));
        crashed.then_some(Conclusion::Decided).or(unwritten)
    }
}
