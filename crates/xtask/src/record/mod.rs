//! `./x record`: our own corpus of consoles, each from a boot of its own.

mod boot;
mod broken;
mod initramfs;
mod scenario;

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use scenario::Take;

use crate::failure::Failure;
use crate::stage::stage;
use crate::{cargo, guests, process, project};

/// How many guests run at a time.
const AT_A_TIME: usize = 2;

/// Records what has `only` in its name, or all of it, into `into`, or else where the tests look.
pub(crate) fn run(only: Option<&str>, into: Option<&Path>) -> Result<(), Failure> {
    let takes = scenario::takes(only)?;
    let ours = project::root().join("crates/verdict/corpus/recorded");
    let folder = into.map_or_else(|| ours.clone(), Path::to_owned);
    fs::create_dir_all(&folder).map_err(Failure::path("making", &folder))?;
    stage("building bootgate", || cargo::run(&["build", "--quiet", "--package", "bootgate"]))?;
    stage("fetching guests", guests::run)?;
    stage("recording", || record_all(takes, &folder))?;
    if folder == ours { update() } else { Ok(()) }
}

/// Has the judge say anew what is in the heads, but for the verdicts: those are the scenarios'.
pub(crate) fn update() -> Result<(), Failure> {
    let mut command =
        cargo::cargo(&["test", "--quiet", "-p", "verdict", "--test", "recorded_corpus"]);
    command.arg("every_recorded_console_is_judged_as");
    process::run(command.env("BOOTGATE_UPDATE", "1"))
}

/// One failure ends none of the others; the first is told.
fn record_all(takes: Vec<Take>, folder: &Path) -> Result<(), Failure> {
    let left = Mutex::new(takes.into_iter());
    let next = || left.lock().ok().and_then(|mut takes| takes.next());
    let work = || {
        let mut recorded = Ok(());
        while let Some(take) = next() {
            recorded = recorded.and(record(&take, folder));
        }
        recorded
    };
    std::thread::scope(|scope| {
        let threads = [(); AT_A_TIME].map(|()| scope.spawn(work));
        let ended = threads.map(|thread| {
            thread.join().unwrap_or_else(|_| Err(Failure::host("a recording panicked")))
        });
        ended.into_iter().collect()
    })
}

fn record(take: &Take, folder: &Path) -> Result<(), Failure> {
    let recording = boot::record(take).inspect_err(|_| {
        anstream::eprintln!("   {}: not recorded", take.name());
    })?;
    let path = folder.join(take.name()).with_extension("txt");
    let content = [head(take, &recording.command).as_bytes(), &recording.console].concat();
    fs::write(&path, content).map_err(Failure::path("writing", &path))?;
    anstream::eprintln!("   {}: {} bytes", take.name(), recording.console.len());
    Ok(())
}

/// Kind and title are the judge's, which fills them in afterwards.
fn head(take: &Take, command: &str) -> String {
    let wrong = take.scenario.known_wrong.iter().map(|reason| format!("KNOWN-WRONG: {reason}\n"));
    format!(
        "NAME: {}\nARCH: {}\nVERDICT: {}\nKIND: \nTITLE: \n{}COMMAND: {command}\n\n",
        take.name(),
        take.guest.arch,
        take.scenario.verdict,
        wrong.collect::<String>(),
    )
}
