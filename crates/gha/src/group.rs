//! Lines of log that a reader can fold.

use std::io::{self, Write};

use crate::command::command;
use crate::visible::one_line;

/// A group of lines, which ends when it is dropped. Groups do not nest, and a group cannot begin or end inside a
/// [`Fence`](crate::Fence); a fence inside a group is fine.
#[derive(Debug)]
pub struct Group<W: Write> {
    out: W,
}

impl<W: Write> Group<W> {
    /// Begins a group with a title of ours.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn open(mut out: W, title: &str) -> io::Result<Group<W>> {
        out.write_all(command("group", &[], &one_line(title)).as_bytes())?;
        Ok(Group { out })
    }
}

impl<W: Write> Write for Group<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Drop for Group<W> {
    fn drop(&mut self) {
        // Nobody is left to hear that the log is gone.
        let _closed = self.out.write_all(command("endgroup", &[], "").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fence;

    #[test]
    fn a_fence_stands_inside_a_group() {
        let mut out = Vec::new();
        let mut group = Group::open(&mut out, "Console\nof smoke").unwrap();
        Fence::open(&mut group).unwrap().write_all(b"::endgroup::\n").unwrap();
        drop(group);
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.starts_with("::group::Console of smoke\n::stop-commands::"));
        assert!(shown.contains("| :\\:endgroup::\n") && shown.ends_with("::\n::endgroup::\n"));
    }
}
