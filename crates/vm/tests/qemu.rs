//! Real kernels under a real QEMU.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod run;

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use run::{guest, start};
use serde_json::json;
use trial::{Accelerator, Event, Fault, Machine, Stop};

const SIGN: &str = "ALL TESTS PASSED";

#[test]
fn a_guest_that_powers_off_ended_by_itself_and_no_byte_is_lost() {
    let mut run = start(guest("x86_64", "", json!({}))).unwrap();
    let ending = run.end();
    assert_eq!(
        (ending.reason.as_str(), ending.by_guest),
        ("the guest powered off", true),
        "{}",
        run.console
    );
    assert_eq!(run.count(SIGN), 1);
    assert!(
        run.console.contains("reboot: Power down"),
        "the last line is missing:\n{}",
        run.console
    );
    assert_eq!(run.started.accelerator, Some(Accelerator::Tcg));
}

#[test]
fn a_guest_boots_as_it_is_where_no_fast_boot_is_wanted() {
    let mut run = start(guest("x86_64", "", json!({ "fast-boot": false }))).unwrap();
    assert!(run.end().by_guest);
    assert_eq!(run.count(SIGN), 1);
    assert_eq!(run.started.notes, Vec::<String>::new());
}

#[test]
fn a_reset_ends_the_machine_unless_it_may_reboot() {
    let mut run = start(guest("x86_64", "reboot", json!({}))).unwrap();
    assert_eq!(run.end().reason, "the guest reset");
    assert_eq!(run.events, []);
}

#[test]
fn a_machine_that_may_reboot_reports_each_reset() {
    let mut run = start(guest("x86_64", "reboot", json!({ "reboot": true }))).unwrap();
    run.watch(|run| run.count(SIGN) == 2);
    assert_eq!(run.events, [Event::Reset]);
    run.machine.stop(Stop::Now);
    assert!(!run.end().by_guest);
}

#[test]
fn a_panic_with_an_immediate_reboot_ends_as_a_reset_with_the_panic_on_the_console() {
    let mut run = start(guest("x86_64", "panic", json!({}))).unwrap();
    assert_eq!(run.end().reason, "the guest reset");
    assert!(run.console.contains("Kernel panic - not syncing"));
}

#[test]
fn what_is_typed_reaches_the_guest() {
    let mut run = start(guest("x86_64", "shell", json!({}))).unwrap();
    run.wait_for("~ # ");
    run.machine.send(b"echo $((6 * 7))\n").unwrap();
    run.wait_for("42");
    run.machine.send(b"poweroff -f\n").unwrap();
    assert_eq!(run.end().reason, "the guest powered off");
}

#[test]
fn a_long_paste_arrives_whole() {
    let mut run = start(guest("x86_64", "shell", json!({}))).unwrap();
    run.wait_for("~ # ");
    run.machine.send(b"stty -echo; cat > /paste\n").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let line = format!("{}\n", "x".repeat(99));
    run.machine.send(format!("{}\x04", line.repeat(100)).as_bytes()).unwrap();
    run.machine.send(b"wc -c < /paste\n").unwrap();
    run.wait_for("10000");
}

#[test]
fn a_hung_guest_is_stopped_and_nothing_of_it_is_left() {
    let mut run =
        start(guest("x86_64", "hang", json!({ "args": ["-name", "left-behind-test"] }))).unwrap();
    run.wait_for("going to sleep");
    assert_eq!(processes_with("left-behind-test"), 1);
    let begin = Instant::now();
    run.machine.stop(Stop::Now);
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert_eq!(processes_with("left-behind-test"), 0);
    let ending = run.end();
    assert_eq!((ending.reason.as_str(), ending.by_guest), ("bootgate stopped it", false));
    run.machine.stop(Stop::Now);
}

#[test]
fn a_machine_that_is_dropped_is_gone() {
    let mut run =
        start(guest("x86_64", "hang", json!({ "args": ["-name", "dropped-test"] }))).unwrap();
    run.wait_for("going to sleep");
    drop(run);
    assert_eq!(processes_with("dropped-test"), 0);
}

#[test]
fn a_guest_deaf_to_the_power_button_is_stopped_after_its_grace() {
    let mut run = start(guest("x86_64", "hang", json!({}))).unwrap();
    run.wait_for("going to sleep");
    let begin = Instant::now();
    run.machine.stop(Stop::Powerdown(Duration::from_millis(700)));
    assert!(begin.elapsed() >= Duration::from_millis(700));
    assert_eq!(run.end().reason, "bootgate stopped it");
}

