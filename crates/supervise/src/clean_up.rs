//! What must be undone before the process ends, whichever way it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The actions that are still due, oldest first.
static STACK: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// Tells one action from every other of this process.
static NEXT_KEY: AtomicU64 = AtomicU64::new(0);

struct Entry {
    key: u64,
    name: String,
    action: Box<dyn FnOnce() + Send>,
}

/// The process-wide stack of clean-up actions.
#[derive(Debug)]
pub struct CleanUp;

impl CleanUp {
    /// Puts `action` on the stack under `name`; dropping the guard runs it.
    pub fn push(name: impl Into<String>, action: impl FnOnce() + Send + 'static) -> Guard {
        let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
        stack().push(Entry { key, name: name.into(), action: Box::new(action) });
        Guard(key)
    }

    /// Runs what is still due, the latest first, and returns the names of the actions that panicked.
    ///
    /// Each action runs once, whoever asks for it; one that another thread has begun is not waited for.
    pub fn run_all() -> Vec<String> {
        std::iter::from_fn(|| stack().pop()).filter_map(Entry::run).collect()
    }

    /// The names of what is still due, oldest first.
    pub fn due() -> Vec<String> {
        stack().iter().map(|entry| entry.name.clone()).collect()
    }
}

impl Entry {
    /// Runs the action; its name if it panicked.
    fn run(self) -> Option<String> {
        catch_unwind(AssertUnwindSafe(self.action)).err().map(|_| self.name)
    }
}

/// Runs its clean-up action when it is dropped, unless [`CleanUp::run_all`] has.
#[derive(Debug)]
#[must_use = "dropping the guard runs the action at once"]
pub struct Guard(u64);

impl Drop for Guard {
    fn drop(&mut self) {
        // The lock is let go before the action runs: an action may push and drop guards of its own.
        let entry = take(self.0);
        entry.and_then(Entry::run);
    }
}

fn take(key: u64) -> Option<Entry> {
    let mut stack = stack();
    let place = stack.iter().position(|entry| entry.key == key)?;
    Some(stack.remove(place))
}

fn stack() -> MutexGuard<'static, Vec<Entry>> {
    STACK.lock().unwrap_or_else(PoisonError::into_inner)
}
