//! The action as a runner starts it, on a host with a real kernel.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::guest;
use testkit::runner::World;
use testkit::sshd::Sshd;

use crate::session::nothing_is_left_soon;

const OURS: &str = env!("CARGO_BIN_EXE_bootgate");

/// A runner whose checkout has a kernel that git does not know, and a spec that boots it in this mode.
pub(crate) fn checkout(mode: &str) -> World {
    let (runner, guest) = (World::new(), guest("x86_64"));
    let root = runner.workspace();
    fs::create_dir(root.join("out")).unwrap();
    fs::copy(&guest.kernel, root.join("out/kernel")).unwrap();
    fs::copy(&guest.initrd, root.join("out/initrd")).unwrap();
    fs::write(root.join(".gitignore"), "/out\n/bootgate-evidence\n").unwrap();
    let spec = format!(
        "machine:\n  qemu:\n    arch: x86_64\n    accel: tcg\n    kernel: out/kernel\n    initrd: out/initrd\n    \
         append: \"console=ttyS0 panic=-1 {mode}\"\npass: \"^ALL TESTS PASSED$\"\nlimits: {{ total: 3m, silence: 90s }}\n"
    );
    fs::write(root.join("smoke.yaml"), spec).unwrap();
    let mut git = Command::new("git");
    assert!(git.args(["init", "--quiet"]).current_dir(&root).status().unwrap().success());
    about(runner.input("spec", "smoke.yaml"), "{\"ref\":\"refs/heads/main\"}")
}

/// A run on this event.
fn about(runner: World, event: &str) -> World {
    let path = runner.workspace().with_file_name("event.json");
    fs::write(&path, event).unwrap();
    runner.set("GITHUB_EVENT_PATH", path.to_str().unwrap())
}

pub(crate) fn to_host(runner: World, sshd: &Sshd) -> World {
    runner
        .input("host", &sshd.address())
        .input("host-key", &sshd.host_key())
        .input("ssh-key", &sshd.user_key())
}

