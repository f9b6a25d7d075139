//! Who asks: one thread, one question after another.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use supervise::{Deadline, RunDir};
use trial::{Answer, Question, Said, Signal, Signals, Unreached};

use crate::Login;
use crate::agent::Agent;
use crate::live::Live;
use crate::ssh::Ssh;

/// A way to a guest.
pub(crate) trait Way: Send + 'static {
    /// Asks once, and comes back when the deadline has passed or a little later.
    fn ask(&mut self, question: &Question, deadline: Deadline) -> Result<Said, Unreached>;
}

/// Asks what it is told to; dropping it ends what it has started.
#[derive(Debug)]
pub struct Asker {
    questions: Sender<(Question, Deadline)>,
    live: Arc<Live>,
    by_hand: Option<String>,
    // Goes when nothing is left that uses it.
    _folder: Option<RunDir>,
}

impl Asker {
    /// One that logs in at `address`, which is `host:port`.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn ssh(login: Login, address: &str, signals: Signals) -> io::Result<Asker> {
        let live = Arc::new(Live::default());
        let ssh = Ssh::new(&login, address, Arc::clone(&live));
        let by_hand = ssh.by_hand();
        let mut asker = Asker::start(ssh, live, Some(login.folder), signals)?;
        asker.by_hand = by_hand;
        Ok(asker)
    }

    /// One that speaks with the guest agent at the other end of `socket`.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn agent(socket: UnixStream, signals: Signals) -> io::Result<Asker> {
        Asker::start(Agent::new(socket), Arc::default(), None, signals)
    }

    fn start(
        way: impl Way,
        live: Arc<Live>,
        folder: Option<RunDir>,
        signals: Signals,
    ) -> io::Result<Asker> {
        let (questions, asked) = channel();
        thread::Builder::new().name("access".into()).spawn(move || answer(way, asked, &signals))?;
        Ok(Asker { questions, live, by_hand: None, _folder: folder })
    }

    /// The command by which a person gets in, as long as this is there; only where that is a login.
    pub fn by_hand(&self) -> Option<&str> {
        self.by_hand.as_deref()
    }

    /// Asks, and returns at once; the answer comes by the signals.
    ///
    /// # Errors
    /// Nobody listens to answers any more.
    pub fn ask(&self, question: Question) -> io::Result<()> {
        let deadline = Deadline::after(question.limit);
        self.questions.send((question, deadline)).map_err(|_| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Asker {
    /// The thread is not waited for: it may wait for a trial that reads no answers any more.
    fn drop(&mut self) {
        self.live.end();
    }
}

/// The thread is also the parent of all that is started for the questions, and they do not outlive it.
fn answer(mut way: impl Way, asked: Receiver<(Question, Deadline)>, signals: &Signals) {
    for (question, deadline) in asked {
        let result = way.ask(&question, deadline);
        if !signals.send(Signal::Answer(Answer { id: question.id, result })) {
            return;
        }
    }
}
