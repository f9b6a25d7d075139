//! However a run is ended, nothing of it is left.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::world::{PASS, Ran, World};

/// A word on the guest's command line by which its machine is told from all others.
pub(crate) fn mark(world: &World) -> String {
    format!("world={}", world.path("").display())
}

/// How many QEMUs run a guest of this world.
pub(crate) fn machines(world: &World) -> usize {
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    processes.filter(|process| runs_for(&process.path(), &mark(world))).count()
}

fn runs_for(process: &Path, mark: &str) -> bool {
    let program = std::fs::read_link(process.join("exe")).unwrap_or_default();
    let arguments = std::fs::read(process.join("cmdline")).unwrap_or_default();
    program.to_string_lossy().contains("qemu-system-")
        && arguments.windows(mark.len()).any(|window| window == mark.as_bytes())
}

pub(crate) fn start(world: &World, spec: &str) -> Child {
    let mut command = world.command(&["run-vm-test", "--json", "--spec", spec]);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts")
}

/// Waits until `holds`, for ten seconds at most.
pub(crate) fn soon(holds: impl Fn() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(10) {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    holds()
}

/// Folders that a run keeps its files in.
fn run_folders(world: &World) -> usize {
    let roots = std::fs::read_dir(world.path("")).expect("the folder").flatten();
    let ours = roots.filter(|entry| {
        entry.file_name().to_string_lossy().starts_with("bootgate-")
            && entry.file_name() != "bootgate-evidence"
    });
    ours.flat_map(|root| std::fs::read_dir(root.path()).into_iter().flatten())
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .count()
}

/// Presses Ctrl-C on a run whose guest is up, and says what it came to. It has four seconds to end.
pub(crate) fn interrupted(world: &World, spec: &str) -> Ran {
    let child = start(world, spec);
    assert!(soon(|| machines(world) == 1), "no machine was started");
    std::thread::sleep(Duration::from_millis(300));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("SIGINT");
    let begin = Instant::now();
    let ran = Ran::of(child.wait_with_output().expect("it ends"));
    assert!(begin.elapsed() < Duration::from_secs(4), "it took {:?}", begin.elapsed());
    assert_eq!(ran.verdict(), (Some(3), "infrastructure".into()));
    assert_eq!((ran.json()["kind"].as_str(), machines(world)), (Some("interrupted"), 0));
    ran
}

/// A guest that hangs, with a disk: what is written to that is kept in a folder of the run.
fn hanging(world: &World) -> PathBuf {
    let spec = world.spec(&format!("bootgate.mode=hang {}", mark(world)), PASS);
    let disk = world.file("disk.img", vec![0; 1 << 20]);
    let drives = format!("accel: tcg\n    drives: [{{ file: {} }}]", disk.display());
    let text = std::fs::read_to_string(spec).expect("a spec").replace("accel: tcg", &drives);
    world.file("hanging.yaml", text)
}

/// So many moments, spread over twice the time that a machine takes to be there on this host as it is now.
pub(crate) fn moments(world: &World, spec: &str, count: u32) -> impl Iterator<Item = Duration> {
    let begin = Instant::now();
    let mut child = start(world, spec);
    assert!(soon(|| machines(world) == 1), "no machine was started");
    let there = begin.elapsed();
    child.kill().expect("SIGKILL");
    child.wait().expect("it is gone");
    assert!(soon(|| machines(world) == 0), "a machine is left");
    (0..count).map(move |round| there * 2 * round / count + Duration::from_millis(10))
}

#[test]
fn sigkill_at_20_random_moments_leaves_no_machine_and_files_are_swept() {
    let world = World::new();
    let spec = hanging(&world);
    let mut seen = 0;
    let spec = spec.to_string_lossy();
    for (round, moment) in moments(&world, &spec, 20).enumerate() {
        let mut child = start(&world, &spec);
        std::thread::sleep(moment);
        seen += machines(&world);
        child.kill().expect("SIGKILL");
        child.wait().expect("it is gone");
        assert!(soon(|| machines(&world) == 0), "round {round}: a machine is left");
    }
    assert!(seen > 5, "the kills came when nothing ran yet");
    assert!(run_folders(&world) > 0, "nothing was there to sweep");
    let passes = world.spec("", PASS);
    assert_eq!(world.boot(&passes).code, Some(0));
    assert_eq!(run_folders(&world), 0, "files of killed runs are left");
}

#[test]
fn ctrl_c_ends_the_machine_and_leaves_evidence_that_says_so() {
    let world = World::new();
    let spec = hanging(&world);
    let _ran = interrupted(&world, &spec.to_string_lossy());
    assert_eq!(run_folders(&world), 0);
    assert!(world.path("bootgate-evidence/verdict.json").is_file());
}