#[test]
fn an_autopsy_writes_the_registers_of_every_processor() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = start(guest("x86_64", "hang", json!({ "cpus": 2 }))).unwrap();
    run.wait_for("going to sleep");
    let begin = Instant::now();
    assert_eq!(run.machine.autopsy(folder.path()), [folder.path().join("registers.txt")]);
    assert!(begin.elapsed() < Duration::from_secs(2));
    let registers = fs::read_to_string(folder.path().join("registers.txt")).unwrap();
    assert_eq!(registers.matches("RIP=").count(), 2, "{registers}");
}

#[test]
fn an_autopsy_takes_a_picture_where_there_is_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = start(guest("x86_64", "hang", json!({ "display": "std" }))).unwrap();
    run.wait_for("going to sleep");
    let screen = folder.path().join("screen.png");
    assert_eq!(run.machine.screenshot(folder.path()), Some(screen.clone()));
    fs::remove_file(&screen).unwrap();
    assert_eq!(run.machine.autopsy(folder.path()).len(), 2);
    assert_eq!(run::picture_size(&screen), (720, 400), "the size of VGA's text");
}

#[test]
fn a_tpm_that_dies_is_the_infrastructures_fault_and_is_named() {
    let keys = json!({ "tpm": true });
    let mut run = start(guest("x86_64", "hang", keys)).unwrap();
    run.wait_for("going to sleep");
    let swtpm = child_named("swtpm");
    assert!(Command::new("kill").args(["-9", &swtpm]).status().unwrap().success());
    let ending = run.end();
    assert!(!ending.by_guest && ending.reason.starts_with("swtpm, the guest's TPM"), "{ending:?}");
}

/// The one process of this name that these tests started.
fn child_named(name: &str) -> String {
    let us = std::process::id().to_string();
    let found = Command::new("pgrep").args(["-P", &us, "-x", name]).output().unwrap();
    let pids = String::from_utf8(found.stdout).unwrap();
    pids.lines().next_back().unwrap().to_owned()
}

#[test]
fn microvm_boots_and_powers_off() {
    let mut run = start(guest("x86_64", "", json!({ "machine": "microvm" }))).unwrap();
    assert_eq!(run.end().reason, "the guest powered off");
    assert_eq!(run.count(SIGN), 1);
}

#[test]
fn the_other_architectures_boot_and_power_off() {
    for arch in ["aarch64", "riscv64"] {
        let mut run = start(guest(arch, "", json!({}))).unwrap();
        assert_eq!(run.end().reason, "the guest powered off", "{arch}:\n{}", run.console);
        assert_eq!(run.count(SIGN), 1, "{arch}");
    }
}

#[test]
fn a_guest_has_its_drives_and_its_network_also_when_booted_fast() {
    let folder = tempfile::tempdir().unwrap();
    let drives: Vec<_> = ["virtio", "scsi", "ide", "ide", "nvme", "cdrom"]
        .map(|interface| {
            let file = folder.path().join(format!("a,b:{interface}"));
            fs::write(&file, vec![0; 1 << 20]).unwrap();
            json!({ "file": file, "interface": interface })
        })
        .into();
    let keys = json!({ "drives": drives, "network": { "forward": [{ "host": free_port(), "guest": 22 }] } });
    let mut run = start(guest("x86_64", "shell", keys)).unwrap();
    run.wait_for("~ # ");
    run.machine.send(b"cat /sys/bus/pci/devices/*/class; echo END\n").unwrap();
    run.wait_for("\nEND");
    for class in ["0x010000", "0x010601", "0x010802", "0x020000"] {
        assert!(run.console.contains(class), "no device of class {class}:\n{}", run.console);
    }
}

#[test]
fn every_architectures_defaults_are_accepted_by_its_qemu() {
    for arch in ["x86_64", "aarch64", "riscv64", "loongarch64", "s390x"] {
        let run = start(run::spec(
            json!({ "arch": arch, "accel": "tcg", "cpus": 2, "memory": "1G", "network": {} }),
        ));
        assert!(run.is_ok(), "{arch}: {:?}", run.err());
    }
}

