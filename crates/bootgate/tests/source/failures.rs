//! Builds that come to nothing: what is said, and that nothing is left.

use std::fs;
use std::time::Duration;

use testkit::cache_service::CacheService;

use crate::job::{Machine, executable, toy};

#[test]
fn a_build_that_fails_shows_its_end_and_where_all_of_it_is_and_nothing_is_saved() {
    let (source, service, machine) = (toy(), CacheService::start(), Machine::new());
    let job =
        machine.job(source.path().to_str().unwrap()).with(&service).input("features", "broken");
    let log = job.run().failed(3);
    assert!(
        log.contains("broken on purpose") && log.contains("all of what it said is in"),
        "{log}"
    );
    let logs = fs::read_dir(machine.home().join(".cache/bootgate/qemu"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let text = logs
        .filter(|path| path.extension().is_some_and(|it| it == "log"))
        .map(|path| fs::read_to_string(path).unwrap());
    let text: String = text.collect();
    assert!(text.contains("configured with") && text.contains("broken on purpose"), "{text}");
    job.post().ok();
    assert_eq!((service.keys().len(), machine.builds().len(), machine.leftovers()), (0, 0, 0));
}

#[test]
fn a_feature_that_this_qemu_has_not_is_the_users_mistake() {
    let (source, machine) = (toy(), Machine::new());
    let log =
        machine.job(source.path().to_str().unwrap()).input("features", "slrip").run().failed(2);
    assert!(log.contains("no feature `slrip`") && log.contains("did you mean `slirp`?"), "{log}");
}

#[test]
fn a_folder_that_is_no_qemu_is_said_so() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), Machine::new());
    fs::write(folder.path().join("README"), "").unwrap();
    let log = machine.job(folder.path().to_str().unwrap()).run().failed(2);
    assert!(log.contains("has no `configure`"), "{log}");
}

#[test]
fn a_qemu_that_builds_and_boots_nothing_is_no_success() {
    let (source, machine) = (toy(), Machine::new());
    fs::write(
        source.path().join("qemu-system.in"),
        "#!/bin/sh\necho QEMU emulator version 8.2.0\n",
    )
    .unwrap();
    let log = machine.job(source.path().to_str().unwrap()).run().failed(3);
    assert!(log.contains("boots nothing"), "{log}");
}

#[test]
fn the_source_sees_no_token_of_the_job() {
    let (source, service, machine) = (toy(), CacheService::start(), Machine::new());
    let configure = source.path().join("configure");
    let text = fs::read_to_string(&configure).unwrap();
    fs::write(&configure, text.replace("set -e\n", "set -e\nenv >\"$HOME/seen\"\n")).unwrap();
    executable(&configure);
    machine.job(source.path().to_str().unwrap()).with(&service).run().ok();
    let seen = fs::read_to_string(machine.home().join("seen")).unwrap();
    assert!(
        seen.contains("PATH=") && !seen.contains("ACTIONS_") && !seen.contains(service.token()),
        "{seen}"
    );
}

#[test]
fn an_interrupted_build_leaves_nothing_and_runs_no_further() {
    let (source, machine) = (toy(), Machine::new());
    let configure = source.path().join("configure");
    let text = fs::read_to_string(&configure).unwrap();
    fs::write(
        &configure,
        text.replace("echo \"configured", "echo $$ >\"$HOME/pid\"; sleep 60; echo \"configured"),
    )
    .unwrap();
    executable(&configure);
    let job = machine.job(source.path().to_str().unwrap());
    let mut child = job.command(&["setup-qemu"]).spawn().unwrap();
    let pid = machine.home().join("pid");
    while !fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let shell = fs::read_to_string(&pid).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!((machine.builds().len(), machine.leftovers()), (0, 0));
    let state = fs::read_to_string(format!("/proc/{}/stat", shell.trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}
