//! The last words of a program: the end of what it wrote to its standard error.

use std::io::Read;
use std::process::ChildStderr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use supervise::Deadline;

/// How much is kept, in bytes.
const KEPT: usize = 16 << 10;

/// Keeps the last 16 KiB that were written, read by a thread so that the writer never waits.
#[derive(Debug)]
pub(crate) struct Tail {
    kept: Arc<Mutex<Vec<u8>>>,
    end: Receiver<()>,
}

impl Tail {
    pub(crate) fn of(mut stderr: ChildStderr) -> Tail {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (ended, end) = channel();
        let filled = Arc::clone(&kept);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut chunk) {
                keep(&mut lock(&filled), &chunk[..read]);
            }
            drop(ended);
        });
        Tail { kept, end }
    }

    /// The lines that say something, once the writer is gone or the deadline has passed.
    pub(crate) fn lines(&self, deadline: Deadline) -> Vec<String> {
        // Either way what has come so far is what there is.
        let (Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)) =
            self.end.recv_timeout(deadline.remaining());
        let text = String::from_utf8_lossy(&lock(&self.kept)).into_owned();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }
}

fn lock(kept: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(kept: &mut Vec<u8>, bytes: &[u8]) {
    kept.extend_from_slice(bytes);
    let surplus = kept.len().saturating_sub(KEPT);
    kept.drain(..surplus);
}
