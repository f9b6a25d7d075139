//! What is told while an action is at work.

use std::cell::RefCell;
use std::io::Write;

use anstyle::{AnsiColor, Style};

use crate::{Annotation, Annotations, Level, mask, neutralise};

const DIM: Style = Style::new().dimmed();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Something to tell whoever looks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note<'a> {
    /// What is done next, in our own words.
    Step(&'a str),
    /// What is good to know of what was done, in our own words.
    Notice(&'a str),
    /// What the user should know of, though it is no error. It may hold words of others, in one line.
    Warning(&'a str),
    /// What must not be seen in any log from now on. It is not shown.
    Secret(&'a str),
    /// A line of another program, without control characters. It is not ours: on GitHub it goes through the fence.
    Output(&'a str),
}

impl Note<'_> {
    /// Prints it on standard error, and on a runner as a command where it is one. No line of another program can act as a
    /// command.
    pub fn print(self, on_runner: bool) {
        match self {
            Note::Step(step) => eprint(step),
            Note::Notice(notice) if on_runner => annotate(Level::Notice, notice),
            Note::Notice(notice) => eprint(&format!("{DIM}note{DIM:#}: {notice}")),
            Note::Warning(warning) if on_runner => annotate(Level::Warning, warning),
            Note::Warning(warning) => eprint(&format!("{YELLOW}warning{YELLOW:#}: {warning}")),
            Note::Secret(secret) if on_runner => command(&mask(secret)),
            Note::Secret(_) => {}
            Note::Output(line) if on_runner => eprint(neutralise(line.as_bytes()).trim_end()),
            Note::Output(line) => eprint(&format!("  {DIM}{line}{DIM:#}")),
        }
    }
}

/// Tells of a download in tenths, as far as the server says how much there is.
pub fn progress<'a>(
    what: &'a str,
    say: &'a mut dyn FnMut(Note<'_>),
) -> impl FnMut(u64, Option<u64>) + 'a {
    let mut told = 0;
    move |done, total| {
        let tenth = total.and_then(|total| (done * 10).checked_div(total));
        if let Some(tenth) = tenth.filter(|tenth| *tenth > told) {
            told = tenth;
            say(Note::Step(&format!("fetched {} KiB of {what} ({tenth}0 %)", done >> 10)));
        }
    }
}

/// Tells as notes what a cache has to tell.
pub struct Watcher<'a>(RefCell<&'a mut dyn FnMut(Note<'_>)>);

impl<'a> Watcher<'a> {
    /// To whoever is told of everything else.
    pub fn new(say: &'a mut dyn FnMut(Note<'_>)) -> Watcher<'a> {
        Watcher(RefCell::new(say))
    }
}

impl cache::Watcher for Watcher<'_> {
    fn mask(&self, secret: &str) {
        (self.0.borrow_mut())(Note::Secret(secret));
    }

    fn warn(&self, warning: &str) {
        (self.0.borrow_mut())(Note::Warning(warning));
    }
}

fn annotate(level: Level, text: &str) {
    let mut annotations = Annotations::default();
    annotations.push(Annotation::new(level, text));
    command(&annotations.commands());
}

/// For the runner, which reads commands off standard output.
fn command(commands: &str) {
    let _closed = std::io::stdout().write_all(commands.as_bytes());
}

fn eprint(line: &str) {
    // Whoever closed our output does not want to read it.
    let _closed = writeln!(anstream::stderr(), "{line}");
}
