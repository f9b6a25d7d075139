//! A run on the host, from its slot to its end.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use problem::Problem;
use supervise::{Deadline, RunDir};

use super::execution::Execution;
use super::line::{Heard, Speaker};
use super::places;
use super::slot::{self, Slot};
use crate::message::{EVIDENCE, FromHost, ToHost, Want};
use crate::pieces;
use crate::tree::Kept;

/// How long a command that is asked to end may take.
pub(super) const GRACE: Duration = Duration::from_secs(3);

/// How often a slot is asked for, and how often we say who has it.
const ASK: Duration = Duration::from_millis(500);
const TELL: u32 = 20;

/// How often we look whether a command has ended.
const TICK: Duration = Duration::from_millis(20);

/// The longest part of a file that goes in one message.
const PART: usize = 1 << 20;

/// Answers until there are no more questions.
pub(super) fn run(heard: &Heard, speaker: &Speaker) -> Result<(), Problem> {
    match heard.recv() {
        Ok((ToHost::Want(want), _)) => {
            let Some(slot) = wait(&want, heard, speaker)? else { return Ok(()) };
            Work::begin(slot, &want, speaker)?.answer(heard)
        }
        Ok((ToHost::Sweep { run }, _)) => sweep(&run, speaker),
        Ok(_) => Err(unexpected()),
        Err(_) => Ok(()),
    }
}

fn sweep(run: &str, speaker: &Speaker) -> Result<(), Problem> {
    let base = places::base()?;
    slot::end(&base, run).map_err(Problem::path("read", &base))?;
    for base in [base.as_path(), SHARED.as_ref()] {
        RunDir::sweep_in(base);
    }
    say(speaker, &FromHost::Done, &[])
}

/// Waits for a slot; none when the other side no longer wants one.
fn wait(want: &Want, heard: &Heard, speaker: &Speaker) -> Result<Option<Slot>, Problem> {
    let base = places::base()?;
    let start = Instant::now();
    for turn in 0.. {
        let taken = slot::take(&base, want.slots, &want.run, &want.owner);
        let by = match taken.map_err(Problem::path("write", &base))? {
            Ok(slot) => return Ok(Some(slot)),
            Err(by) => by,
        };
        if start.elapsed() >= want.wait {
            say(speaker, &FromHost::Taken { by }, &[])?;
            return Ok(None);
        }
        if turn % TELL == 0 {
            say(speaker, &FromHost::Waiting { by }, &[])?;
        }
        if heard.recv_timeout(ASK).is_ok() {
            return Ok(None);
        }
    }
    Ok(None)
}

/// A run that has its slot.
struct Work<'a> {
    speaker: &'a Speaker,
    slot: Slot,
    kept: Kept,
    folder: RunDir,
    secrets: Option<RunDir>,
}

/// Memory that looks like a folder.
const SHARED: &str = "/dev/shm";

