//! The program as a user runs it: with the real QEMU of this machine, and with package managers that are not.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_setup-qemu");

fn run(arguments: &[&str], path: Option<&Path>) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command.output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", error(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A PATH with nothing on it but the shell's own words and what is put there.
fn folder(programs: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    programs.iter().for_each(|(name, script)| put(folder.path(), name, script));
    folder
}

/// Scripts have the real PATH, and `$here` for their folder.
fn put(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    let text = format!("#!/bin/sh\nPATH=/usr/bin:/bin\nhere={}\n{script}\n", folder.display());
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// For users who are not root: nothing is asked, and nothing more is allowed.
const SUDO: (&str, &str) = ("sudo", "shift; exec \"$@\"");

fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| text.contains("debian"))
}

#[test]
fn the_qemu_on_the_machine_is_used_and_every_target_is_proven() {
    let began = Instant::now();
    let output = run(&["--json", "--targets", "x86_64,aarch64", "--targets", "riscv64"], None);
    let ready = json(&output);
    for (index, arch) in ["x86_64", "aarch64", "riscv64"].into_iter().enumerate() {
        let emulator = &ready["emulators"][index];
        assert_eq!(emulator["arch"], arch);
        assert!(emulator["boot_ms"].as_u64().is_some_and(|ms| ms < 2000), "{emulator}");
    }
    assert!(Path::new(ready["path"].as_str().unwrap()).join("qemu-system-x86_64").exists());
    assert!(ready["version"].as_str().unwrap().split('.').count() == 3, "{ready}");
    assert_eq!(ready["installed"], serde_json::json!([]));
    let kvm = ready["kvm"].as_str().unwrap();
    assert!(!kvm.is_empty() && !kvm.contains('\n'), "{kvm}");
    println!("three emulators were proven in {} ms", began.elapsed().as_millis());
}

#[test]
fn a_person_is_told_what_is_ready() {
    let output = run(&["--targets", "riscv64"], None);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.starts_with("ready QEMU ") && said.contains("\n  riscv64      boots in "),
        "{said}"
    );
    assert!(said.contains("\n  kvm "), "{said}");
}

#[test]
fn a_dry_run_prints_the_plan_and_does_nothing() {
    if !is_debian() {
        return;
    }
    let folder = folder(&[("apt-get", ": >$here/called"), SUDO]);
    let output = run(&["--dry-run", "--targets", "arm64"], Some(folder.path()));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.starts_with("`qemu-system-aarch64` is not on PATH\ninstall with `apt-get` on "),
        "{said}"
    );
    assert!(!folder.path().join("called").exists());
    let plan = json(&run(&["--dry-run", "--json", "--targets", "arm64"], Some(folder.path())));
    assert_eq!(plan["source"]["packages"]["names"][0], "qemu-system-arm");
}

#[test]
fn a_locked_package_manager_is_waited_for_and_what_it_installs_is_proven() {
    if !is_debian() {
        return;
    }
    let script = "echo . >>$here/calls
        [ $(wc -l <$here/calls) -gt 2 ] || { echo 'E: Could not get lock /var/lib/dpkg/lock-frontend' >&2; exit 100; }
        ln -s /usr/bin/qemu-system-x86_64 $here/";
    let folder = folder(&[("apt-get", script), SUDO]);
    let ready = json(&run(&["--json", "--targets", "x86_64"], Some(folder.path())));
    assert_eq!(ready["path"], folder.path().to_str().unwrap());
    assert_eq!(ready["installed"][0], "qemu-system-x86");
    assert!(ready["emulators"][0]["boot_ms"].is_u64(), "{ready}");
}

#[test]
fn a_package_manager_that_fails_for_good_is_infrastructure_with_its_last_lines() {
    if !is_debian() {
        return;
    }
    let script = "echo 'E: Unable to correct problems, you have held broken packages.'; exit 100";
    let folder = folder(&[("apt-get", script), SUDO]);
    let output = run(&["--targets", "x86_64"], Some(folder.path()));
    assert_eq!(output.status.code(), Some(3));
    let said = error(&output);
    assert!(said.contains("error: cannot install qemu-system-x86 "), "{said}");
    assert!(
        said.contains("\n  E: Unable to correct problems") && said.contains("\n  hint: "),
        "{said}"
    );
}

