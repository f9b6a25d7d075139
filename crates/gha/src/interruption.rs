//! A signal that asks us to end: what runs is ended at once, and the outcome says why there is none.

use std::sync::{Arc, OnceLock};

use problem::Problem;
use supervise::{CleanUp, Interrupts};

/// Whether a signal has come.
#[derive(Clone, Debug, Default)]
pub struct Interruption(Arc<Heard>);

#[derive(Debug, Default)]
struct Heard {
    signal: OnceLock<&'static str>,
    /// Set when everything is in order.
    cleaned: OnceLock<()>,
}

impl Interruption {
    /// From now on a signal ends the program that runs. Call it once, at the start.
    ///
    /// # Errors
    /// The system refuses the handlers.
    pub fn listen() -> Result<Interruption, Problem> {
        let interruption = Interruption::default();
        let heard = interruption.clone();
        Interrupts::on_interrupt(move |signal| {
            heard.0.signal.get_or_init(|| signal);
            CleanUp::run_all();
            heard.0.cleaned.get_or_init(|| ());
        })
        .map_err(|error| Problem::infrastructure(format!("cannot listen for signals: {error}")))?;
        Ok(interruption)
    }

    /// The same outcome, unless a signal has come: then that is the problem, whatever it made of the rest.
    ///
    /// # Errors
    /// The problem that there was, or the interruption.
    pub fn over<T>(&self, outcome: Result<T, Problem>) -> Result<T, Problem> {
        match self.0.signal.get() {
            Some(signal) => {
                // Else we would end in the middle of it.
                self.0.cleaned.wait();
                Err(Problem::infrastructure(format!("interrupted by {signal}")))
            }
            None => outcome,
        }
    }
}
