//! Ctrl-C.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::world::{command, with_workflow};

#[test]
fn an_interruption_ends_the_step_and_leaves_nothing() {
    let workflow = "on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n      \
        - run: sleep 600 & echo $! >pid; echo \"it sleeps\"; wait\n      - { run: touch after, if: always() }\n";
    let consumer = with_workflow(workflow);
    let mut child = command(&consumer.path(), &["pipeline", "run", "own.yml"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "it sleeps"));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{rest:?}");
    assert!(rest.iter().any(|line| line.starts_with("cancelled one")), "{rest:?}");
    let sleeper = fs::read_to_string(consumer.path().join("pid")).unwrap();
    // Where nobody waits for it, it stays as a name.
    let stat = fs::read_to_string(format!("/proc/{}/stat", sleeper.trim())).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z "), "it still sleeps: {stat}");
    assert!(!consumer.path().join("after").exists());
    let parent = consumer.path().parent().unwrap().to_owned();
    let runs = fs::read_dir(parent)
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("bootgate-"));
    let left: Vec<_> = runs.flat_map(|folder| fs::read_dir(folder.path()).unwrap()).collect();
    assert!(left.is_empty(), "{left:?}");
}
