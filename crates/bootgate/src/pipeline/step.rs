//! One program of a step: started, followed, and ended in time.

use std::ffi::OsString;
use std::io::BufReader;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use gha::hosted::{Files, Log, Said};
use supervise::{Child, Deadline};
use trial::Problem;

use super::stop::Stop;

/// How long what a step has left running may hold its output open.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long a step whose time is over may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// How a program ended, and what it left in its files.
pub(crate) struct Ended {
    /// None where it did not succeed by itself: why not.
    pub(crate) code: Result<u8, String>,
    pub(crate) said: Said,
}

/// Runs it to its end, or to the end of its time; what cleans up behind a signal has none to watch for.
pub(crate) fn run(
    mut command: Command,
    folder: PathBuf,
    deadline: Deadline,
    log: &Arc<Mutex<Log>>,
    stop: Option<&Stop>,
) -> Result<Ended, Problem> {
    let files = Files::create(&folder)?;
    command.envs(files.variables()).stdin(Stdio::null());
    let program = command.get_program().to_owned();
    let (reader, child) = spawn(command).map_err(|error| not_started(&program, &error))?;
    let (done, is_done) = mpsc::channel();
    let log = Arc::clone(log);
    thread::spawn(move || {
        let _unreadable = Log::follow(&log, BufReader::new(reader));
        let _nobody = done.send(());
    });
    if let Some(stop) = stop {
        stop.watch(Some(Arc::clone(&child)));
        if stop.is_asked() {
            child.kill_group();
        }
    }
    let ended = child.wait_until(deadline);
    let status = match ended {
        Some(status) => Ok(status),
        None => child.terminate(GRACE).and(Err(std::io::ErrorKind::TimedOut.into())),
    };
    stop.into_iter().for_each(|stop| stop.watch(None));
    // What left its group and lives on keeps the pipe open: it is not waited for.
    let _late = is_done.recv_timeout(LAST_WORDS);
    Ok(Ended { code: code(status), said: files.read()? })
}

/// Standard output and error in one pipe, so that their order is kept. The command goes, and its ends of the pipe with it.
fn spawn(mut command: Command) -> std::io::Result<(std::io::PipeReader, Arc<Child>)> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    Ok((reader, Arc::new(Child::spawn(&mut command)?)))
}

fn not_started(program: &OsString, error: &std::io::Error) -> Problem {
    Problem::infrastructure(format!("cannot start `{}`: {error}", program.to_string_lossy()))
}

fn code(status: std::io::Result<ExitStatus>) -> Result<u8, String> {
    let status = status.map_err(|_| "its time was over".to_owned())?;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ok(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, signal) => Err(format!("it was ended by signal {}", signal.unwrap_or_default())),
    }
}
