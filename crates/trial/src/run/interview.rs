//! One question and its answer, once the run is decided.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use verdict::Conclusion;

use super::Run;
use crate::{Answer, Event, Question, Said, Signal, Unreached};

/// How long to wait before somebody is asked again who did not take us in.
const PAUSE: Duration = Duration::from_millis(200);

/// How long to go on asking who does not take us in.
const READY: Duration = Duration::from_secs(30);

/// Why there is no answer.
pub(super) enum Silence {
    /// The guest does not give one.
    Unheard(String),
    /// Something happened that ends the run in another way.
    Worse(Conclusion),
}

impl Run<'_> {
    /// Asks until somebody takes us in, or until this time; the console is judged on meanwhile.
    pub(super) fn interview(
        &mut self,
        receiver: &Receiver<(Instant, Signal)>,
        script: &str,
        most: usize,
        until: Duration,
    ) -> Result<Said, Silence> {
        let ready = until.min(self.begin.elapsed() + READY);
        loop {
            let answer = self.interview_once(receiver, script, most, until)?;
            match answer.result {
                Ok(said) => return Ok(said),
                Err(Unreached::NotReady(why)) if self.begin.elapsed() + PAUSE >= ready => {
                    return Err(Silence::Unheard(self.asking.unready(&why)));
                }
                Err(Unreached::NotReady(_)) => std::thread::sleep(PAUSE),
                Err(Unreached::Lost(why) | Unreached::Broken(why)) => {
                    return Err(Silence::Unheard(self.asking.unready(&why)));
                }
            }
        }
    }

    fn interview_once(
        &mut self,
        receiver: &Receiver<(Instant, Signal)>,
        script: &str,
        most: usize,
        until: Duration,
    ) -> Result<Answer, Silence> {
        let unheard = |why: &str| Err(Silence::Unheard(why.to_owned()));
        let (id, limit) = (self.asking.number(), until.saturating_sub(self.begin.elapsed()));
        let question = Question { id, script: script.to_owned(), limit, most };
        if self.machine.ask(question).is_err() {
            return unheard("there is no way in");
        }
        while let Some(left) = until.checked_sub(self.begin.elapsed()) {
            match receiver.recv_timeout(left) {
                Ok((_, Signal::Answer(answer))) if answer.id == id => return Ok(answer),
                Ok((at, signal @ (Signal::Interrupted(_) | Signal::Event(Event::Panicked)))) => {
                    let ended = self.signal(at.saturating_duration_since(self.begin), signal);
                    return Err(Silence::Worse(ended.unwrap_or(Conclusion::Decided)));
                }
                Ok((at, Signal::Console(bytes))) => {
                    let ended = self.console(at.saturating_duration_since(self.begin), &bytes);
                    if let Some(ended) = ended {
                        return Err(Silence::Worse(ended));
                    }
                }
                Ok((_, Signal::Ended(_))) | Err(RecvTimeoutError::Disconnected) => {
                    return unheard("the machine ended");
                }
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
        unheard("it took too long")
    }
}
