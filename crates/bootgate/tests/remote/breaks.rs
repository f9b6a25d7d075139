//! A connection that breaks, in each phase of a run.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use testkit::runner::World;
use testkit::sshd::Sshd;

use crate::action::{checkout, command, shown, to_host};
use crate::session::{noise, nothing_is_left_soon};

/// Runs the action until `is_reached`, and kills what serves its connection there: it ends with this code.
fn breaks(runner: &World, sshd: &Sshd, phase: &str, code: i32, is_reached: &dyn Fn() -> bool) {
    let mut main = command(runner, &["run-remote-test"]);
    let main = main.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !is_reached() {
        assert!(start.elapsed() < Duration::from_secs(90), "{phase} was never reached");
        std::thread::sleep(Duration::from_millis(5));
    }
    sshd.end_connections();
    let output = main.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{phase}: {}", shown(&output));
    assert!(shown(&output).contains("dropped the connection"), "{phase}: {}", shown(&output));
    nothing_is_left_soon(sshd);
}

#[test]
fn a_transfer_that_breaks_goes_on_and_in_any_other_phase_there_is_no_verdict_and_nothing_left() {
    let sshd = Sshd::start();
    let runs = |word: &str| sshd.processes().iter().any(|it| it.contains(word));
    let sending = to_host(checkout(""), &sshd);
    fs::write(sending.workspace().join("large"), noise(200 << 20)).unwrap();
    let folder = sshd.home().join(".cache/bootgate/remote");
    let is_sending = || {
        let find = std::process::Command::new("find").arg(&folder).args(["-name", "pack"]).output();
        let found = String::from_utf8(find.unwrap().stdout).unwrap();
        found.lines().any(|pack| fs::metadata(pack).is_ok_and(|pack| pack.len() > 1 << 20))
    };
    breaks(&sending, &sshd, "sync", 0, &is_sending);
    let preparing = to_host(checkout(""), &sshd).input("prepare", "sleep 6001");
    breaks(&preparing, &sshd, "prepare", 3, &|| runs("sleep 6001"));
    let building = to_host(checkout(""), &sshd).input("build", "sleep 6002");
    breaks(&building, &sshd, "build", 3, &|| runs("sleep 6002"));
    let booting = to_host(checkout("bootgate.mode=hang"), &sshd);
    breaks(&booting, &sshd, "boot", 3, &|| runs("qemu-system-"));
}
