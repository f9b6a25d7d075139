//! Runs that end before they are done.

use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use testkit::meddler::{Meddle, before};
use testkit::object_stores::Store;
use testkit::runner;

use crate::world::{Ran, World, digest, s3};

/// Runs until the third of five parts is under way, and sends the signal.
fn ended_in_part_3(store: &Store, world: &World, signal: Signal, vars: &runner::World) -> Ran {
    let (sender, is_there) = mpsc::channel();
    let (done, is_done) = mpsc::channel::<()>();
    let is_done = std::sync::Mutex::new(is_done);
    let meddler = before(store.host(), move |asked| {
        if asked.target.contains("partNumber=3&") {
            let _first = sender.send(());
            let _ended = is_done.lock().unwrap().recv_timeout(Duration::from_secs(60));
        }
        Meddle::Pass
    });
    world.file("disk.img", (20 << 20) + 7, 1);
    let line = s3(&meddler.host());
    let line: Vec<&str> = line.iter().map(String::as_str).chain(["--file=disk.img"]).collect();
    let mut command = world.command(&line);
    let child = command.envs(vars.vars()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().unwrap();
    is_there.recv_timeout(Duration::from_secs(60)).unwrap();
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(done);
    output.into()
}

fn uploads(store: &Store) -> usize {
    let (_, list) = store.ask("GET", "/images?uploads", b"");
    String::from_utf8(list).unwrap().matches("<UploadId>").count()
}

#[test]
fn ctrl_c_aborts_the_upload_and_leaves_nothing() {
    let (store, world) = (Store::s3(), World::of_s3());
    let ran = ended_in_part_3(&store, &world, Signal::INT, &runner::World::new());
    ran.says(3, "interrupted by SIGINT");
    assert_eq!((uploads(&store), store.ask("GET", "/images/os/v1.0/disk.img", b"").0), (0, 404));
}

#[test]
fn a_run_after_one_that_was_killed_ends_as_if_nothing_had_been() {
    let (store, world) = (Store::s3(), World::of_s3());
    let step = runner::World::new();
    let ran = ended_in_part_3(&store, &world, Signal::KILL, &step);
    assert_eq!((ran.code, uploads(&store)), (None, 1));
    // What the post step finds.
    let state = &step.state()["upload"];
    assert!(state.contains("s3://images/os/v1.0/") && !state.contains("test"), "{state}");

    let bytes = world.file("disk.img", (20 << 20) + 7, 1);
    assert_eq!(store.ask("GET", "/images/os/v1.0/disk.img", b"").0, 404);
    let files = world.to_s3(store.host(), &["--file=disk.img"]).files();
    assert_eq!(files[0]["digest"], digest(&bytes));
    assert!(store.ask("GET", "/images/os/v1.0/disk.img", b"").1 == bytes);
}
