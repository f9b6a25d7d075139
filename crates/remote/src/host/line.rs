//! The line to the other side: who listens, who speaks, and what happens when it breaks.

use std::io::{self, BufReader, Read, Write};
use std::process::{ExitCode, exit};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use problem::Problem;
use supervise::CleanUp;

use super::work;
use crate::frames;
use crate::message::{BEAT, FromHost, SILENCE, ToHost};

/// What has come, with its bytes.
pub(super) type Heard = Receiver<(ToHost, Vec<u8>)>;

/// Says things to the other side, from any thread.
#[derive(Clone)]
pub(super) struct Speaker(Arc<Mutex<Box<dyn Write + Send>>>);

impl Speaker {
    /// Says it, with these bytes.
    pub(super) fn say(&self, message: &FromHost, bytes: &[u8]) -> io::Result<()> {
        let mut line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        frames::send(&mut *line, message, bytes)
    }
}

/// Does what is asked for on `input` until it ends; answers go to `output`.
pub fn serve(
    input: impl Read + Send + 'static,
    mut output: impl Write + Send + 'static,
) -> ExitCode {
    // Nobody may be there to hear it, which the first message will find out.
    let _unheard = frames::greet(&mut output);
    let speaker = Speaker(Arc::new(Mutex::new(Box::new(output))));
    let (sender, heard) = channel();
    let last = Arc::new(Mutex::new(Instant::now()));
    let now = Arc::clone(&last);
    thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Ok(Some(message)) = frames::receive(&mut input) {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            if message.0 != ToHost::Beat && sender.send(message).is_err() {
                return;
            }
        }
        lost();
    });
    let beat = speaker.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(BEAT);
            // A line that takes nothing any more would keep us here for ever.
            let silent = last.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
            if silent > SILENCE {
                lost();
            }
            let beat = beat.clone();
            thread::spawn(move || beat.say(&FromHost::Beat, &[]));
        }
    });
    let done = work::run(&heard, &speaker);
    // Nobody may be there to hear it.
    let _unheard = done.map_err(|problem: Problem| speaker.say(&problem.into(), &[]));
    // The thread that found the connection gone may be in the middle of it.
    CleanUp::run_all();
    ExitCode::SUCCESS
}

/// The connection is gone: so is everything that was done for it.
#[expect(clippy::exit, reason = "whoever waits here for the other side waits for ever")]
fn lost() -> ! {
    CleanUp::run_all();
    exit(3)
}
