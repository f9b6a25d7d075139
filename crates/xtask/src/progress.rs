//! Several things at once, and one place that says how far each is: a live line on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::stage::seconds;

/// How often the live line is drawn anew.
const TICK: Duration = Duration::from_millis(200);

type Work<'a, T> = Box<dyn FnOnce(&Steps) -> Result<T, Failure> + Send + 'a>;

/// One thing to do, under a name that the user sees.
pub(crate) struct Task<'a, T> {
    name: &'a str,
    work: Work<'a, T>,
}

impl<'a, T> Task<'a, T> {
    pub(crate) fn new(
        name: &'a str,
        work: impl FnOnce(&Steps) -> Result<T, Failure> + Send + 'a,
    ) -> Task<'a, T> {
        Task { name, work: Box::new(work) }
    }
}

/// Where a task says what it is doing now.
pub(crate) struct Steps {
    task: usize,
    sender: Sender<(usize, News)>,
}

impl Steps {
    pub(crate) fn now(&self, step: impl Into<String>) {
        // The listener lives as long as its tasks; if it is gone, nobody wants to know.
        let _ = self.sender.send((self.task, News::Step(step.into())));
    }
}

enum News {
    Step(String),
    Done { note: String },
}

/// Does all tasks at once, each on a thread of its own. `note` says what is told of a result.
pub(crate) fn all<T: Send>(
    tasks: Vec<Task<'_, T>>,
    note: impl Fn(&T) -> String + Sync,
) -> Result<Vec<T>, Failure> {
    let (sender, receiver) = channel();
    let mut board = Board::new(tasks.iter().map(|task| task.name.to_owned()).collect());
    std::thread::scope(|scope| {
        let threads: Vec<_> = tasks
            .into_iter()
            .enumerate()
            .map(|(task, Task { work, .. })| {
                let (steps, note) = (Steps { task, sender: sender.clone() }, &note);
                scope.spawn(move || perform(work, &steps, note))
            })
            .collect();
        drop(sender);
        board.follow(&receiver);
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Failure::host("a task panicked"))))
            .collect()
    })
}

fn perform<T>(
    work: impl FnOnce(&Steps) -> Result<T, Failure>,
    steps: &Steps,
    note: impl Fn(&T) -> String,
) -> Result<T, Failure> {
    let result = work(steps);
    let note = result.as_ref().map_or_else(|_| "failed".into(), note);
    let _ = steps.sender.send((steps.task, News::Done { note }));
    result
}

/// What is known of every task.
struct Board {
    live: bool,
    start: Instant,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    step: String,
    open: bool,
}

impl Board {
    fn new(names: Vec<String>) -> Board {
        let rows = names
            .into_iter()
            .map(|name| Row { name, step: "waiting".into(), open: true })
            .collect();
        Board { live: stderr().is_terminal(), start: Instant::now(), rows }
    }

    fn follow(&mut self, news: &Receiver<(usize, News)>) {
        loop {
            match news.recv_timeout(TICK) {
                Ok((task, news)) => self.take(task, news),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.wipe(),
            }
            self.draw();
        }
    }

    fn take(&mut self, task: usize, news: News) {
        let time = seconds(self.start.elapsed());
        let row = &mut self.rows[task];
        let line = match news {
            News::Step(step) => {
                row.step.clone_from(&step);
                if self.live {
                    return;
                }
                format!("   {}: {step}", row.name)
            }
            News::Done { note } => {
                row.open = false;
                format!("   {}: {note}, {time}", row.name)
            }
        };
        self.wipe();
        anstream::eprintln!("{line}");
    }

    fn draw(&self) {
        let open: Vec<String> = self
            .rows
            .iter()
            .filter(|row| row.open)
            .map(|row| format!("{}: {}", row.name, row.step))
            .collect();
        if self.live && !open.is_empty() {
            self.wipe();
            let line = format!("   {} · {}", seconds(self.start.elapsed()), open.join(" · "));
            anstream::eprint!("{}", line.chars().take(width()).collect::<String>());
        }
    }

    fn wipe(&self) {
        if self.live {
            anstream::eprint!("\r\x1b[K");
        }
    }
}

/// A live line must not wrap, or the next wipe leaves half of it.
fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|set| set.parse().ok()).unwrap_or(80) - 1
}
