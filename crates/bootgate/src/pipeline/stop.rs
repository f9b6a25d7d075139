//! A signal that asks us to end: the step that runs is asked to end, too, and no other begins.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use supervise::{Child, Interrupts};
use trial::Problem;

/// How long a step may take to end: less than we have ourselves, so that what cleans up behind it can run.
const GRACE: Duration = Duration::from_secs(3);

/// Whether a signal has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    signal: OnceLock<&'static str>,
    child: Mutex<Option<Arc<Child>>>,
}

impl Stop {
    /// From now on a signal ends the run. Call it once.
    pub(crate) fn listen() -> Result<Stop, Problem> {
        let stop = Stop::default();
        let heard = stop.clone();
        Interrupts::on_interrupt(move |signal| {
            heard.0.signal.get_or_init(|| signal);
            heard.end();
        })
        .map_err(|error| Problem::infrastructure(format!("cannot listen for signals: {error}")))?;
        Ok(stop)
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.signal.get().is_some()
    }

    /// What runs from now on; a signal that came before ends it at once.
    pub(crate) fn watch(&self, child: Option<Arc<Child>>) {
        *self.0.child.lock().unwrap_or_else(PoisonError::into_inner) = child;
    }

    /// The same exit code, unless a signal has come.
    pub(crate) fn over(&self, code: u8) -> Result<u8, Problem> {
        match self.0.signal.get() {
            Some(signal) => Err(Problem::infrastructure(format!("interrupted by {signal}"))),
            None => Ok(code),
        }
    }

    fn end(&self) {
        let child = self.0.child.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(child) = child
            && !child.ask_to_end(GRACE)
        {
            child.kill_group();
        }
    }
}
