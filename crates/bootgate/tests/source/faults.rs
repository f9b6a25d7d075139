//! Whatever the cache does, the job has a good QEMU or is told why not; never half of one.

use std::fs;
use std::thread;

use testkit::cache_service::{CacheService, Fault};

use crate::job::{Machine, toy};

/// A source whose build a service has.
fn saved() -> (tempfile::TempDir, CacheService) {
    let (source, service) = (toy(), CacheService::start());
    let machine = Machine::new();
    let job = machine.job(source.path().to_str().unwrap()).with(&service);
    job.run().ok();
    job.post().ok();
    (source, service)
}

#[test]
fn a_corrupt_a_truncated_and_a_lost_entry_are_built_anew() {
    let (source, service) = saved();
    for fault in [Fault::Corrupt, Fault::Truncated, Fault::Lost] {
        service.lie(fault);
        let machine = Machine::new();
        let job = machine.job(source.path().to_str().unwrap()).with(&service);
        let log = job.run().ok();
        assert!(
            job.output("cache-hit") == "false" && log.contains("::warning"),
            "{fault:?}: {log}"
        );
        assert_eq!((machine.builds().len(), machine.leftovers()), (1, 0), "{fault:?}");
    }
    // After a broken entry a fresh one is saved beside it, and found.
    let machine = Machine::new();
    let job = machine.job(source.path().to_str().unwrap()).with(&service);
    service.lie(Fault::Corrupt);
    job.run().ok();
    service.behave();
    job.post().ok();
    assert_eq!(service.keys().len(), 2);
}

#[test]
fn a_service_that_is_busy_for_a_while_is_asked_again() {
    let (source, service) = saved();
    service.lie(Fault::TooMany(3));
    let machine = Machine::new();
    let job = machine.job(source.path().to_str().unwrap()).with(&service);
    job.run().ok();
    assert_eq!(job.output("cache-hit"), "true");
}

#[test]
fn a_server_that_dies_in_a_download_costs_a_build_and_no_more() {
    let (source, service) = saved();
    service.lie(Fault::DieInDownload);
    let machine = Machine::new();
    // What is asked of a dead server is asked for long; the local cache stands for one that was not there at all.
    let job = machine.job(source.path().to_str().unwrap()).with(&service);
    job.run().ok();
    assert_eq!((job.output("cache-hit").as_str(), machine.builds().len()), ("false", 1));
}

#[test]
fn where_writes_are_denied_the_job_is_green_and_says_so() {
    let (source, service, machine) = (toy(), CacheService::start(), Machine::new());
    service.lie(Fault::WriteDenied);
    let job = machine.job(source.path().to_str().unwrap()).with(&service);
    job.run().ok();
    let log = job.post().ok();
    assert!(
        log.contains("::warning") && log.contains("denied") && service.keys().is_empty(),
        "{log}"
    );
}

#[test]
fn two_jobs_that_save_the_same_build_at_once_both_end_well() {
    let (source, service) = (toy(), CacheService::start());
    let machines = [Machine::new(), Machine::new()];
    let jobs: Vec<_> = machines
        .iter()
        .map(|machine| machine.job(source.path().to_str().unwrap()).with(&service))
        .collect();
    jobs.iter().for_each(|job| drop(job.run().ok()));
    thread::scope(|scope| jobs.into_iter().for_each(|job| drop(scope.spawn(|| job.post().ok()))));
    assert_eq!(service.keys().len(), 1);
    let third = Machine::new();
    let job = third.job(source.path().to_str().unwrap()).with(&service);
    job.run().ok();
    assert_eq!(job.output("cache-hit"), "true");
}

#[test]
fn a_build_that_was_changed_or_boots_nothing_is_dropped_and_built_anew() {
    let (source, machine) = (toy(), Machine::new());
    let source = source.path().to_str().unwrap();
    machine.job(source).run().ok();
    let build = machine.builds().remove(0);
    fs::write(
        build.join("bin/qemu-system-x86_64"),
        "#!/bin/sh\necho QEMU emulator version 8.2.0\n",
    )
    .unwrap();
    let job = machine.job(source);
    let log = job.run().ok();
    assert!(job.output("cache-hit") == "false" && log.contains("no good"), "{log}");
}

#[test]
fn a_build_that_is_whole_and_does_not_boot_here_makes_room_for_another() {
    let (source, service) = (toy(), CacheService::start());
    // Each build is another one, and a machine can refuse one of them.
    let program = source.path().join("qemu-system.in");
    let refuses = "[ -e \"$HOME/refused\" ] && grep -q @stamp@ \"$HOME/refused\" && exit 1\n";
    let text = fs::read_to_string(&program).unwrap().replacen('\n', &format!("\n{refuses}"), 1);
    fs::write(&program, text).unwrap();
    let meson = source.path().join("meson.build");
    let text = fs::read_to_string(&meson).unwrap();
    let stamp = "stamp = run_command('mktemp', '-u', 'XXXXXXXXXX', check: true).stdout().strip()\n";
    let text = text
        .replacen("\n", &format!("\n{stamp}"), 1)
        .replace("{'name': name}", "{'name': name, 'stamp': stamp}");
    fs::write(&meson, text).unwrap();
    let first = Machine::new();
    let job = first.job(source.path().to_str().unwrap()).with(&service);
    job.run().ok();
    job.post().ok();
    let refused = fs::read_to_string(first.builds()[0].join("bin/qemu-system-x86_64")).unwrap();
    let refused = refused.split("grep -q ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    for (hit, keys) in [("false", 2), ("true", 2)] {
        let machine = Machine::new();
        fs::write(machine.home().join("refused"), &refused).unwrap();
        let job = machine.job(source.path().to_str().unwrap()).with(&service);
        job.run().ok();
        assert_eq!(job.output("cache-hit"), hit);
        job.post().ok();
        assert_eq!(service.keys().len(), keys);
    }
}

#[test]
fn a_build_that_was_changed_after_it_was_proven_is_not_saved() {
    let (source, service, machine) = (toy(), CacheService::start(), Machine::new());
    let job = machine.job(source.path().to_str().unwrap()).with(&service);
    job.run().ok();
    fs::write(machine.builds()[0].join("bin/qemu-img"), "evil").unwrap();
    let log = job.post().ok();
    assert!(log.contains("not saved") && service.keys().is_empty(), "{log}");
}