fn run(runner: &World, arguments: &[&str]) -> Output {
    let mut command = command(runner, arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

pub(crate) fn command(runner: &World, arguments: &[&str]) -> Command {
    let mut command = Command::new(OURS);
    let temp = runner.workspace().with_file_name("tmp");
    fs::create_dir_all(&temp).unwrap();
    command.args(arguments).envs(runner.vars()).current_dir(runner.workspace());
    command.env("TMPDIR", temp).env("HOME", runner.workspace().with_file_name("home"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn verdict(runner: &World) -> Value {
    let path = runner.workspace().join("bootgate-evidence/verdict.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

pub(crate) fn shown(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    format!("{out}{err}")
}

#[test]
fn the_same_spec_comes_to_the_same_here_and_on_a_host() {
    let sshd = Sshd::start();
    for (mode, expected, code) in [("", "passed", 0), ("bootgate.mode=panic", "crashed", 1)] {
        let here = checkout(mode);
        let local = run(&here, &["run-vm-test"]);
        let there = to_host(checkout(mode), &sshd);
        let remote = run(&there, &["run-remote-test"]);
        assert_eq!(
            (local.status.code(), remote.status.code()),
            (Some(code), Some(code)),
            "{}",
            shown(&remote)
        );
        let same = ["verdict", "kind", "title"]
            .map(|key| (verdict(&here)[key].clone(), verdict(&there)[key].clone()));
        assert!(same.iter().all(|(here, there)| here == there), "{same:?}");
        assert_eq!(verdict(&there)["verdict"], expected);
        let outputs = there.outputs();
        assert_eq!((outputs["verdict"].as_str(), &outputs["host"]), (expected, &sshd.address()));
        for file in ["report.html", "console.log", "console.cast", "junit.xml", "reproduce.sh"] {
            assert!(there.workspace().join("bootgate-evidence").join(file).is_file(), "{file}");
        }
        assert!(sshd.processes().is_empty(), "{:?}", sshd.processes());
        let log = shown(&remote);
        let log: String = log.lines().filter(|line| !line.starts_with("::add-mask::")).collect();
        assert!(!log.contains(sshd.user_key().lines().nth(1).unwrap()));
    }
}

#[test]
fn what_is_built_there_is_booted_there_and_a_build_that_fails_is_no_pass() {
    let sshd = Sshd::start();
    let root = |runner: &World| runner.workspace();
    let runner = to_host(checkout(""), &sshd)
        .input("build", "test -n \"$BOOTGATE_SECRETS\" && cp out/kernel out/built");
    let runner = runner.input("secrets", "TOKEN=hush hush");
    let spec = fs::read_to_string(root(&runner).join("smoke.yaml")).unwrap();
    fs::write(root(&runner).join("smoke.yaml"), spec.replace("out/kernel", "out/built")).unwrap();
    let runner = runner.input("sync", "out/kernel");
    let output = run(&runner, &["run-remote-test"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(verdict(&runner)["verdict"], "passed");
    let failing = to_host(checkout(""), &sshd).input("build", "echo no compiler >&2; exit 7");
    let output = run(&failing, &["run-remote-test"]);
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert!(shown(&output).contains("ended with status 7"), "{}", shown(&output));
}

#[test]
fn a_mistake_in_the_spec_is_the_users_wherever_it_is_found() {
    let sshd = Sshd::start();
    let runner = to_host(checkout(""), &sshd);
    fs::remove_file(runner.workspace().join("out/kernel")).unwrap();
    let output = run(&runner, &["run-remote-test"]);
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(shown(&output).contains("out/kernel"), "{}", shown(&output));
}

#[test]
fn a_forks_change_reaches_no_host_unless_it_was_approved() {
    let sshd = Sshd::start();
    let event =
        "{\"pull_request\":{\"head\":{\"sha\":\"abc\",\"repo\":{\"full_name\":\"evil/guest\"}}}}";
    let runner = about(to_host(checkout(""), &sshd), event);
    let output = run(&runner, &["run-remote-test"]);
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(
        shown(&output).contains("is of `evil/guest`, and nobody has approved it"),
        "{}",
        shown(&output)
    );
    assert!(!Path::new(&sshd.home()).join(".cache").exists());
}

#[test]
fn whenever_it_is_killed_its_post_leaves_nothing_on_the_host() {
    let sshd = Sshd::start();
    let post = ["post", "run-remote-test"];
    let mut until_boot = Duration::ZERO;
    for round in 0..20_u32 {
        let runner = to_host(checkout("bootgate.mode=hang"), &sshd);
        let mut main = command(&runner, &["run-remote-test"]).spawn().unwrap();
        let start = Instant::now();
        match round {
            // How long it takes on this machine as it is now.
            0 => {
                while !sshd.processes().iter().any(|it| it.contains("qemu-system-")) {
                    assert!(start.elapsed() < Duration::from_secs(60), "nothing was booted");
                    std::thread::sleep(Duration::from_millis(20));
                }
                until_boot = start.elapsed();
            }
            _ => std::thread::sleep(until_boot * (round * 7 + 2) / 70),
        }
        main.kill().unwrap();
        main.wait().unwrap();
        let state: Vec<_> = runner.state().into_iter().collect();
        let runner = state
            .iter()
            .fold(runner, |runner, (name, value)| runner.set(&format!("STATE_{name}"), value));
        let output = run(&runner, &post);
        assert_eq!(output.status.code(), Some(0), "round {round}: {}", shown(&output));
        nothing_is_left_soon(&sshd);
    }
}

#[test]
fn a_spec_that_names_a_host_runs_there_with_the_users_own_agent() {
    let (sshd, runner) = (Sshd::start(), checkout(""));
    let folder = runner.workspace().with_file_name("agent");
    fs::create_dir(&folder).unwrap();
    let (key, socket) = (folder.join("key"), folder.join("socket"));
    fs::write(&key, sshd.user_key()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let mut agent = Command::new("ssh-agent");
    let mut agent = agent.arg("-Da").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while !socket.exists() && start.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut add = Command::new("ssh-add");
    assert!(add.arg("-q").arg(&key).env("SSH_AUTH_SOCK", &socket).status().unwrap().success());
    fs::remove_file(key).unwrap();
    let spec = runner.workspace().join("smoke.yaml");
    let (address, known) = (sshd.address(), sshd.host_key());
    let host = format!("  ssh: {{ host: '{address}', host-key: '{}' }}\npass:", known.trim());
    let text = fs::read_to_string(&spec).unwrap().replace("pass:", &host);
    fs::write(spec, text).unwrap();
    let mut command = command(&runner, &["run-vm-test", "--pass", "^Linux version"]);
    command.env("SSH_AUTH_SOCK", socket).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.output().unwrap();
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert_eq!(runner.outputs()["verdict"], "incomplete");
}

#[test]
fn the_host_says_what_it_can_run_and_installs_nothing_that_is_there() {
    let (sshd, runner) = (Sshd::start(), checkout(""));
    let asked = run(&to_host(checkout(""), &sshd), &["run-remote-test", "--doctor"]);
    assert_eq!(asked.status.code(), Some(0), "{}", shown(&asked));
    assert!(shown(&asked).contains("x86_64       QEMU "), "{}", shown(&asked));
    let installed = run(&to_host(runner, &sshd).input("install", "true"), &["run-remote-test"]);
    assert_eq!(installed.status.code(), Some(0), "{}", shown(&installed));
    assert!(shown(&installed).contains("setup-qemu --targets x86_64"), "{}", shown(&installed));
}