#[test]
fn a_version_that_the_distribution_does_not_have_is_infrastructure_and_says_what_it_has() {
    if !is_debian() {
        return;
    }
    let script = "ln -sf /usr/bin/qemu-system-x86_64 $here/";
    let folder = folder(&[("apt-get", script), SUDO]);
    let output = run(&["--version", ">=900", "--targets", "x86_64"], Some(folder.path()));
    assert_eq!(output.status.code(), Some(3));
    let said = error(&output);
    assert!(
        said.contains("and `>=900.0.0` is asked for")
            && said.contains(" offers `qemu-system-x86_64` "),
        "{said}"
    );
}

#[test]
fn an_emulator_that_boots_nothing_is_infrastructure() {
    let script = "case $1 in --version) echo QEMU emulator version 99.1.0;; *) echo no such machine >&2; exit 1;; esac";
    let folder = folder(&[("qemu-system-x86_64", script), SUDO]);
    let output = run(&["--version", "99.1", "--targets", "x86_64"], Some(folder.path()));
    assert_eq!(output.status.code(), Some(3));
    assert!(
        error(&output).contains("boots nothing: QEMU gave up (exit status: 1): `no such machine`"),
        "{}",
        error(&output)
    );
}

#[test]
fn a_wrong_input_is_the_users_mistake_and_the_right_forms_are_named() {
    for (arguments, hint) in [
        (["--version", "8.x"], "`>=8.2`"),
        (["--targets", "sparc"], "`riscv64`"),
        (["--kvm", "no"], "keep"),
    ] {
        let output = run(&arguments, None);
        assert_eq!(output.status.code(), Some(2));
        assert!(error(&output).contains(hint), "{}", error(&output));
    }
}

#[test]
fn on_a_runner_no_package_manager_can_give_it_a_command() {
    if !is_debian() {
        return;
    }
    let script = "echo '::set-output name=kvm::works'; echo 'x ##[error]forged'; ln -sf /usr/bin/qemu-system-x86_64 $here/";
    let folder = folder(&[("apt-get", script), SUDO]);
    let outputs = folder.path().join("outputs");
    fs::write(&outputs, "").unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["--targets", "x86_64"]).env("PATH", folder.path());
    let output =
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_OUTPUT", &outputs).output().unwrap();
    assert!(output.status.success(), "{}", error(&output));
    for line in error(&output).lines() {
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
    }
    assert!(error(&output).contains("forged"), "the text is still there");
    assert!(fs::read_to_string(outputs).unwrap().contains("version"), "the outputs are set");
}

/// As this user the KVM device mostly does not open, and there is no way to change that.
#[test]
fn a_device_that_stays_closed_fails_nothing_and_is_explained() {
    let open =
        fs::metadata("/dev/kvm").map_or(true, |kvm| kvm.permissions().mode() & 0o006 == 0o006);
    if !rustix::process::geteuid().is_root() || open {
        return;
    }
    let folder = folder(&[]);
    let program = folder.path().join("setup-qemu");
    fs::copy(PROGRAM, &program).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
    let ready = json(&command.args(["--json", "--targets", "x86_64"]).output().unwrap());
    assert_eq!(ready["kvm"], "no permission to open `/dev/kvm`");
}

#[test]
fn a_signal_ends_the_package_manager_and_says_so() {
    if !is_debian() {
        return;
    }
    let folder = folder(&[("apt-get", "echo $$ >$here/pid; sleep 60"), SUDO]);
    let mut child = Command::new(PROGRAM)
        .args(["--targets", "x86_64"])
        .env("PATH", folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = pid_in(&folder.path().join("pid"));
    let began = Instant::now();
    let ours = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(ours, rustix::process::Signal::INT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(3));
    assert!(began.elapsed() < Duration::from_secs(7), "a cancelled job gives no more time");
    assert!(!Path::new("/proc").join(pid.to_string()).join("exe").exists(), "it still runs");
    let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert!(said.contains("error: interrupted by SIGINT"), "{said}");
}

fn pid_in(file: &Path) -> u32 {
    for _ in 0..500 {
        if let Some(pid) = fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()) {
            return pid;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("`{}` was never written", file.display());
}
