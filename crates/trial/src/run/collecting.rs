//! Files are brought out of the guest once it is decided, while its shell still answers.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use spec::Spec;
use verdict::Conclusion;

use super::interview::Silence;
use super::{Run, nonce, unwritten};
use crate::collect::{self, Gather};
use crate::typist::Wish;
use crate::{Event, Signal};

/// How long files may take that are asked for: as long as those that are typed for.
const LIMIT: Duration = Duration::from_secs(300);

impl Run<'_> {
    /// Collects what the spec names into `folder`; the conclusion changes only where something worse happens meanwhile.
    pub(super) fn collect(
        &mut self,
        spec: &Spec,
        folder: &Path,
        receiver: &Receiver<(Instant, Signal)>,
        conclusion: Conclusion,
    ) -> Conclusion {
        self.decided = Some(self.begin.elapsed());
        let worse = match spec.collect.as_slice() {
            [] => None,
            _ if !self.guest_is_there(&conclusion) => {
                self.notes.push("no files were collected: the guest no longer answers".into());
                None
            }
            paths if self.asking.is_possible() => self.ask_for(paths, receiver),
            paths => self.type_for(paths, receiver),
        };
        let (files, notes) = collect::sorted(std::mem::take(&mut self.asking.memory.gathered));
        self.notes.extend(notes);
        self.keep(folder, files);
        worse.unwrap_or(conclusion)
    }

    /// Whether there may still be somebody who answers: at the shell on the console, or by another way.
    pub(super) fn guest_is_there(&self, conclusion: &Conclusion) -> bool {
        let crashed = self.judge.decider().is_some_and(|found| found.rule != "fail");
        let waits = matches!(conclusion, Conclusion::Limit { .. }) && self.asking.is_possible();
        let ended = matches!(conclusion, Conclusion::Decided | Conclusion::StepFailed { .. });
        !crashed && (ended || waits)
    }

    /// Writes files of the guest's, by its own names for them.
    pub(super) fn keep(&mut self, folder: &Path, files: Vec<(String, Vec<u8>)>) {
        for (path, bytes) in files {
            match collect::write(folder, &path, &bytes) {
                Ok(place) => self.collected.push(place),
                Err(error) => self.notes.push(format!("a file could not be kept: {error}")),
            }
        }
    }

    fn ask_for(
        &mut self,
        paths: &[String],
        receiver: &Receiver<(Instant, Signal)>,
    ) -> Option<Conclusion> {
        let until = self.begin.elapsed() + LIMIT;
        match self.interview(receiver, &collect::script(paths), collect::MOST_TEXT, until) {
            Ok(said) => {
                self.asking.has_answered = true;
                collect::answered(&mut self.asking.memory.gathered, &said);
                None
            }
            Err(Silence::Unheard(why)) => {
                self.notes.push(format!("no files were collected: {why}"));
                None
            }
            Err(Silence::Worse(worse)) => Some(worse),
        }
    }

    fn type_for(
        &mut self,
        paths: &[String],
        receiver: &Receiver<(Instant, Signal)>,
    ) -> Option<Conclusion> {
        let mut gather = Gather::new(paths, &nonce(), self.begin.elapsed());
        let worse = self.gather(&mut gather, receiver);
        let gathered = gather.finish();
        self.judge.read(self.begin.elapsed(), &gathered.rest);
        self.asking.memory.gathered.extend(gathered.found);
        self.notes.extend(gathered.note);
        worse
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
