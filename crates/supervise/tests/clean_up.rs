//! Clean-up actions run once, the latest first, whichever way a run ends.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::{Arc, Mutex};
use std::thread;

use supervise::{CleanUp, Guard};

/// The stack belongs to the process, so the tests that empty it take turns.
static TURN: Mutex<()> = Mutex::new(());

type Log = Arc<Mutex<Vec<&'static str>>>;

fn note(log: &Log, name: &'static str) -> Guard {
    let log = Arc::clone(log);
    CleanUp::push(name, move || log.lock().unwrap().push(name))
}

#[test]
fn run_all_runs_the_latest_first_and_each_once() {
    let _turn = TURN.lock().unwrap();
    let log = Log::default();
    let guards = [note(&log, "first"), note(&log, "second"), note(&log, "third")];
    assert!(CleanUp::run_all().is_empty());
    drop(guards);
    assert_eq!(*log.lock().unwrap(), ["third", "second", "first"]);
}

#[test]
fn dropping_a_guard_runs_its_action_only() {
    let _turn = TURN.lock().unwrap();
    let log = Log::default();
    let (kept, dropped) = (note(&log, "kept"), note(&log, "dropped"));
    drop(dropped);
    assert_eq!(*log.lock().unwrap(), ["dropped"]);
    assert_eq!(CleanUp::due(), ["kept"]);
    drop(kept);
}

#[test]
fn a_guard_dropped_out_of_order_leaves_the_others_theirs() {
    let _turn = TURN.lock().unwrap();
    let log = Log::default();
    let (first, second) = (note(&log, "first"), note(&log, "second"));
    drop(second);
    let third = note(&log, "third");
    drop(first);
    assert_eq!(*log.lock().unwrap(), ["second", "first"]);
    drop(third);
}

#[test]
fn a_panic_in_one_action_does_not_stop_the_others() {
    let _turn = TURN.lock().unwrap();
    let log = Log::default();
    let _first = note(&log, "first");
    let _second = CleanUp::push("broken", || panic!("on purpose"));
    assert_eq!(CleanUp::run_all(), ["broken"]);
    assert_eq!(*log.lock().unwrap(), ["first"]);
}

#[test]
fn a_panic_between_push_and_return_runs_the_action() {
    let _turn = TURN.lock().unwrap();
    let log = Log::default();
    let guard = note(&log, "undone");
    let outcome = thread::spawn(move || {
        let _held = guard;
        panic!("on purpose");
    });
    assert!(outcome.join().is_err());
    assert_eq!(*log.lock().unwrap(), ["undone"]);
}

#[test]
fn an_action_may_use_the_stack_itself() {
    let _turn = TURN.lock().unwrap();
    let log = Log::default();
    let inner = note(&log, "inner");
    let outer = CleanUp::push("outer", move || drop(inner));
    drop(outer);
    assert_eq!(*log.lock().unwrap(), ["inner"]);
}

#[test]
fn what_another_thread_has_begun_is_waited_for() {
    let _turn = TURN.lock().unwrap();
    let (begun, is_begun) = std::sync::mpsc::channel();
    let done = Arc::new(Mutex::new(false));
    let set = Arc::clone(&done);
    let guard = CleanUp::push("slow", move || {
        begun.send(()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        *set.lock().unwrap() = true;
    });
    let other = std::thread::spawn(move || drop(guard));
    is_begun.recv().unwrap();
    CleanUp::run_all();
    assert!(*done.lock().unwrap());
    other.join().unwrap();
}