impl<'a> Work<'a> {
    fn begin(slot: Slot, want: &Want, speaker: &'a Speaker) -> Result<Work<'a>, Problem> {
        let base = places::base()?;
        RunDir::sweep_in(&base);
        let folder = RunDir::create_in(&base).map_err(Problem::path("write", &base))?;
        let tree = places::tree(&slot.folder, &want.tree);
        let kept = Kept::open(&tree).map_err(Problem::path("write", &tree))?;
        let path = folder.path().display().to_string();
        say(speaker, &FromHost::Slot { number: slot.number, folder: path }, &[])?;
        Ok(Work { speaker, slot, kept, folder, secrets: None })
    }

    fn answer(mut self, heard: &Heard) -> Result<(), Problem> {
        while let Ok((message, bytes)) = heard.recv() {
            match message {
                ToHost::Tree { keep } => self.compare(&keep, &bytes)?,
                ToHost::Pieces(lengths) => self.take(&lengths, &bytes)?,
                ToHost::Settle => self.settle()?,
                ToHost::Secret { name } => self.hide(&name, &bytes)?,
                ToHost::Execute(execute) => {
                    let (tree, variables) = (self.kept.tree(), self.variables());
                    let execution = Execution::start(&execute, &tree, &variables, self.speaker)?;
                    self.attend(execution, heard)?;
                }
                ToHost::Fetch => self.fetch()?,
                ToHost::Cancel | ToHost::Beat => {}
                ToHost::Want(_) | ToHost::Sweep { .. } => return Err(unexpected()),
            }
        }
        Ok(())
    }

    fn compare(&mut self, keep: &[String], bytes: &[u8]) -> Result<(), Problem> {
        let failed = Problem::path("write", &self.slot.folder);
        let missing = self.kept.aim(pieces::unpack_json(bytes)?, keep).map_err(failed)?;
        say(self.speaker, &FromHost::Missing, &pieces::pack_json(&missing)?)
    }

    fn take(&mut self, lengths: &[u32], bytes: &[u8]) -> Result<(), Problem> {
        let failed = Problem::path("write", &self.slot.folder);
        let pieces = pieces::unpack(lengths, bytes)?;
        pieces.iter().try_for_each(|piece| self.kept.take(piece)).map_err(failed)
    }

    fn settle(&mut self) -> Result<(), Problem> {
        let failed = || Problem::path("write", &self.slot.folder);
        self.kept.settle().map_err(failed())?;
        places::prune(&places::base()?, &self.slot.folder).map_err(failed())?;
        say(self.speaker, &FromHost::Settled, &[])
    }

    /// Keeps a secret where no disk has it.
    fn hide(&mut self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(Problem::user(format!("`{name}` is no name of a secret")));
        }
        if self.secrets.is_none() {
            let base =
                if Path::new(SHARED).is_dir() { SHARED.as_ref() } else { self.folder.path() };
            self.secrets = Some(RunDir::create_in(base).map_err(Problem::path("write", base))?);
        }
        let folder = self.secrets.as_ref().map_or(Path::new(SHARED), RunDir::path);
        let path = folder.join(name);
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        opened.and_then(|mut file| file.write_all(bytes)).map_err(Problem::path("write", &path))
    }

    /// What every command finds in its environment.
    fn variables(&self) -> Vec<(String, String)> {
        let path = |folder: &Path| folder.display().to_string();
        let run = ("BOOTGATE_RUN".into(), path(self.folder.path()));
        let secrets = self.secrets.as_ref();
        let secrets = secrets.map(|secrets| ("BOOTGATE_SECRETS".into(), path(secrets.path())));
        [run].into_iter().chain(secrets).collect()
    }

    /// Waits for the end of a command, and ends it when that is asked for.
    fn attend(&self, mut execution: Execution, heard: &Heard) -> Result<(), Problem> {
        loop {
            if let Some(status) = execution.ended_by(Deadline::after(TICK)) {
                return say(self.speaker, &FromHost::Exited { code: status.code() }, &[]);
            }
            match heard.try_recv() {
                Ok((ToHost::Cancel, _)) => execution.cancel(),
                Ok(_) => return Err(unexpected()),
                Err(_) => {}
            }
        }
    }

    fn fetch(&self) -> Result<(), Problem> {
        let root = self.folder.path().join("evidence");
        let mut sent = 0;
        for path in files(&root) {
            if sent > EVIDENCE - PART as u64 {
                break;
            }
            let Ok(file) = File::open(root.join(&path)) else { continue };
            let path = path.display().to_string();
            loop {
                let mut part = Vec::new();
                let read = (&file).take(PART as u64).read_to_end(&mut part);
                read.map_err(Problem::path("read", &root))?;
                sent += part.len() as u64;
                say(self.speaker, &FromHost::File { path: path.clone() }, &part)?;
                if part.len() < PART || sent > EVIDENCE - PART as u64 {
                    break;
                }
            }
        }
        say(self.speaker, &FromHost::Done, &[])
    }
}

/// The files below a folder, from there on; what is no file is left out.
fn files(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found
}

fn say(speaker: &Speaker, message: &FromHost, bytes: &[u8]) -> Result<(), Problem> {
    let gone = |error| Problem::infrastructure(format!("the other side is gone: {error}"));
    speaker.say(message, bytes).map_err(gone)
}

fn unexpected() -> Problem {
    Problem::infrastructure("the other side says what makes no sense now")
}
