//! A run on a host, as it is led from here.

use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use problem::Problem;
use supervise::{Child, Deadline};

use crate::message::{BEAT, EVIDENCE, Execute, FromHost, SILENCE, ToHost, Want};
use crate::pieces::Batch;
use crate::ssh::{Connection, Host};
use crate::tree::{Digest, Source};
use crate::{frames, pieces, program};

/// How many messages with pieces wait for those before them.
const AHEAD: usize = 2;

/// How long the host may take to end what runs there.
const GRACE: Duration = Duration::from_secs(15);

/// What happens meanwhile, for those who wait.
#[derive(Debug)]
pub enum Progress<'a> {
    /// All slots are taken, by these.
    Waiting(&'a [String]),
    /// This is done now: `sync`, `test`, or a line that is run.
    Phase(&'a str),
    /// A host cannot be reached, for now.
    Unreachable(&'a Problem),
    /// So many bytes of so many are sent, as they are before they are pressed.
    Sent(u64, u64),
    /// Something that a command on the host printed on standard output.
    Output(&'a [u8]),
    /// The same on standard error.
    Error(&'a [u8]),
}

/// Whoever is told.
pub type Tell<'a> = dyn FnMut(Progress<'_>) + 'a;

/// A run that has its slot on a host. Dropping it ends what runs there and frees the slot.
#[derive(Debug)]
pub struct Session {
    connection: Arc<Connection>,
    // Ended first: the host then notices the end of its input.
    to: Line,
    heard: Receiver<(FromHost, Vec<u8>)>,
    _ssh: Child,
    /// The number of the slot.
    pub slot: u32,
    /// The folder of the run's own there.
    pub folder: String,
}

/// The way to the host, shared with what says that we are there.
type Line = Arc<Mutex<Option<ChildStdin>>>;

impl Session {
    /// Starts our program on the host and waits for a slot; in vain it says who has them.
    ///
    /// # Errors
    /// It cannot be started there.
    pub fn open(
        connection: &Arc<Connection>,
        ours: &Path,
        want: &Want,
        tell: &mut Tell<'_>,
    ) -> Result<Result<Session, Vec<String>>, Problem> {
        let mut session = Session::start(connection, ours)?;
        session.say(&ToHost::Want(want.clone()), &[])?;
        loop {
            match session.hear()? {
                (FromHost::Waiting { by }, _) => tell(Progress::Waiting(&by)),
                (FromHost::Taken { by }, _) => return Ok(Err(by)),
                (FromHost::Slot { number, folder }, _) => {
                    (session.slot, session.folder) = (number, folder);
                    return Ok(Ok(session));
                }
                _ => return Err(unexpected()),
            }
        }
    }

    /// Ends what a run left on a host, and its folder.
    ///
    /// # Errors
    /// The host cannot be asked.
    pub fn sweep(connection: &Arc<Connection>, ours: &Path, run: &str) -> Result<(), Problem> {
        let session = Session::start(connection, ours)?;
        session.say(&ToHost::Sweep { run: run.into() }, &[])?;
        match session.hear()? {
            (FromHost::Done, _) => Ok(()),
            _ => Err(unexpected()),
        }
    }

    fn start(connection: &Arc<Connection>, ours: &Path) -> Result<Session, Problem> {
        let failed = |error| Problem::infrastructure(format!("cannot start `ssh`: {error}"));
        let start = program::install(connection, ours)?;
        let mut command = connection.command(&format!("{start} remote-host"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(connection.words()?);
        let ssh = Child::spawn(&mut command).map_err(failed)?;
        let to: Line = Arc::new(Mutex::new(ssh.take_stdin()));
        let heard = listen(ssh.take_stdout().ok_or_else(unexpected)?);
        beat(&to);
        Ok(Session {
            connection: Arc::clone(connection),
            to,
            heard,
            _ssh: ssh,
            slot: 0,
            folder: String::new(),
        })
    }

    /// Brings the host's tree to what `source` holds; a build there finds what is below `keep` from its last run. Says
    /// how many bytes went, as they are before they are pressed.
    ///
    /// # Errors
    /// The connection is lost, the host's disk is full, or the tree changes meanwhile.
    pub fn sync(
        &mut self,
        source: &Source,
        keep: &[String],
        tell: &mut Tell<'_>,
    ) -> Result<u64, Problem> {
        let manifest = pieces::pack_json(&source.manifest)?;
        self.say(&ToHost::Tree { keep: keep.to_vec() }, &manifest)?;
        let (FromHost::Missing, list) = self.hear()? else { return Err(unexpected()) };
        let missing: Vec<Digest> = pieces::unpack_json(&list)?;
        let whole: u64 = missing.iter().map(|digest| source.length(*digest)).sum();
        let mut sent = 0;
        thread::scope(|scope| {
            // The next ones are read and pressed while these are on their way.
            let (sender, batches) = sync_channel(AHEAD);
            scope.spawn(move || pieces::press(source, &missing, &sender));
            batches.iter().try_for_each(|batch| {
                let Batch { lengths, pressed } = batch?;
                sent += lengths.iter().map(|length| u64::from(*length)).sum::<u64>();
                self.say(&ToHost::Pieces(lengths), &pressed)?;
                tell(Progress::Sent(sent, whole));
                Ok(())
            })
        })?;
        self.say(&ToHost::Settle, &[])?;
        match self.hear()? {
            (FromHost::Settled, _) => Ok(sent),
            _ => Err(unexpected()),
        }
    }

    /// Gives the host a secret, which becomes a file in `$BOOTGATE_SECRETS`, in memory.
    ///
    /// # Errors
    /// The connection is lost, or the name is none.
    pub fn hand_over(&self, name: &str, secret: &[u8]) -> Result<(), Problem> {
        self.say(&ToHost::Secret { name: name.into() }, secret)
    }

    /// Runs a command in the tree and gives its exit code, or none if a signal ended it. When `cancelled` says so it is
    /// asked to end.
    ///
    /// # Errors
    /// The connection is lost, or the command cannot be started.
    pub fn execute(
        &mut self,
        execute: &Execute,
        cancelled: &dyn Fn() -> bool,
        tell: &mut Tell<'_>,
    ) -> Result<Option<i32>, Problem> {
        self.say(&ToHost::Execute(execute.clone()), &[])?;
        let mut is_told = false;
        loop {
            if cancelled() && !std::mem::replace(&mut is_told, true) {
                self.say(&ToHost::Cancel, &[])?;
            }
            match self.hear_within(Duration::from_millis(100))? {
                Some((FromHost::Output { is_error: false }, bytes)) => {
                    tell(Progress::Output(&bytes))
                }
                Some((FromHost::Output { is_error: true }, bytes)) => tell(Progress::Error(&bytes)),
                Some((FromHost::Exited { code }, _)) => return Ok(code),
                Some(_) => return Err(unexpected()),
                None => {}
            }
        }
    }

    /// Copies the run's evidence into `folder`.
    ///
    /// # Errors
    /// The connection is lost, or it cannot be written.
    pub fn fetch(&mut self, folder: &Path) -> Result<(), Problem> {
        self.say(&ToHost::Fetch, &[])?;
        let (mut begun, mut taken) = (std::collections::HashSet::new(), 0);
        loop {
            let (path, bytes) = match self.hear()? {
                (FromHost::File { path }, bytes) => (path, bytes),
                (FromHost::Done, _) => return Ok(()),
                _ => return Err(unexpected()),
            };
            let plain = |part| matches!(part, std::path::Component::Normal(_));
            taken += bytes.len() as u64;
            if taken > EVIDENCE || !Path::new(&path).components().all(plain) {
                return Err(unexpected());
            }
            let path = folder.join(path);
            write(&path, &bytes, begun.insert(path.clone()))
                .map_err(Problem::path("write", &path))?;
        }
    }

    /// The host.
    pub fn host(&self) -> &Host {
        self.connection.host()
    }

    fn say(&self, message: &ToHost, bytes: &[u8]) -> Result<(), Problem> {
        let mut line = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = line.as_mut().map(|line| frames::send(line, message, bytes));
        match sent {
            Some(Ok(())) => Ok(()),
            // What the host said last tells more than that it listens no more.
            _ => Err(self.last_words()),
        }
    }

    fn last_words(&self) -> Problem {
        loop {
            match self.heard.recv_timeout(SILENCE) {
                Ok((FromHost::Problem { by_user, message, hint }, _)) => {
                    return problem(by_user, message, hint);
                }
                Ok(_) => {}
                Err(_) => return self.connection.failure(""),
            }
        }
    }

    fn hear(&self) -> Result<(FromHost, Vec<u8>), Problem> {
        loop {
            if let Some(heard) = self.hear_within(SILENCE)? {
                return Ok(heard);
            }
        }
    }

    fn hear_within(&self, time: Duration) -> Result<Option<(FromHost, Vec<u8>)>, Problem> {
        match self.heard.recv_timeout(time) {
            Ok((FromHost::Beat, _)) | Err(RecvTimeoutError::Timeout) => Ok(None),
            Ok((FromHost::Problem { by_user, message, hint }, _)) => {
                Err(problem(by_user, message, hint))
            }
            Ok(heard) => Ok(Some(heard)),
            Err(RecvTimeoutError::Disconnected) => Err(self.connection.failure("")),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The end of its input ends what runs there; we do not wait longer than that takes.
        self.to.lock().unwrap_or_else(PoisonError::into_inner).take();
        let deadline = Deadline::after(GRACE);
        while self.heard.recv_timeout(deadline.remaining()).is_ok() {}
    }
}

fn listen(from: impl Read + Send + 'static) -> Receiver<(FromHost, Vec<u8>)> {
    let (sender, heard) = channel();
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        if frames::greeted(&mut from).is_err() {
            return;
        }
        while let Ok(Some(message)) = frames::receive(&mut from) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    heard
}

/// Says again and again that we are there, as long as the line is.
fn beat(to: &Line) {
    let to = Arc::downgrade(to);
    thread::spawn(move || {
        loop {
            thread::sleep(BEAT);
            let Some(to) = to.upgrade() else { return };
            let mut line = to.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(line) = line.as_mut() else { return };
            if frames::send(line, &ToHost::Beat, &[]).is_err() {
                return;
            }
        }
    });
}

fn write(path: &PathBuf, bytes: &[u8], is_new: bool) -> std::io::Result<()> {
    use std::io::Write;
    std::fs::create_dir_all(path.parent().unwrap_or(path))?;
    let mut options = std::fs::OpenOptions::new();
    let options = options.create(true).write(true).truncate(is_new).append(!is_new);
    options.open(path)?.write_all(bytes)
}

fn problem(by_user: bool, message: String, hint: Option<String>) -> Problem {
    let fault = if by_user { problem::Fault::User } else { problem::Fault::Infrastructure };
    Problem { fault, message: format!("on the host: {message}"), hint }
}

fn unexpected() -> Problem {
    Problem::infrastructure("the host says what makes no sense now").hint(
        "it is the same program on both sides, so this is a fault of bootgate's: please report it",
    )
}
