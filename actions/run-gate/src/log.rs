//! What a script said: in the evidence, and in the log as text that can do nothing.

use std::fs::File;
use std::io::{Stderr, Stdout, Write, stdout};
use std::path::{Path, PathBuf};

use anstream::AutoStream;
use gha::{Fence, Group};
use problem::Problem;

/// Its name in the folder of evidence.
pub(crate) const FILE: &str = "output.log";

/// How much of it is kept, in bytes.
const KEPT: u64 = 16 << 20;

const NO_MORE: &[u8] = b"\n(nothing more is kept of this)\n";

/// Where it goes.
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    room: u64,
    shown: Shown,
}

/// Who reads along: a runner, which looks for commands in it, or a person.
enum Shown {
    Runner(Fence<Group<Stdout>>),
    Person(Fence<AutoStream<Stderr>>),
}

impl Log {
    pub(crate) fn create(folder: &Path, on_runner: bool) -> Result<Log, Problem> {
        let path = folder.join(FILE);
        let file = File::create(&path).map_err(Problem::path("write", &path))?;
        let shown = match on_runner {
            true => {
                let opened = Group::open(stdout(), "Output of the gate").and_then(Fence::open);
                Shown::Runner(opened.map_err(|error| {
                    Problem::infrastructure(format!("cannot write the log: {error}"))
                })?)
            }
            false => Shown::Person(Fence::without_stop(anstream::stderr())),
        };
        Ok(Log { path, file, room: KEPT, shown })
    }

    /// A log that nobody reads must not stop the gate; what cannot be kept does.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let _shown = match &mut self.shown {
            Shown::Runner(fence) => fence.write_all(bytes),
            Shown::Person(fence) => fence.write_all(bytes),
        };
        let room = self.room;
        let kept = &bytes[..bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX))];
        self.room -= kept.len() as u64;
        let is_cut = room > 0 && kept.len() < bytes.len();
        let end = if is_cut { NO_MORE } else { b"" };
        let written = self.file.write_all(kept).and_then(|()| self.file.write_all(end));
        written.map_err(Problem::path("write", &self.path))
    }
}
