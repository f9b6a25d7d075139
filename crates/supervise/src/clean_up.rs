//! What must be undone before the process ends, whichever way it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The actions that are still due, oldest first, and how many are at work.
static STACK: Mutex<Stack> = Mutex::new(Stack { due: Vec::new(), begun: 0 });

/// Told when an action is done.
static DONE: Condvar = Condvar::new();

/// How long others' actions are waited for.
const LIMIT: Duration = Duration::from_secs(5);

/// Tells one action from every other of this process.
static NEXT_KEY: AtomicU64 = AtomicU64::new(0);

struct Stack {
    due: Vec<Entry>,
    begun: usize,
}

impl Stack {
    /// Takes an action out, to be run.
    fn begin(&mut self, choose: impl FnOnce(&mut Vec<Entry>) -> Option<Entry>) -> Option<Entry> {
        let entry = choose(&mut self.due)?;
        self.begun += 1;
        Some(entry)
    }
}

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
        stack().due.push(Entry { key, name: name.into(), action: Box::new(action) });
        Guard(key)
    }

    /// Runs what is still due, the latest first, and returns the names of the actions that panicked.
    ///
    /// Each action runs once, whoever asks for it; one that another thread has begun is waited for, for five seconds: the
    /// process would end in the middle of it.
    pub fn run_all() -> Vec<String> {
        let next = || stack().begin(Vec::pop);
        let broken = std::iter::from_fn(next).filter_map(Entry::run).collect();
        // Whatever becomes of the lock, the time is over or nothing is at work.
        let _waited = DONE.wait_timeout_while(stack(), LIMIT, |stack| stack.begun > 0);
        broken
    }

    /// The names of what is still due, oldest first.
    pub fn due() -> Vec<String> {
        stack().due.iter().map(|entry| entry.name.clone()).collect()
    }
}

impl Entry {
    /// Runs the action; its name if it panicked.
    fn run(self) -> Option<String> {
        let broken = catch_unwind(AssertUnwindSafe(self.action)).err().map(|_| self.name);
        stack().begun -= 1;
        DONE.notify_all();
        broken
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
    stack().begin(|due| {
        let place = due.iter().position(|entry| entry.key == key)?;
        Some(due.remove(place))
    })
}

fn stack() -> MutexGuard<'static, Stack> {
    STACK.lock().unwrap_or_else(PoisonError::into_inner)
}
