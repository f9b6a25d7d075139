//! Asking by QEMU's guest agent, which speaks JSON by the line.
//!
//! Source of the form: QEMU's "Guest Agent Protocol Reference". Whatever runs in the guest may speak it.

mod line;
mod message;

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::thread::sleep;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use supervise::Deadline;
use trial::{Question, Said, Unreached};

use crate::asker::Way;
use line::Lines;
use message::{Running, Started, Status, result};

/// How long an agent may take to be heard; it is asked once a second.
const GREETING: Duration = Duration::from_secs(1);

/// How soon it is asked first whether a script has ended; then more and more seldom.
const SOON: Duration = Duration::from_millis(10);
const SELDOM: Duration = Duration::from_millis(500);

/// Our end of the line to a guest's agent.
#[derive(Debug)]
pub(crate) struct Agent {
    lines: Lines,
    socket: UnixStream,
    synced: u64,
}

/// Why a command has no answer.
#[derive(Debug)]
enum Fault {
    /// The line is closed, or nothing came in time.
    Io(io::Error),
    /// The agent says no, or what came is none of its answers.
    Words(String),
}

impl Agent {
    pub(crate) fn new(socket: UnixStream) -> Agent {
        Agent { lines: Lines::default(), socket, synced: 0 }
    }

    /// Makes sure that an agent listens, and that what it says from now on is meant for us: what others asked before, or
    /// what is left of a guest that was reset, is thrown away.
    fn sync(&mut self, deadline: Deadline) -> Result<(), Fault> {
        self.synced += 1;
        let id = self.synced << 16 | u64::from(std::process::id() & 0xffff);
        let arguments = json!({ "id": id });
        let line = json!({ "execute": "guest-sync-delimited", "arguments": arguments });
        // The first byte is none of JSON: it ends what the agent may still have of a command that was cut off.
        self.write(&[&[0xff], line.to_string().as_bytes(), b"\n"].concat(), deadline)?;
        loop {
            let line = self.lines.next(&self.socket, deadline).map_err(Fault::Io)?;
            let answer = line.rsplit(|byte| *byte == 0xff).next().unwrap_or_default();
            if result::<u64>(answer).is_ok_and(|answered| answered == id) {
                return Ok(());
            }
        }
    }

    fn write(&mut self, bytes: &[u8], deadline: Deadline) -> Result<(), Fault> {
        let time = deadline.remaining().max(Duration::from_millis(1));
        self.socket.set_write_timeout(Some(time)).map_err(Fault::Io)?;
        self.socket.write_all(bytes).map_err(Fault::Io)
    }

    fn execute<T: DeserializeOwned>(
        &mut self,
        command: &str,
        arguments: &Value,
        deadline: Deadline,
    ) -> Result<T, Fault> {
        let line = format!("{}\n", json!({ "execute": command, "arguments": arguments }));
        self.write(line.as_bytes(), deadline)?;
        let answer = self.lines.next(&self.socket, deadline).map_err(Fault::Io)?;
        result(&answer).map_err(Fault::Words)
    }

    fn run(&mut self, question: &Question, deadline: Deadline) -> Result<Said, Fault> {
        let arguments =
            json!({ "path": "/bin/sh", "arg": ["-c", question.script], "capture-output": true });
        let Started { pid } = self.execute("guest-exec", &arguments, deadline)?;
        let mut pause = SOON;
        loop {
            let status: Status =
                self.execute("guest-exec-status", &json!({ "pid": pid }), deadline)?;
            match status.said(question.most).map_err(Fault::Words)? {
                Running::Ended(said) => return Ok(said),
                Running::Still => sleep(pause.min(deadline.remaining())),
            }
            pause = (pause * 2).min(SELDOM);
        }
    }
}

impl Fault {
    /// In words.
    fn words(self, late: &str) -> String {
        match self {
            Fault::Words(words) => words,
            Fault::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                "QEMU closed the line to the guest agent".into()
            }
            Fault::Io(error)
                if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) =>
            {
                late.into()
            }
            Fault::Io(error) => format!("the line to the guest agent broke: {error}"),
        }
    }
}

impl Way for Agent {
    fn ask(&mut self, question: &Question, deadline: Deadline) -> Result<Said, Unreached> {
        let greeting = Deadline::after(GREETING.min(deadline.remaining()));
        self.sync(greeting)
            .map_err(|fault| Unreached::NotReady(fault.words("no guest agent answers")))?;
        self.run(question, deadline)
            .map_err(|fault| Unreached::Lost(fault.words("the script did not end in time")))
    }
}
