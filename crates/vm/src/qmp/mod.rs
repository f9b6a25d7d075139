//! QEMU's control protocol: commands with numbers, answers, events.

mod lines;
mod message;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::net;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};
use serde_json::{Value, json};
use supervise::Deadline;
use trial::{Signal, Signals};

use lines::Lines;
pub(crate) use message::Shutdown;
use message::{Event, Message};

/// How long QEMU may take to read a command.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

/// Our end of the control socket.
#[derive(Debug)]
pub(crate) struct Client {
    writer: Mutex<UnixStream>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Readable once the guest has ended.
    ended: OwnedFd,
}

#[derive(Debug, Default)]
struct State {
    greeted: bool,
    closed: bool,
    /// A line came that is no message.
    babbled: bool,
    sent: u64,
    /// The commands that someone waits for, with their answers once they are there.
    awaited: BTreeMap<u64, Option<Result<Value, String>>>,
    shutdown: Option<Shutdown>,
}

/// Why a command has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// QEMU closed the socket: it ended or is about to.
    Closed,
    /// Nothing came in time.
    Late,
    /// What came is not the protocol.
    Babble,
    /// QEMU says no.
    Refused(String),
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unanswered::Closed => f.write_str("QEMU closed its control socket"),
            Unanswered::Late => f.write_str("QEMU did not answer on its control socket"),
            Unanswered::Babble => {
                f.write_str("what came on QEMU's control socket is not its protocol")
            }
            Unanswered::Refused(why) => write!(f, "QEMU refused: {why}"),
        }
    }
}

impl Client {
    /// Listens on `socket`, and passes on what the guest does.
    pub(crate) fn new(socket: UnixStream, signals: Signals) -> io::Result<Client> {
        socket.set_write_timeout(Some(WRITE_LIMIT))?;
        let (reader, shared) = (socket.try_clone()?, Arc::new(Shared::new()?));
        let heard = Arc::clone(&shared);
        thread::Builder::new()
            .name("qmp".into())
            .spawn(move || listen(reader, &heard, &signals))?;
        Ok(Client { writer: Mutex::new(socket), shared })
    }

    /// Waits for the greeting and opens the conversation.
    pub(crate) fn negotiate(&self, deadline: Deadline) -> Result<(), Unanswered> {
        self.shared.wait(deadline, |state| state.greeted.then_some(()))?;
        self.execute("qmp_capabilities", &json!({}), deadline).map(drop)
    }

    /// Sends a command and waits for its answer.
    pub(crate) fn execute(
        &self,
        command: &str,
        arguments: &Value,
        deadline: Deadline,
    ) -> Result<Value, Unanswered> {
        let id = self.shared.number();
        let line = format!("{}\n", json!({ "execute": command, "arguments": arguments, "id": id }));
        let sent =
            self.writer.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
        let answer = match sent {
            Ok(()) => self.shared.wait(deadline, |state| state.awaited.get(&id).cloned().flatten()),
            Err(_) => Err(Unanswered::Closed),
        };
        self.shared.state().awaited.remove(&id);
        answer?.map_err(Unanswered::Refused)
    }

    /// What is readable once the guest has ended, also where QEMU stays.
    pub(crate) fn ended(&self) -> BorrowedFd<'_> {
        self.shared.ended.as_fd()
    }

    /// Why the guest ended, as far as is known by now.
    pub(crate) fn shutdown(&self) -> Option<Shutdown> {
        self.shared.state().shutdown.clone()
    }

    /// Why QEMU ended, once it has closed the socket or the deadline has passed.
    pub(crate) fn last_words(&self, deadline: Deadline) -> Option<Shutdown> {
        let closed = self.shared.wait(deadline, |_| None::<()>);
        debug_assert!(closed.is_err(), "only closing or the deadline ends it");
        self.shutdown()
    }
}

impl Drop for Client {
    /// Ends the listener, also where a stray process still holds QEMU's end.
    fn drop(&mut self) {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Fails only where it is closed already.
        let _closed = writer.shutdown(net::Shutdown::Both);
    }
}

impl Shared {
    fn new() -> io::Result<Shared> {
        let ended = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Shared { state: Mutex::default(), changed: Condvar::new(), ended })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for the next command, whose answer is then awaited.
    fn number(&self) -> u64 {
        let mut state = self.state();
        state.sent += 1;
        let id = state.sent;
        state.awaited.insert(id, None);
        id
    }

    /// Waits until `found` finds something.
    fn wait<T>(
        &self,
        deadline: Deadline,
        found: impl Fn(&State) -> Option<T>,
    ) -> Result<T, Unanswered> {
        let mut state = self.state();
        loop {
            if let Some(found) = found(&state) {
                return Ok(found);
            }
            if state.closed {
                return Err(if state.babbled { Unanswered::Babble } else { Unanswered::Closed });
            }
            if deadline.has_passed() {
                return Err(if state.babbled { Unanswered::Babble } else { Unanswered::Late });
            }
            let waited = self.changed.wait_timeout(state, deadline.remaining());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Notes a line; an event that the trial should know of is returned.
    fn hear(&self, line: &[u8]) -> Option<trial::Event> {
        match message::parse(line) {
            Some(Message::Event(event)) => return self.note(event),
            Some(Message::Greeting) => self.change(|state| state.greeted = true),
            Some(Message::Reply(id, answer)) => self.change(|state| state.answer(id, answer)),
            None => self.change(|state| state.babbled = true),
        }
        None
    }

    fn note(&self, event: Event) -> Option<trial::Event> {
        match event {
            Event::GuestPanicked => Some(trial::Event::Panicked),
            Event::Reset { by_guest: true } => Some(trial::Event::Reset),
            Event::Shutdown(shutdown) => {
                self.change(|state| state.shutdown = Some(shutdown));
                // Fails only where it ended so often that nobody could count it.
                let _noted = rustix::io::write(&self.ended, &1_u64.to_ne_bytes());
                None
            }
            Event::Reset { .. } | Event::Other => None,
        }
    }
}

impl State {
    /// Keeps the answer where someone waits for it.
    fn answer(&mut self, id: u64, answer: Result<Value, String>) {
        if let Some(place) = self.awaited.get_mut(&id) {
            *place = Some(answer);
        }
    }
}

fn listen(mut socket: UnixStream, shared: &Shared, signals: &Signals) {
    let (mut lines, mut chunk) = (Lines::default(), [0; 4096]);
    while let Ok(read @ 1..) = read(&mut socket, &mut chunk) {
        let mut events = Vec::new();
        lines.push(&chunk[..read], |line| events.extend(shared.hear(line)));
        // Whether anyone still listens is the console's concern; answers are read on.
        let _heard = events.into_iter().all(|event| signals.send(Signal::Event(event)));
    }
    shared.change(|state| state.closed = true);
}

fn read(socket: &mut UnixStream, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match socket.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}
