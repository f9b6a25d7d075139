//! What a guest that did not pass can still tell of itself: its journal, its failed units, its core dumps.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use verdict::Conclusion;

use super::Run;
use super::interview::Silence;
use crate::collect::{self, MOST_TEXT};
use crate::{Said, Signal};

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(30);

/// How much of each text is kept, in bytes.
const MOST: usize = 4 << 20;

/// How many core dumps are brought out, the newest.
const CORES: usize = 5;

/// What is kept, and the lines for the guest's `sh` that print it.
const TEXTS: [(&str, &str); 3] = [
    ("journal.txt", "journalctl -b --no-pager -o short-monotonic 2>&1 | tail -c 4194304\n"),
    ("failed-units.txt", "SYSTEMD_COLORS=0 systemctl --failed --no-pager --full 2>&1\n"),
    ("coredumps/list.txt", "coredumpctl list --no-pager 2>/dev/null\n"),
];

impl Run<'_> {
    /// Asks a guest that did not pass, if it ever answered; the conclusion changes only where something worse happens
    /// meanwhile.
    pub(super) fn aftermath(
        &mut self,
        folder: &Path,
        receiver: &Receiver<(Instant, Signal)>,
        conclusion: Conclusion,
    ) -> Conclusion {
        let passes = self.judge.is_clean() && self.steps.is_done() && self.judge.has_passed();
        if !self.asking.has_answered
            || passes && conclusion == Conclusion::Decided
            || !self.guest_is_there(&conclusion)
        {
            return conclusion;
        }
        match self.last_words(folder, receiver) {
            Ok(()) => conclusion,
            Err(Silence::Unheard(why)) => {
                self.notes.push(format!("the guest's journal was not kept: {why}"));
                conclusion
            }
            Err(Silence::Worse(worse)) => worse,
        }
    }

    fn last_words(
        &mut self,
        folder: &Path,
        receiver: &Receiver<(Instant, Signal)>,
    ) -> Result<(), Silence> {
        let until = self.begin.elapsed() + LIMIT;
        for (name, script) in TEXTS {
            let said = self.interview(receiver, script, MOST, until)?;
            if !said.stdout.is_empty() {
                self.keep(folder, vec![(name.to_owned(), said.stdout)]);
            }
        }
        let said = self.interview(receiver, &cores(), MOST_TEXT, until)?;
        self.keep_cores(folder, &said);
        Ok(())
    }

    fn keep_cores(&mut self, folder: &Path, said: &Said) {
        let mut found = Vec::new();
        collect::answered(&mut found, said);
        let (files, notes) = collect::sorted(found);
        self.notes.extend(notes);
        let name =
            |path: String| format!("coredumps/{}", path.rsplit('/').next().unwrap_or_default());
        self.keep(folder, files.into_iter().map(|(path, bytes)| (name(path), bytes)).collect());
    }
}

/// The newest core dumps.
fn cores() -> String {
    let folder = "/var/lib/systemd/coredump";
    collect::script(&[format!(
        "$(ls -t {folder} 2>/dev/null | head -n {CORES} | sed 's|^|{folder}/|')"
    )])
}