#[test]
fn drives_fit_on_every_bus() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(1 << 20).unwrap();
    let drives = ["virtio", "scsi", "cdrom"]
        .map(|interface| json!({ "file": file.path(), "interface": interface }));
    for (arch, machine) in
        [("x86_64", "microvm"), ("x86_64", "pc"), ("aarch64", "virt"), ("riscv64", "virt")]
    {
        let keys = json!({ "machine": machine, "drives": drives, "network": {} });
        let run = start(guest(arch, "hang", keys));
        assert!(run.is_ok(), "{arch} {machine}: {:?}", run.err());
    }
}

#[test]
fn a_port_in_use_is_infrastructure_and_says_which() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let keys = json!({ "network": { "forward": [{ "host": port, "guest": 22 }] } });
    let problem = start(guest("x86_64", "", keys)).err().unwrap();
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert!(problem.message.contains(&port.to_string()), "{problem}");
    assert!(problem.hint.unwrap().contains("network.forward"));
}

#[test]
fn an_unknown_machine_is_the_users_mistake_with_qemus_words_and_ours() {
    let problem = start(guest("x86_64", "", json!({ "machine": "toaster" }))).err().unwrap();
    assert_eq!(problem.fault, Fault::User);
    assert!(problem.message.contains("unsupported machine type"), "{problem}");
    assert!(problem.hint.unwrap().contains("-machine help"));
}

#[test]
fn more_memory_than_there_is_is_infrastructure() {
    let problem = start(guest("x86_64", "", json!({ "memory": "900000G" }))).err().unwrap();
    assert_eq!(problem.fault, Fault::Infrastructure, "{problem}");
}

#[test]
fn kvm_that_does_not_run_the_guest_is_infrastructure_where_it_was_asked_for() {
    let asked = guest("aarch64", "", json!({ "accel": "kvm" }));
    let problem = start(asked).err().unwrap();
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert!(problem.message.starts_with("KVM cannot be used: "), "{problem}");
    assert!(problem.hint.is_some());
}

#[test]
fn auto_runs_the_guest_whatever_the_host_is_fit_for() {
    let mut run = start(guest("x86_64", "", json!({ "accel": "auto" }))).unwrap();
    assert_eq!(run.end().reason, "the guest powered off");
    let noted = run.started.notes.iter().any(|note| note.starts_with("KVM is not used: "));
    assert_eq!(noted, run.started.accelerator == Some(Accelerator::Tcg), "{:?}", run.started);
}

#[test]
fn auto_falls_back_and_says_why() {
    let mut run = start(guest("aarch64", "hang", json!({ "accel": "auto" }))).unwrap();
    assert_eq!(run.started.accelerator, Some(Accelerator::Tcg));
    assert!(run.started.notes[0].starts_with("KVM is not used: "), "{:?}", run.started.notes);
    run.machine.stop(Stop::Now);
}

#[test]
fn a_qemu_dies_with_a_run_that_is_killed_outright() {
    let mut run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_run_to_be_killed", "--ignored"])
        .env("MARK", "orphan-test")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = wait_until(|| processes_with("orphan-test") == 1);
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(began, "no QEMU was started");
    assert!(wait_until(|| processes_with("orphan-test") == 0), "QEMU outlived its run");
}

#[test]
#[ignore = "run by `a_qemu_dies_with_a_run_that_is_killed_outright`, which kills it"]
fn as_a_run_to_be_killed() {
    let Some(mark) = std::env::var("MARK").ok() else { return };
    let mut run = start(guest("x86_64", "hang", json!({ "args": ["-name", mark] }))).unwrap();
    run.end();
}

fn wait_until(holds: impl Fn() -> bool) -> bool {
    let begin = Instant::now();
    while !holds() && begin.elapsed() < run::PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    holds()
}

#[test]
fn qemu_is_locked_in() {
    let keys = json!({ "arch": "x86_64", "accel": "tcg", "args": ["-name", "sandbox-test"] });
    let run = start(run::spec(keys)).unwrap();
    let status = fs::read_to_string(with("sandbox-test")[0].join("status")).unwrap();
    assert!(status.lines().any(|line| line == "Seccomp:\t2"), "{status}");
    drop(run);
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// How many processes have `word` among their arguments.
fn processes_with(word: &str) -> usize {
    with(word).len()
}

/// Their folders in `/proc`.
fn with(word: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|folder| folder.path());
    let has =
        |line: &[u8]| line.split(|&byte| byte == 0).any(|argument| argument == word.as_bytes());
    folders.filter(|folder| fs::read(folder.join("cmdline")).is_ok_and(|line| has(&line))).collect()
}
