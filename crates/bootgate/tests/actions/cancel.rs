//! A run that is cancelled: SIGINT to node alone, 7.5 s, SIGTERM, 2.5 s, and then everything is killed.

use std::time::{Duration, Instant};

use testkit::act::{End, Release, Stage, Step};
use testkit::guest;

use crate::program::{bootgate, release};

#[test]
fn a_program_that_heeds_no_signal_is_killed_and_nothing_of_it_is_left() {
    let release = release("trap '' INT TERM HUP\nsleep 300 &\necho ready\nsleep 300");
    let step = Step::new(&release, "run-vm-test");
    let mut running = step.start(Stage::Main);
    running.wait_for("ready");
    // A shell says that it is ready before what it started is the other program.
    time_until(&step, "sleep 300");
    assert_eq!(running.cancel().end, End::Kill);
    soon(&step);
}

#[test]
fn a_program_that_heeds_only_sigterm_gets_it_in_time() {
    let release =
        release("trap '' INT\ntrap 'exit 3' TERM\necho ready\nwhile :; do sleep 0.1; done");
    let step = Step::new(&release, "run-vm-test");
    let mut running = step.start(Stage::Main);
    running.wait_for("ready");
    let done = running.cancel();
    assert_eq!((done.end, done.code()), (End::Terminate, Some(3)));
}

const MACHINE: &str = "qemu-system-";

/// A step that boots a guest which never ends.
fn endless(release: &Release) -> Step {
    let guest = guest("x86_64");
    let spec = format!(
        "name: endless\nmachine:\n  qemu:\n    arch: x86_64\n    accel: tcg\n    kernel: {}\n    initrd: {}\n    \
         append: \"console=ttyS0 panic=-1 bootgate.mode=hang\"\npass: \"^ALL TESTS PASSED$\"\n\
         limits: {{ total: 5m }}\n",
        guest.kernel.display(),
        guest.initrd.display(),
    );
    Step::new(release, "run-vm-test").file("spec.yaml", &spec).input("spec", "spec.yaml")
}

/// What is killed takes a moment to go.
fn soon(step: &Step) {
    let start = Instant::now();
    while !step.left().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(5), "left: {:?}", step.left());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn runs(step: &Step, program: &str) -> bool {
    step.left().iter().any(|left| left.contains(program))
}

/// Waits for a program of a step that was just started.
fn time_until(step: &Step, program: &str) -> Duration {
    let start = Instant::now();
    while !runs(step, program) {
        assert!(start.elapsed() < Duration::from_secs(60), "`{program}` was not started");
        std::thread::sleep(Duration::from_millis(20));
    }
    start.elapsed()
}

#[test]
fn a_run_cancelled_at_random_moments_leaves_no_machine_and_its_post_runs() {
    let release = bootgate();
    let (mut booted, mut until_boot) = (0, Duration::ZERO);
    for round in 0..10_u32 {
        let step = endless(&release);
        let running = step.start(Stage::Main);
        match round % 4 {
            // How long it takes on this host as it is now.
            0 => until_boot = time_until(&step, MACHINE),
            // Spread over the start, the boot and the wait, never twice at the same distance.
            _ => std::thread::sleep(until_boot * (round * 7 + 2) / 30),
        }
        booted += usize::from(runs(&step, MACHINE));
        let done = running.cancel();
        assert_eq!(done.end, End::Interrupt, "round {round}: {}", done.output);
        assert_eq!(done.code().unwrap_or(3), 3, "round {round}: {}", done.output);
        let post = step.run(Stage::Post);
        assert_eq!(post.code(), Some(0), "round {round}: {}", post.output);
        soon(&step);
    }
    assert!(booted > 2, "the cancellations came when nothing ran yet");
}

#[test]
fn post_ends_what_a_killed_main_left() {
    let release = bootgate();
    let step = endless(&release);
    let running = step.start(Stage::Main);
    time_until(&step, MACHINE);
    // node alone dies; bootgate and its machine live on without it.
    running.signal(rustix::process::Signal::KILL);
    running.wait();
    let post = step.run(Stage::Post);
    assert_eq!(post.code(), Some(0), "{}", post.output);
    soon(&step);
}
