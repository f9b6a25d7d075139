//! What runs for the questions, so that it can be ended from outside.

use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use supervise::Child;

/// The programs that run.
#[derive(Debug, Default)]
pub(crate) struct Live(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    over: bool,
    children: Vec<Weak<Child>>,
}

impl Live {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts `command`, unless all is over.
    pub(crate) fn spawn(&self, command: &mut Command) -> io::Result<Arc<Child>> {
        let mut state = self.state();
        if state.over {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the run was stopped"));
        }
        let child = Arc::new(Child::spawn(command)?);
        state.children.retain(|child| child.strong_count() > 0);
        state.children.push(Arc::downgrade(&child));
        Ok(child)
    }

    /// Ends what runs; nothing can be started from now on.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.over = true;
        for child in state.children.drain(..).filter_map(|child| child.upgrade()) {
            // Fails only where it cannot be killed; nobody could do more.
            let _status = child.terminate(Duration::ZERO);
        }
    }
}
