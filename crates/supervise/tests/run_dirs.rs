//! A run's folder is private, and goes with its run or with the next one.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use supervise::{Deadline, RunDir};

fn parent(base: &Path) -> PathBuf {
    base.join(format!("bootgate-{}", rustix::process::geteuid().as_raw()))
}

#[test]
fn a_run_dir_is_private_and_goes_when_dropped() {
    let base = tempfile::tempdir().unwrap();
    let dir = RunDir::create_in(base.path()).unwrap();
    let path = dir.path().to_owned();
    for folder in [path.as_path(), &parent(base.path())] {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
    fs::write(path.join("file"), "x").unwrap();
    drop(dir);
    assert!(!path.exists());
}

#[test]
fn a_sweep_leaves_a_living_run_alone() {
    let base = tempfile::tempdir().unwrap();
    let dir = RunDir::create_in(base.path()).unwrap();
    assert_eq!(RunDir::sweep_in(base.path()), 0);
    assert!(dir.path().exists());
}

#[test]
fn a_sweep_removes_what_a_killed_run_left() {
    let base = tempfile::tempdir().unwrap();
    let left = left_by_a_killed_run(base.path());
    assert!(left.exists());
    assert_eq!(RunDir::sweep_in(base.path()), 1);
    assert!(!left.exists());
}

#[test]
fn a_sweep_removes_a_folder_whose_run_died_before_it_had_a_lock() {
    let base = tempfile::tempdir().unwrap();
    drop(RunDir::create_in(base.path()).unwrap());
    let left = parent(base.path()).join("run-half");
    fs::create_dir(&left).unwrap();
    assert_eq!(RunDir::sweep_in(base.path()), 1);
    assert!(!left.exists());
}

#[test]
fn a_sweep_where_no_run_ever_was_finds_nothing_and_makes_nothing() {
    let base = tempfile::tempdir().unwrap();
    assert_eq!(RunDir::sweep_in(base.path()), 0);
    assert!(!parent(base.path()).exists());
}

#[test]
fn a_planted_link_is_refused_and_not_followed() {
    let (base, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(elsewhere.path().join("run-of-the-victim")).unwrap();
    symlink(elsewhere.path(), parent(base.path())).unwrap();
    assert!(RunDir::create_in(base.path()).is_err());
    assert_eq!(RunDir::sweep_in(base.path()), 0);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

#[test]
fn a_planted_lock_link_is_not_followed() {
    let (base, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = RunDir::create_in(base.path()).unwrap();
    let target = elsewhere.path().join("precious");
    fs::write(&target, "x").unwrap();
    let planted = dir.path().parent().unwrap().join("run-planted");
    fs::create_dir(&planted).unwrap();
    symlink(&target, planted.join("lock")).unwrap();
    assert_eq!(RunDir::sweep_in(base.path()), 0);
    assert_eq!(fs::read_to_string(&target).unwrap(), "x");
}

#[test]
fn a_parent_that_others_may_write_to_is_refused() {
    let base = tempfile::tempdir().unwrap();
    fs::create_dir(parent(base.path())).unwrap();
    fs::set_permissions(parent(base.path()), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(RunDir::create_in(base.path()).unwrap_err().kind(), ErrorKind::PermissionDenied);
}

#[test]
fn a_sweep_never_takes_a_folder_that_is_just_being_made() {
    let base = tempfile::tempdir().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(RunDir::sweep_in(base.path()), 0);
            }
        });
        for _ in 0..300 {
            let dir = RunDir::create_in(base.path()).unwrap();
            assert!(dir.path().join("lock").exists());
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// The folder of a process that made one and was then killed.
fn left_by_a_killed_run(base: &Path) -> PathBuf {
    let mut run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_run_that_hangs", "--ignored"])
        .env("BASE", base)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let left = marked_folder(base);
    run.kill().unwrap();
    run.wait().unwrap();
    left
}

fn marked_folder(base: &Path) -> PathBuf {
    let deadline = Deadline::after(Duration::from_secs(10));
    while !deadline.has_passed() {
        let folders = fs::read_dir(parent(base)).into_iter().flatten();
        if let Some(found) =
            folders.map(|entry| entry.unwrap().path()).find(|path| path.join("ready").exists())
        {
            return found;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("the other process made no folder");
}

#[test]
#[ignore = "run by `a_sweep_removes_what_a_killed_run_left`, which kills it"]
fn as_a_run_that_hangs() {
    let Some(base) = std::env::var_os("BASE") else { return };
    let dir = RunDir::create_in(Path::new(&base)).unwrap();
    fs::write(dir.path().join("ready"), "").unwrap();
    thread::sleep(Duration::from_secs(1000));
}

#[test]
fn a_folder_goes_even_if_somebody_still_writes_into_it_for_a_moment() {
    let run = RunDir::create().unwrap();
    let path = run.path().to_path_buf();
    let late = path.clone();
    let writer = thread::spawn(move || {
        let start = std::time::Instant::now();
        for number in 0.. {
            if start.elapsed() > Duration::from_millis(200) {
                return;
            }
            let _gone = fs::create_dir(late.join(number.to_string()));
        }
    });
    drop(run);
    writer.join().unwrap();
    assert!(!path.exists());
}
