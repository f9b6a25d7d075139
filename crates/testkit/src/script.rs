//! A machine that says what it is told to, when it is told to: for wrong verdicts that no real guest shows on demand.

use std::collections::HashSet;
use std::io;
use std::process::Command;
use std::thread;
use std::time::Duration;

use trial::{
    Accelerator, Ending, Event, Machine, Problem, Question, Said, Signal, Signals, Started, Stop,
    Unreached,
};

/// A part of a script.
#[derive(Clone, Debug)]
enum Act {
    Say(Vec<u8>),
    Wait(Duration),
    Do(Signal),
}

/// What a scripted guest answers to a line that was typed.
type Answer = fn(&str) -> String;

/// What it does when it is asked; with how many questions came before.
type Reply = fn(&Question, usize) -> Script;

/// A machine that follows a script.
#[derive(Clone, Debug, Default)]
pub struct Script {
    acts: Vec<Act>,
    answer: Option<Answer>,
    reply: Option<Reply>,
    asked: usize,
    lost: HashSet<usize>,
    typed: usize,
    line: Vec<u8>,
    accelerator: Option<Accelerator>,
    signals: Option<Signals>,
}

impl Script {
    /// A machine that says nothing and never ends.
    pub fn new() -> Script {
        Script::default()
    }

    /// Then it writes on its console.
    #[must_use]
    pub fn say(self, text: impl AsRef<[u8]>) -> Script {
        self.act(Act::Say(text.as_ref().to_vec()))
    }

    /// Then it is silent for so many milliseconds.
    #[must_use]
    pub fn wait(self, milliseconds: u64) -> Script {
        self.act(Act::Wait(Duration::from_millis(milliseconds)))
    }

    /// Then the guest powers off.
    #[must_use]
    pub fn power_off(self) -> Script {
        self.end("the guest powered off", true, false)
    }

    /// Then the machine fails under its guest.
    #[must_use]
    pub fn die(self, reason: &str) -> Script {
        self.end(reason, false, false)
    }

    /// Then it ends with a status that says failure.
    #[must_use]
    pub fn exit_failed(self, reason: &str) -> Script {
        self.end(reason, true, true)
    }

    fn end(self, reason: &str, by_guest: bool, failed: bool) -> Script {
        self.act(Act::Do(Signal::Ended(Ending { reason: reason.into(), by_guest, failed })))
    }

    /// Then the machine sees something from outside the guest.
    #[must_use]
    pub fn event(self, event: Event) -> Script {
        self.act(Act::Do(Signal::Event(event)))
    }

    /// Then the user presses Ctrl-C.
    #[must_use]
    pub fn interrupt(self) -> Script {
        self.act(Act::Do(Signal::Interrupted("SIGINT")))
    }

    /// It has a terminal with echo, and answers each line that is typed.
    #[must_use]
    pub fn answer(self, answer: Answer) -> Script {
        Script { answer: Some(answer), ..self }
    }

    /// It lets itself be asked, and does this with each question.
    #[must_use]
    pub fn asked(self, reply: Reply) -> Script {
        Script { reply: Some(reply), ..self }
    }

    /// Then `question` is answered.
    #[must_use]
    pub fn reply(self, question: &Question, result: Result<Said, Unreached>) -> Script {
        self.act(Act::Do(Signal::Answer(trial::Answer { id: question.id, result })))
    }

    /// Then the answer to `question` is that it exited with `status` and printed `stdout`.
    #[must_use]
    pub fn said(self, question: &Question, status: u8, stdout: impl AsRef<[u8]>) -> Script {
        let stdout = stdout.as_ref()[..stdout.as_ref().len().min(question.most)].to_vec();
        let is_cut = stdout.len() == question.most;
        self.reply(question, Ok(Said { status, stdout, is_cut, ..Said::default() }))
    }

    /// Then nobody takes `question` yet.
    #[must_use]
    pub fn not_ready(self, question: &Question) -> Script {
        self.reply(question, Err(Unreached::NotReady("connection refused".into())))
    }

    /// Then this host's own `sh` answers `question`.
    #[must_use]
    pub fn by_shell(self, question: &Question) -> Script {
        let output = Command::new("sh").arg("-c").arg(&question.script).output();
        let output = output.expect("there is a shell");
        let status = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(255);
        let (stdout, stderr) = (output.stdout, output.stderr);
        self.reply(question, Ok(Said { status, stdout, stderr, is_cut: false }))
    }

    /// Its serial line loses these bytes of all that are typed, counted from 0.
    #[must_use]
    pub fn lose(self, lost: impl IntoIterator<Item = usize>) -> Script {
        Script { lost: lost.into_iter().collect(), ..self }
    }

    /// It says that this runs the guest's instructions.
    #[must_use]
    pub fn under(self, accelerator: Accelerator) -> Script {
        Script { accelerator: Some(accelerator), ..self }
    }

    fn act(mut self, act: Act) -> Script {
        self.acts.push(act);
        self
    }

    /// What the terminal shows for one byte that reached it.
    fn take(&mut self, byte: u8, answer: Answer) -> Vec<u8> {
        match byte {
            b'\n' => {
                let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
                format!("\r\n{}", answer(&line)).into_bytes()
            }
            0x15 => b"\x08 \x08".repeat(std::mem::take(&mut self.line).len()),
            _ => {
                self.line.push(byte);
                vec![byte]
            }
        }
    }
}

fn play(acts: Vec<Act>, signals: &Signals) {
    for act in acts {
        match act {
            Act::Say(text) => drop(signals.send(Signal::Console(text))),
            Act::Wait(time) => thread::sleep(time),
            Act::Do(signal) => drop(signals.send(signal)),
        }
    }
}

impl Machine for Script {
    fn start(&mut self, signals: Signals) -> Result<Started, Problem> {
        self.signals = Some(signals.clone());
        let acts = self.acts.clone();
        thread::spawn(move || {
            play(acts, &signals);
            // As long as the machine has not ended its channel stays open.
            thread::sleep(Duration::from_secs(60));
        });
        Ok(Started {
            accelerator: self.accelerator,
            command: vec!["true".into()],
            notes: Vec::new(),
        })
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(answer) = self.answer else { return Ok(()) };
        for &byte in bytes {
            self.typed += 1;
            if !self.lost.contains(&(self.typed - 1)) {
                let shown = self.take(byte, answer);
                let gone = io::Error::from(io::ErrorKind::BrokenPipe);
                let sent = self
                    .signals
                    .as_ref()
                    .is_some_and(|signals| signals.send(Signal::Console(shown)));
                if !sent {
                    return Err(gone);
                }
            }
        }
        Ok(())
    }

    fn ask(&mut self, question: Question) -> io::Result<()> {
        let (Some(reply), Some(signals)) = (self.reply, self.signals.clone()) else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.asked += 1;
        let acts = reply(&question, self.asked - 1).acts;
        thread::spawn(move || play(acts, &signals));
        Ok(())
    }

    fn stop(&mut self, _how: Stop) {
        self.signals = None;
    }
}
