//! Built once, and had at once from then on.

use std::fs;
use std::process::Command;

use testkit::cache_service::CacheService;

use crate::job::{Machine, toy};

#[test]
fn a_second_job_on_another_machine_has_the_build_from_the_service() {
    let (source, service) = (toy(), CacheService::start());
    let source = source.path().to_str().unwrap();
    let first = Machine::new();
    let job = first.job(source).with(&service);
    let log = job.run().ok();
    assert!(log.contains("compiled ") && log.contains("x86_64"), "{log}");
    assert_eq!((job.output("cache-hit").as_str(), service.keys().len()), ("false", 0));
    let (key, digest, path) = (job.output("cache-key"), job.output("digest"), job.output("path"));
    assert_eq!(job.added_path(), [path]);
    // Only the step after the job saves.
    job.post().ok();
    assert_eq!(service.keys(), std::slice::from_ref(&key));
    let second = Machine::new();
    let job = second.job(source).with(&service);
    let log = job.run().ok();
    assert!(!log.contains("compil"), "{log}");
    assert_eq!(
        (job.output("cache-hit").as_str(), job.output("cache-key"), job.output("digest")),
        ("true", key, digest)
    );
    assert!(job.output("path").starts_with(second.home().to_str().unwrap()));
    // It was not built here, so there is nothing to save.
    let requests = service.requests();
    job.post().ok();
    assert_eq!((service.requests(), service.complaints()), (requests, vec![]));
}

#[test]
fn a_build_that_is_in_its_place_needs_no_service() {
    let (source, machine) = (toy(), Machine::new());
    let source = source.path().to_str().unwrap();
    machine.job(source).run().ok();
    let job = machine.job(source);
    let log = job.run().ok();
    assert!(job.output("cache-hit") == "true" && !log.contains("compil"), "{log}");
}

#[test]
fn where_there_is_no_service_a_folder_of_the_machine_keeps_it() {
    let (source, machine) = (toy(), Machine::new());
    let source = source.path().to_str().unwrap();
    let job = machine.job(source);
    job.run().ok();
    job.post().ok();
    assert!(machine.home().join("tools/bootgate/cache").is_dir());
    fs::remove_dir_all(machine.home().join(".cache")).unwrap();
    let job = machine.job(source);
    job.run().ok();
    assert_eq!(job.output("cache-hit"), "true");
}

#[test]
fn the_command_line_keeps_it_too_without_a_step_after_the_job() {
    let (source, machine) = (toy(), Machine::new());
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command
            .args(["setup-qemu", "--json", "--targets", "x86_64", "--source"])
            .arg(source.path());
        command.env("HOME", machine.home()).env("XDG_CACHE_HOME", machine.home().join("xdg"));
        command.env_remove("GITHUB_ACTIONS");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    assert_eq!(run()["build"]["is_hit"], false);
    fs::remove_dir_all(machine.home().join(".cache")).unwrap();
    assert_eq!(run()["build"]["is_hit"], true);
}

#[test]
fn the_libraries_go_with_it() {
    let (source, machine) = (toy(), Machine::new());
    machine.job(source.path().to_str().unwrap()).run().ok();
    let build = &machine.builds()[0];
    let moved = machine.home().join("elsewhere");
    fs::rename(build, &moved).unwrap();
    let ldd = Command::new("ldd").arg(moved.join("bin/qemu-img")).output().unwrap();
    let ldd = String::from_utf8(ldd.stdout).unwrap();
    let ours = moved.join("lib/bootgate/libz.so.1");
    assert!(
        ldd.contains(&format!("{}", moved.join("bin/../lib/bootgate/libz.so.1").display()))
            && ours.is_file(),
        "{ldd}"
    );
    assert!(!moved.join("lib/bootgate/libc.so.6").exists());
}

#[test]
fn everything_that_makes_another_qemu_makes_another_key() {
    let (source, machine) = (toy(), Machine::new());
    let path = source.path().to_str().unwrap();
    let key = |job: crate::job::Job| {
        let plan = job.command(&["setup-qemu", "--dry-run", "--json"]).output().unwrap();
        let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
        plan["source"]["build"]["key"].as_str().unwrap().to_owned()
    };
    let usual = key(machine.job(path));
    assert_eq!(key(machine.job(path)), usual);
    let mut keys = vec![
        usual,
        key(machine.job(path).input("targets", "riscv64")),
        key(machine.job(path).input("features", "none")),
        key(machine.job(path).input("configure-args", "--disable-x")),
    ];
    fs::write(source.path().join("img.c"), "int main(void) { return 0; }\n").unwrap();
    keys.push(key(machine.job(path)));
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5);
}
