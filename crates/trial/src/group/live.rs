//! What the machines of a group say while they run, told apart.

use spec::Member;
use verdict::Stage;

use crate::Watcher;

/// The longest line that is shown as one, in bytes.
const LONGEST: usize = 4 << 10;

/// The lines that the machines have begun, and how far each has come.
pub(super) struct Live(Vec<Voice>);

struct Voice {
    name: String,
    line: Vec<u8>,
    stage: Option<Stage>,
    over: bool,
}

impl Live {
    pub(super) fn new(members: &[Member]) -> Live {
        let voice = |member: &Member| {
            let name = member.name.clone();
            Voice { name, line: Vec::new(), stage: None, over: false }
        };
        Live(members.iter().map(voice).collect())
    }

    /// Shows each line behind its machine's name, once it is complete.
    pub(super) fn console(&mut self, me: usize, bytes: &[u8], watcher: &mut dyn Watcher) {
        let voice = &mut self.0[me];
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            voice.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || voice.line.len() >= LONGEST {
                voice.speak(watcher);
            }
        }
    }

    /// The stage that even the slowest of those that run has reached.
    pub(super) fn reached(&mut self, me: usize, stage: Option<Stage>) -> Option<Stage> {
        self.0[me].stage = stage;
        self.0.iter().filter(|voice| !voice.over).map(|voice| voice.stage).min().flatten()
    }

    /// Shows what is left of a machine that has ended.
    pub(super) fn end(&mut self, me: usize, watcher: &mut dyn Watcher) {
        self.0[me].over = true;
        if !self.0[me].line.is_empty() {
            self.0[me].speak(watcher);
        }
    }
}

impl Voice {
    fn speak(&mut self, watcher: &mut dyn Watcher) {
        let end = if self.line.ends_with(b"\n") { &b""[..] } else { b"\n" };
        watcher.console(&[self.name.as_bytes(), b": ", &self.line, end].concat());
        self.line.clear();
    }
}
