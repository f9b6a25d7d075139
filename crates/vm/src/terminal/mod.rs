//! Any command as a machine that a trial can run: its terminal is the guest's console.

mod ending;
mod hang_up;
mod lookout;
mod program;
mod pty;
mod way;

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use access::Asker;
use spec::Access;
use supervise::{Child, Deadline};
use trial::{Machine, Problem, Question, Signal, Signals, Started, Stop};

use crate::console;
use crate::keyboard::Keyboard;
use crate::plan::Plan;
use hang_up::HangUp;
use pty::Pty;

/// How long the command, and all that it started, may take to end by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// How long they may take once their terminal is gone.
const HUNG_UP: Duration = Duration::from_millis(500);

/// A guest that a command starts, such as `make ARCH=aarch64 run`.
///
/// The command leads a session of its own on a pseudo-terminal of 120 columns and 40 lines. The terminal begins raw: it
/// echoes nothing, edits no lines and changes no byte either way. A program that wants more of it sets that itself, as
/// QEMU and shells do. The command dies with the thread that calls [`Machine::start`]: let that be the one that runs the
/// trial.
#[derive(Debug)]
pub struct Terminal {
    config: spec::Command,
    /// How steps reach the guest.
    access: Access,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Arc<Child>,
    keyboard: Keyboard,
    hang_up: Arc<HangUp>,
    asker: Option<Asker>,
}

impl Terminal {
    /// A machine that is not started yet.
    pub fn new(config: spec::Command) -> Terminal {
        Terminal { config, access: Access::Console, running: None }
    }

    /// The same for a guest that is asked by other ways than its console.
    #[must_use]
    pub fn reached_by(mut self, access: Access) -> Terminal {
        self.access = access;
        self
    }

    /// What would be started.
    ///
    /// # Errors
    /// The user's mistake, such as a folder or a program that is not there.
    pub fn plan(&self) -> Result<Plan, Problem> {
        program::command(&self.config)?;
        way::address(&self.access)?;
        Ok(Plan { command: program::shown(&self.config), accelerator: None, notes: Vec::new() })
    }

    fn watch(
        &mut self,
        child: Child,
        pty: Pty,
        asker: Option<Asker>,
        signals: Signals,
    ) -> io::Result<()> {
        let (child, hang_up) = (Arc::new(child), Arc::new(HangUp::new()?));
        let keyboard = Keyboard::new(pty.ours.try_clone()?)?;
        let watch = Watch {
            child: Arc::clone(&child),
            hang_up: Arc::clone(&hang_up),
            shell: matches!(self.config.run, spec::CommandLine::Shell(_)),
        };
        lookout::post(Arc::clone(&child), signals.clone())?;
        thread::Builder::new().name("console".into()).spawn(move || watch.run(pty, &signals))?;
        self.running = Some(Running { child, keyboard, hang_up, asker });
        Ok(())
    }
}

impl Machine for Terminal {
    fn start(&mut self, signals: Signals) -> Result<Started, Problem> {
        let mut command = program::command(&self.config)?;
        let asker = way::prepare(&self.access, &signals)?;
        let pty = Pty::open().map_err(|error| {
            Problem::infrastructure(format!("no terminal can be opened: {error}"))
        })?;
        let child = pty
            .attach(&mut command)
            .and_then(|()| Child::spawn_on_terminal(&mut command))
            .map_err(|error| program::cannot_start(&self.config, &error))?;
        self.watch(child, pty, asker, signals).map_err(|error| {
            Problem::infrastructure(format!("the command cannot be watched: {error}"))
        })?;
        Ok(Started { accelerator: None, command: program::shown(&self.config), notes: Vec::new() })
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.running {
            Some(running) => running.keyboard.send(bytes),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn ask(&mut self, question: Question) -> io::Result<()> {
        let Some(running) = &self.running else { return Err(io::ErrorKind::NotConnected.into()) };
        running.asker.as_ref().ok_or(io::ErrorKind::Unsupported)?.ask(question)
    }

    /// A command has no power button: however it is asked to end, it is asked by SIGTERM.
    fn stop(&mut self, _how: Stop) {
        if let Some(running) = self.running.take() {
            running.end();
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop(Stop::Now);
    }
}

impl Running {
    fn end(self) {
        drop(self.asker);
        self.hang_up.announce();
        if !self.child.ask_to_end(GRACE) {
            // Who may not be signalled, such as `sudo`, still hears of its terminal's end.
            drop(self.keyboard);
            self.hang_up.now();
        }
        // Fails only where something cannot be killed; nobody could do more.
        let _status = self.child.terminate(HUNG_UP);
    }
}

/// Looks on from the command's first byte to its end.
struct Watch {
    child: Arc<Child>,
    hang_up: Arc<HangUp>,
    shell: bool,
}

impl Watch {
    fn run(self, pty: Pty, signals: &Signals) {
        self.listen(pty, signals);
        let status = self.child.watch_until(Deadline::after(Duration::MAX));
        let ending = match self.hang_up.is_announced() {
            true => ending::stopped(),
            false => ending::of(status, self.shell),
        };
        // Nobody may be listening any more.
        let _heard = signals.send(Signal::Ended(ending));
    }

    /// Reads on when nobody listens any more: a full terminal would keep the command from ending.
    fn listen(&self, pty: Pty, signals: &Signals) {
        let Pty { ours, theirs: _open } = pty;
        let hear = |bytes| {
            let _heard = signals.send(Signal::Console(bytes));
            !self.hang_up.is_now()
        };
        console::forward(ours, &[self.child.as_fd(), self.hang_up.as_fd()], hear);
    }
}
