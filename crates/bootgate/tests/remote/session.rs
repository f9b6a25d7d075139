//! What a host is asked for, piece by piece.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use problem::Fault;
use remote::ssh::{Connection, Login};
use remote::tree::{Source, list};
use remote::{Execute, Progress, Session, Want};
use testkit::sshd::Sshd;
use wire::Patience;

pub(crate) const OURS: &str = env!("CARGO_BIN_EXE_bootgate");

pub(crate) fn connect(sshd: &Sshd) -> Arc<Connection> {
    let login =
        Login { host_key: Some(sshd.host_key()), key: Some(sshd.user_key()), ..Login::default() };
    let once = Patience { tries: 1, first_wait: Duration::ZERO };
    Arc::new(Connection::open(&sshd.address().parse().unwrap(), &login, once).unwrap())
}

pub(crate) fn want(run: &str) -> Want {
    Want {
        run: run.into(),
        owner: format!("the owner of {run}"),
        tree: "octo/kernel".into(),
        slots: 1,
        wait: Duration::from_secs(20),
    }
}

fn open(connection: &Arc<Connection>, want: &Want) -> Session {
    let opened = Session::open(connection, Path::new(OURS), want, &mut |_| {});
    opened.unwrap().unwrap_or_else(|by| panic!("taken by {by:?}"))
}

/// What a shell script on the host came to, and printed.
fn shell(session: &mut Session, script: &str) -> (Option<i32>, String) {
    let words = ["sh", "-c", script].map(str::to_owned).to_vec();
    let mut output = Vec::new();
    let code = session.execute(&Execute { words, variables: Vec::new() }, &|| false, &mut |told| {
        if let Progress::Output(bytes) = told {
            output.extend_from_slice(bytes);
        }
    });
    (code.unwrap(), String::from_utf8(output).unwrap())
}

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

/// Bytes that cannot be pressed.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let byte = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(byte).collect()
}

fn source(root: &Path) -> Source {
    Source::read(root, &list(root, &[]).unwrap()).unwrap()
}

/// What of runs is left on the host: folders of theirs, and processes.
fn left(sshd: &Sshd) -> Vec<String> {
    let runs = sshd.home().join(".cache/bootgate/remote");
    let folders = fs::read_dir(runs).into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = folders.filter(|folder| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("bootgate-"))
    });
    let runs = folders.flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let mut left: Vec<String> = runs.map(|run| run.path().display().to_string()).collect();
    left.extend(sshd.processes());
    left
}

