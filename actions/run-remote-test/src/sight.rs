//! What is seen of a run while it goes on.

use std::io::{Write, stderr, stdout};
use std::time::Instant;

use gha::Note;
use remote::Progress;
use report::Onlooker;
use trial::Watcher;

/// Whoever looks on.
pub(crate) struct Sight {
    pub(crate) onlooker: Onlooker,
    pub(crate) start: Instant,
    pub(crate) on_runner: bool,
    /// Whether what is printed is a guest's console by now.
    pub(crate) in_test: bool,
}

impl Sight {
    /// Shows it.
    pub(crate) fn tell(&mut self, told: &Progress<'_>) {
        match told {
            Progress::Waiting(by) => {
                self.say(Note::Step(&format!("waiting for {}", by.join(", "))))
            }
            Progress::Unreachable(problem) => self.say(Note::Warning(&problem.message)),
            Progress::Phase(phase) => {
                self.in_test = *phase == "test";
                self.say(Note::Step(phase));
            }
            Progress::Sent(done, whole) => {
                self.say(Note::Step(&format!("sent {} of {} KiB", done >> 10, whole >> 10)));
            }
            // What builds is the user's own, and no guest.
            Progress::Output(bytes) if !self.on_runner && !self.in_test => {
                let _closed = stdout().write_all(bytes);
            }
            Progress::Output(bytes) => {
                self.onlooker.console(bytes);
                self.onlooker.progress(self.start.elapsed(), None);
            }
            Progress::Error(bytes) if self.on_runner => self.onlooker.console(bytes),
            Progress::Error(bytes) => {
                // Whoever closed our output does not want to read it.
                let _closed = stderr().write_all(bytes);
            }
        }
    }

    fn say(&self, note: Note<'_>) {
        crate::say(note, self.on_runner);
    }
}
