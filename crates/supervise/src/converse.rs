//! One question to a program, and what it answers.

use std::io::{self, Read, Write as _};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::{Child, Deadline};

/// What a program answered.
#[derive(Debug)]
pub struct Said {
    /// Whether its exit status is zero.
    pub succeeded: bool,
    /// Its standard output.
    pub out: Vec<u8>,
    /// Its standard error.
    pub err: Vec<u8>,
}

/// Starts a program, gives it `words` to read, and waits until it has ended. Of each output at most `largest` bytes are read, and
/// nothing that it started outlives it.
///
/// # Errors
/// It cannot be started, or takes longer than `patience`.
pub fn converse(
    command: &mut Command,
    words: &[u8],
    largest: u64,
    patience: Duration,
) -> io::Result<Said> {
    let child =
        Child::spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    // What has gone without reading has its reasons, which its status tells.
    let _unread = child.take_stdin().map(|mut stdin| stdin.write_all(words));
    let out = read(child.take_stdout(), largest);
    let err = read(child.take_stderr(), largest);
    let status = child.wait_until(Deadline::after(patience));
    child.kill_group();
    let (out, err) = (end(out)?, end(err)?);
    let status = status.ok_or_else(|| io::Error::other("it took too long"))?;
    Ok(Said { succeeded: status.success(), out, err })
}

type Reading = JoinHandle<io::Result<Vec<u8>>>;

fn read(from: Option<impl Read + Send + 'static>, largest: u64) -> Reading {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.map(|from| from.take(largest).read_to_end(&mut bytes)).transpose()?;
        Ok(bytes)
    })
}

fn end(reading: Reading) -> io::Result<Vec<u8>> {
    reading.join().map_err(|_| io::Error::other("its answer was lost"))?
}