pub(crate) fn nothing_is_left_soon(sshd: &Sshd) {
    let start = Instant::now();
    while !left(sshd).is_empty() {
        if start.elapsed() > Duration::from_secs(15) {
            let all = Command::new("find").args(left(sshd)).args(["-ls"]).output().unwrap();
            panic!("left: {:?} {}", left(sshd), String::from_utf8_lossy(&all.stdout));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_run_has_its_tree_its_commands_and_its_evidence_and_leaves_nothing() {
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let here = tree(&[("src/main.c", "int x;\n"), ("build.sh", "cat src/main.c")]);
    let mut session = open(&connection, &want("one"));
    let sent = session.sync(&source(here.path()), &[], &mut |_| {}).unwrap();
    assert_eq!(sent, 7 + 14);
    assert_eq!(shell(&mut session, ". ./build.sh; exit 7"), (Some(7), "int x;\n".into()));
    assert_eq!(shell(&mut session, "kill -9 $$").0, None);
    session.hand_over("TOKEN", b"hush").unwrap();
    let secret = "stat -c '%a %T' -f \"$BOOTGATE_SECRETS\"; stat -c %a \"$BOOTGATE_SECRETS/TOKEN\"; cat \"$BOOTGATE_SECRETS/TOKEN\"";
    let (_, told) = shell(&mut session, secret);
    assert!(told.contains("tmpfs") && told.ends_with("600\nhush"), "{told}");
    let made = "mkdir -p \"$BOOTGATE_RUN/evidence/a\" && head -c 3000000 /dev/zero >\"$BOOTGATE_RUN/evidence/a/b\"";
    assert_eq!(shell(&mut session, made).0, Some(0));
    let evidence = tempfile::tempdir().unwrap();
    session.fetch(evidence.path()).unwrap();
    assert_eq!(fs::read(evidence.path().join("a/b")).unwrap(), vec![0; 3_000_000]);
    drop(session);
    nothing_is_left_soon(&sshd);
    let mut session = open(&connection, &want("two"));
    assert_eq!(session.sync(&source(here.path()), &[], &mut |_| {}).unwrap(), 0);
}

#[test]
fn two_runs_on_one_slot_take_turns_and_the_second_is_told_whose_the_first_is() {
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let first = open(&connection, &want("one"));
    let short = Want { wait: Duration::ZERO, ..want("two") };
    let refused = Session::open(&connection, Path::new(OURS), &short, &mut |_| {}).unwrap();
    assert_eq!(refused.unwrap_err(), ["the owner of one"]);
    let two = Want { slots: 2, ..short.clone() };
    assert_eq!(open(&connection, &two).slot, 1);
    let mut first = Some(first);
    let mut waited = Vec::new();
    let second = Session::open(&connection, Path::new(OURS), &want("two"), &mut |told| {
        if let Progress::Waiting(by) = told {
            waited.extend_from_slice(by);
            first.take();
        }
    });
    assert_eq!(second.unwrap().unwrap().slot, 0);
    assert_eq!(waited, ["the owner of one"]);
}

#[test]
fn a_command_that_is_cancelled_ends_with_all_that_it_started_and_the_evidence_can_be_had() {
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let mut session = open(&connection, &want("one"));
    let script = "trap 'mkdir -p $BOOTGATE_RUN/evidence; echo ended >$BOOTGATE_RUN/evidence/word; exit 3' TERM
                  sleep 300 & echo started; wait";
    let words = ["sh", "-c", script].map(str::to_owned).to_vec();
    let execute = Execute { words, variables: Vec::new() };
    let started = std::cell::Cell::new(false);
    let code = session.execute(&execute, &|| started.get(), &mut |told| {
        started.set(started.get() || matches!(told, Progress::Output(b"started\n")));
    });
    assert_eq!(code.unwrap(), Some(3));
    let evidence = tempfile::tempdir().unwrap();
    session.fetch(evidence.path()).unwrap();
    assert_eq!(fs::read_to_string(evidence.path().join("word")).unwrap(), "ended\n");
    assert!(!sshd.processes().iter().any(|it| it.contains("sleep 300")), "{:?}", sshd.processes());
}

#[test]
fn a_connection_that_breaks_ends_what_runs_and_is_the_infrastructures_fault() {
    let mut sshd = Sshd::start();
    let connection = connect(&sshd);
    let mut session = open(&connection, &want("one"));
    let words = ["sh", "-c", "sleep 300 & echo started; sleep 300"].map(str::to_owned).to_vec();
    let execute = Execute { words, variables: Vec::new() };
    let broken = session.execute(&execute, &|| false, &mut |_| sshd.end_connections());
    let problem = broken.unwrap_err();
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert!(problem.message.ends_with("dropped the connection"), "{problem:?}");
    drop(session);
    nothing_is_left_soon(&sshd);
    sshd.restart();
}

#[test]
fn a_sync_that_breaks_off_goes_on_where_it_was() {
    let mut sshd = Sshd::start();
    let here = tempfile::tempdir().unwrap();
    let noise = noise(24 << 20);
    fs::write(here.path().join("disk"), &noise).unwrap();
    let source = source(here.path());
    let connection = connect(&sshd);
    let mut session = open(&connection, &want("one"));
    let ended = std::cell::Cell::new(false);
    let broken = session.sync(&source, &[], &mut |told| {
        // Some of it is on its way still.
        if matches!(told, Progress::Sent(16_000_000.., _)) && !ended.replace(true) {
            sshd.end_connections();
        }
    });
    assert_eq!(broken.unwrap_err().fault, Fault::Infrastructure);
    drop(session);
    drop(connection);
    nothing_is_left_soon(&sshd);
    sshd.restart();
    let connection = connect(&sshd);
    let mut session = open(&connection, &want("two"));
    let sent = session.sync(&source, &[], &mut |_| {}).unwrap();
    assert!(sent > 0 && sent < noise.len() as u64, "{sent} bytes again");
    assert_eq!(shell(&mut session, "wc -c <disk").1.trim(), noise.len().to_string());
}

#[test]
fn what_a_killed_run_left_is_swept_by_name() {
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let mut session = open(&connection, &want("one"));
    assert_eq!(shell(&mut session, "test -d \"$BOOTGATE_RUN\"").0, Some(0));
    Session::sweep(&connection, Path::new(OURS), "another").unwrap();
    assert_eq!(shell(&mut session, "echo there"), (Some(0), "there\n".into()));
    Session::sweep(&connection, Path::new(OURS), "one").unwrap();
    nothing_is_left_soon(&sshd);
    assert_eq!(open(&connection, &Want { wait: Duration::ZERO, ..want("two") }).slot, 0);
}

#[test]
fn a_full_disk_on_the_host_is_told_with_what_to_do() {
    if !rustix::process::getuid().is_root() {
        eprintln!("left out: only root can give a user a small home");
        return;
    }
    let program = fs::metadata(OURS).unwrap().len();
    let sshd = Sshd::with_home_of(program + (8 << 20));
    let connection = connect(&sshd);
    let here = tree(&[]);
    fs::write(here.path().join("disk"), noise(16 << 20)).unwrap();
    let mut session = open(&connection, &want("one"));
    let problem = session.sync(&source(here.path()), &[], &mut |_| {}).unwrap_err();
    assert!(problem.message.contains("the disk is full"), "{problem:?}");
    assert_eq!(problem.fault, Fault::Infrastructure);
}

#[test]
fn of_several_hosts_the_first_that_is_free_is_taken_and_those_out_of_reach_are_passed_over() {
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let login =
        Login { host_key: Some(sshd.host_key()), key: Some(sshd.user_key()), ..Login::default() };
    let hosts = ["boards@127.0.0.1:1".to_owned(), sshd.address()].map(|host| host.parse().unwrap());
    let mut unreachable = 0;
    let mut take = |want: &Want| {
        remote::first_free(&hosts, &login, Path::new(OURS), want, &mut |told| {
            unreachable += usize::from(matches!(told, Progress::Unreachable(_)));
        })
    };
    let first = open(&connection, &want("one"));
    let refused = take(&Want { wait: Duration::ZERO, ..want("two") }).unwrap_err();
    assert!(refused.message.contains("the owner of one"), "{refused:?}");
    drop(first);
    assert_eq!(take(&want("two")).unwrap().host().to_string(), sshd.address());
    assert_eq!(unreachable, 2);
}

/// Tells this program that it is in a network of its own.
const INSIDE: &str = "BOOTGATE_INSIDE";

/// Runs the test of this name once more, in a network of its own.
fn in_a_network_of_its_own(name: &str) {
    let mut again = Command::new("unshare");
    again.args([if rustix::process::getuid().is_root() { "-n" } else { "-rn" }, "sh", "-c"]);
    again.arg("ip link set lo up && exec \"$0\" --exact \"$1\" --nocapture").env(INSIDE, "1");
    again.arg(std::env::current_exe().unwrap()).arg(name);
    assert!(again.status().unwrap().success());
}

#[test]
fn a_network_that_swallows_everything_ends_the_run_on_both_sides() {
    if std::env::var_os(INSIDE).is_none() {
        let name = "session::a_network_that_swallows_everything_ends_the_run_on_both_sides";
        return in_a_network_of_its_own(name);
    }
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let mut session = open(&connection, &want("one"));
    let words = ["sh", "-c", "sleep 300 & echo started; sleep 300"].map(str::to_owned).to_vec();
    let execute = Execute { words, variables: Vec::new() };
    let broken = session.execute(&execute, &|| false, &mut |_| {
        for way in ["--dport", "--sport"] {
            let mut iptables = Command::new("iptables");
            iptables.args([
                "-A",
                "INPUT",
                "-p",
                "tcp",
                way,
                &sshd.port().to_string(),
                "-j",
                "DROP",
            ]);
            assert!(iptables.status().unwrap().success());
        }
    });
    assert_eq!(broken.unwrap_err().fault, Fault::Infrastructure);
    let start = Instant::now();
    // The far side knows nothing until it has heard nothing for half a minute.
    while !left(&sshd).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(60), "left: {:?}", left(&sshd));
        std::thread::sleep(Duration::from_millis(200));
    }
}
