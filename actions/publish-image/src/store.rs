//! What every place can do.

use std::io;
use std::time::Duration;

use gha::{Interruption, Note, Runner};
use object_store::UpdateVersion;
use problem::Problem;

use crate::content::Content;

/// Of smaller ones nobody wants to know how far they are. In bytes.
const WORTH_TELLING: u64 = 1 << 20;

/// What may be replaced.
#[derive(Clone, Debug)]
pub(crate) enum Over {
    Nothing,
    /// What was read a moment ago, as far as the place can tell it from others.
    This(UpdateVersion),
    Anything,
}

/// What came of putting something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Done,
    /// The name has another content, or has it by now.
    Taken,
}

/// A place for files.
pub(crate) trait Store {
    /// Gives what has this name piece by piece, as long as more is wanted. None if there is nothing.
    fn read(
        &self,
        name: &str,
        each: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Option<UpdateVersion>, Problem>;

    /// Puts it under its name, whole or not at all.
    fn put(&self, content: &Content, over: &Over, watch: &mut Watch<'_>) -> Result<Put, Problem>;

    /// An address that opens it for so long to whoever has it.
    fn presign(&self, name: &str, _valid: Duration) -> Result<String, Problem> {
        Err(Problem::user(format!("this place has no address for `{name}` that ends"))
            .hint("leave out `presign`, or publish to S3, GCS or Azure"))
    }
}

/// Whoever looks on, and may want it to end.
pub(crate) struct Watch<'a> {
    pub(crate) say: &'a mut dyn FnMut(Note<'_>),
    pub(crate) interruption: &'a Interruption,
    pub(crate) runner: Option<&'a Runner>,
    done: u64,
    told: u64,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(
        say: &'a mut dyn FnMut(Note<'_>),
        interruption: &'a Interruption,
        runner: Option<&'a Runner>,
    ) -> Watch<'a> {
        Watch { say, interruption, runner, done: 0, told: 0 }
    }

    /// From its begin, or from its begin again.
    pub(crate) fn begin(&mut self) {
        (self.done, self.told) = (0, 0);
    }

    /// So many bytes more were sent. Tells of it in tenths.
    pub(crate) fn sent(&mut self, content: &Content, bytes: u64) {
        self.done += bytes;
        let tenth = (self.done * 10).checked_div(content.size).unwrap_or(10);
        if tenth > self.told && content.size >= WORTH_TELLING {
            self.told = tenth;
            let (done, name) = (self.done >> 10, &content.name);
            (self.say)(Note::Step(&format!("sent {done} KiB of `{name}` ({tenth}0 %)")));
        }
    }

    /// The same for a reader, which ends when a signal has come.
    pub(crate) fn sending(&mut self, content: &Content) -> impl FnMut(u64) -> io::Result<()> {
        |bytes| {
            self.sent(content, bytes);
            self.interruption.over(Ok(())).map_err(io::Error::other)
        }
    }
}
