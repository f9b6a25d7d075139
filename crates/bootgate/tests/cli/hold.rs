//! Machines that are kept after they failed.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::kill::{machines, mark, soon};
use crate::world::{PASS, World};

/// A run whose machine is being held, with the ways to it.
struct Held {
    child: Child,
    told: String,
}

impl Held {
    fn begin(world: &World, mode: &str, rules: &str) -> Held {
        let spec = world.spec(&format!("bootgate.mode={mode} {}", mark(world)), rules);
        let spec = spec.to_string_lossy().into_owned();
        let mut command =
            world.command(&["run-vm-test", "--hold-on-failure", "5m", "--spec", &spec]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut told = String::new();
        let stderr = BufReader::new(child.stderr.take().expect("its words"));
        for line in stderr.lines().map_while(Result::ok) {
            told += &format!("{line}\n");
            if line.contains("Ctrl-C ends it") {
                break;
            }
        }
        Held { child, told }
    }

    /// Goes the way that ends in a socket of this name.
    fn attach(&self, name: &str) -> UnixStream {
        let words = self.told.split([' ', ':', '\'', '\n']);
        let path = words.filter(|word| word.starts_with('/')).find(|word| word.ends_with(name));
        let path = path.unwrap_or_else(|| panic!("no `{name}` in: {}", self.told));
        let stream = UnixStream::connect(path).expect("someone listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
        stream
    }

    /// Presses Ctrl-C, and looks that nothing is left.
    fn end(mut self, world: &World) -> (Option<i32>, String) {
        assert_eq!(machines(world), 1, "the machine is there until now");
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("a signal");
        let mut stdout = String::new();
        self.child.stdout.take().expect("its verdict").read_to_string(&mut stdout).expect("text");
        let code = self.child.wait().expect("it ends").code();
        assert!(soon(|| machines(world) == 0), "a machine is left");
        let serial = self.told.lines().find(|line| line.contains("serial:")).unwrap_or_default();
        let folder = serial.rsplit_once(':').map(|(_, path)| path.trim_end_matches("/serial"));
        assert!(folder.is_some_and(|folder| !std::path::Path::new(folder).exists()), "{serial}");
        (code, stdout)
    }
}

/// What comes until it has `text`.
fn until(stream: &mut UnixStream, text: &str) -> String {
    let (mut heard, mut bytes) = (String::new(), [0; 4096]);
    while !heard.contains(text) {
        let read = stream.read(&mut bytes).unwrap_or_else(|error| panic!("{error}: {heard}"));
        assert!(read > 0, "the end, without `{text}`: {heard}");
        heard += &String::from_utf8_lossy(&bytes[..read]);
    }
    heard
}

#[test]
fn a_guest_that_panicked_is_held_for_gdb_and_qmp_and_nothing_is_left() {
    let world = World::new();
    let held = Held::begin(&world, "panic", PASS);
    assert!(held.told.contains("crashed x86_64: kernel panic"), "{}", held.told);
    let mut gdb = held.attach("gdb");
    gdb.write_all(b"$?#3f").expect("a packet");
    assert!(until(&mut gdb, "#").contains("+$T"), "gdb is told why the guest stands still");
    let mut qmp = held.attach("qmp");
    qmp.write_all(b"{\"execute\":\"qmp_capabilities\"}{\"execute\":\"query-status\"}")
        .expect("room");
    until(&mut qmp, "\"running\": false");
    let (code, stdout) = held.end(&world);
    assert!(code == Some(1) && stdout.contains("crashed"), "{code:?} {stdout}");
}

#[test]
fn a_guest_with_a_shell_can_be_typed_at_while_it_is_held() {
    let world = World::new();
    let rules = "steps:\n  - prompt: \"~ # $\"\n  - run: \"false\"\nlimits: { total: 2m }\n";
    let held = Held::begin(&world, "shell", rules);
    let mut serial = held.attach("serial");
    serial.write_all(b"echo se''en\n").expect("room");
    until(&mut serial, "seen\r\n");
    let (code, stdout) = held.end(&world);
    assert!(code == Some(1) && stdout.contains("failed"), "{code:?} {stdout}");
}

#[test]
fn a_guest_that_passed_is_not_held() {
    let world = World::new();
    let spec = world.spec("", PASS);
    let ran =
        world.run(&["run-vm-test", "--hold-on-failure", "5m", "--spec", &spec.to_string_lossy()]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("held for"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_held_says_so() {
    let world = World::new();
    let spec = world.file("a.yaml", "machine: { command: { run: \"false\" } }\npass: ^ok$\n");
    let spec = spec.to_string_lossy();
    let ran = world.run(&["run-vm-test", "--hold-on-failure", "5m", "--spec", &spec]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("the machine was not held: only"), "{}", ran.stdout);
}
