//! What a build says: all of it in a file, its progress and its end for whoever looks on.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use trial::Problem;

use crate::job::Job;
use gha::Note;

/// How many of the last lines are shown when a build fails.
const SHOWN: usize = 60;

/// A step of progress, in percent.
const STEP: u64 = 5;

/// The file, and what is shown of it.
pub(crate) struct Log {
    path: PathBuf,
    file: BufWriter<File>,
    last: VecDeque<String>,
    percent: u64,
}

impl Log {
    /// # Errors
    /// The file cannot be made.
    pub(crate) fn create(path: &Path) -> Result<Log, Problem> {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(Problem::path("make", folder))?;
        let file = File::create(path).map_err(Problem::path("write", path))?;
        Ok(Log {
            path: path.to_owned(),
            file: BufWriter::new(file),
            last: VecDeque::new(),
            percent: 0,
        })
    }

    /// Runs one step of the build.
    ///
    /// # Errors
    /// It fails: with its last lines, and where all of them are.
    pub(crate) fn run(
        &mut self,
        what: &str,
        job: Job,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), Problem> {
        say(Note::Step(what));
        let mut written = writeln!(self.file, "# {what}: {:?}", job.command);
        let ended = job.run(&mut |line| {
            let this = writeln!(self.file, "{line}");
            written = std::mem::replace(&mut written, Ok(())).and(this);
            self.last.push_back(line.to_owned());
            self.last.drain(..self.last.len().saturating_sub(SHOWN));
            if let Some(progress) = self.progress(line) {
                say(Note::Step(&progress));
            }
        });
        let ended = ended.map_err(|error| {
            Problem::infrastructure(format!("{what}: cannot be started: {error}"))
        })?;
        written.and_then(|()| self.file.flush()).map_err(Problem::path("write", &self.path))?;
        if ended.succeeded() {
            Ok(())
        } else {
            Err(self.failed(&format!("{what} {}", ended.how())))
        }
    }

    /// With the last lines.
    pub(crate) fn failed(&self, how: &str) -> Problem {
        let lines: String = self.last.iter().map(|line| format!("\n  {line}")).collect();
        let problem = Problem::infrastructure(format!("cannot build QEMU: {how}{lines}"));
        problem.hint(format!("all of what it said is in `{}`", self.path.display()))
    }

    /// Reads lines such as `[65/1345] Compiling C object …`.
    fn progress(&mut self, line: &str) -> Option<String> {
        let (done, total) = line.strip_prefix('[')?.split_once(']')?.0.split_once('/')?;
        let (done, total): (u64, u64) = (done.parse().ok()?, total.parse().ok()?);
        let percent = (done.min(total) * 100).checked_div(total)?;
        if percent < self.percent + STEP && done < total {
            return None;
        }
        self.percent = percent - percent % STEP;
        Some(format!("compiled {done} of {total}"))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // What cannot be written now was no error before.
        let _lost: io::Result<()> = self.file.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Host, Privilege};

    fn shell(script: &str) -> (Result<(), Problem>, Vec<String>, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/build.log");
        let mut log = Log::create(&path).unwrap();
        let host = Host::with(Path::new("/bin"), Privilege::Root);
        let mut steps = Vec::new();
        let ended = log.run("building", host.job("sh", &["-c", script]), &mut |note| {
            if let Note::Step(step) = note {
                steps.push(step.to_owned());
            }
        });
        (ended, steps, fs::read_to_string(path).unwrap())
    }

    #[test]
    fn progress_is_told_in_steps_and_everything_is_in_the_file() {
        let (ended, steps, text) =
            shell("i=1; while [ $i -le 200 ]; do echo \"[$i/200] Compiling\"; i=$((i+1)); done");
        ended.unwrap();
        assert_eq!(steps.len(), 21, "{steps:?}");
        assert_eq!(
            (steps[1].as_str(), steps[20].as_str()),
            ("compiled 10 of 200", "compiled 200 of 200")
        );
        assert_eq!(text.lines().count(), 201);
    }

    #[test]
    fn a_failure_shows_the_last_sixty_lines_and_names_the_file() {
        let (ended, _, _) = shell("seq 100; exit 3");
        let problem = ended.unwrap_err();
        let lines: Vec<&str> = problem.message.lines().skip(1).collect();
        assert_eq!((lines.len(), lines[0], lines[59]), (60, "  41", "  100"));
        assert!(
            problem.message.contains("exit status: 3")
                && problem.hint.unwrap().contains("build.log")
        );
    }

    #[test]
    fn a_program_s_own_brackets_are_no_progress() {
        let (ended, steps, _) =
            shell("echo '[x/y] a'; echo '[3/0] b'; echo '[99999999999999999999/1]'; echo '[5] c'");
        ended.unwrap();
        assert_eq!(steps, ["building"]);
    }
}
