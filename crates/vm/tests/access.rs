//! A real Debian, asked by OpenSSH and by its agent.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]
#![expect(clippy::print_stdout, reason = "how long it took is shown")]

mod run;

use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use run::Run;
use serde_json::{Value, json};
use spec::{Access, SshAccess};
use trial::{Machine, Question, Said, Signal, Signals, Stop, Unreached};
use vm::{Qemu, Terminal};

/// Longer than such a guest takes to boot on a busy host, twice.
const PATIENCE: Duration = Duration::from_secs(1200);

/// What Debian's network needs to be told, for nothing in the image does.
const NETWORK: &str = "ip=dhcp systemd.wants=systemd-networkd.service systemd.wants=systemd-network-generator.service";

struct Guest {
    run: Run,
    asked: u64,
    began: Instant,
}

impl Guest {
    fn start(access: Access, network: Value) -> Guest {
        let os = testkit::os();
        let keys = json!({
            "arch": "x86_64", "kernel": os.kernel, "initrd": os.initrd, "accel": "tcg", "memory": "1G", "reboot": true,
            "append": format!("console=ttyS0 root=/dev/vda rw {NETWORK}"), "drives": [{ "file": os.disk }], "network": network,
        });
        let machine = Qemu::new(run::spec(keys)).reached_by(access);
        Guest { run: run::start_machine(machine).unwrap(), asked: 0, began: Instant::now() }
    }

    fn ask(&mut self, script: &str, limit: u64, most: usize) -> Result<Said, Unreached> {
        self.asked += 1;
        let (id, limit) = (self.asked, Duration::from_secs(limit));
        self.run.machine.ask(Question { id, script: script.into(), limit, most }).unwrap();
        self.run.watch(|run| run.answers.last().is_some_and(|answer| answer.id == id));
        let answer = self.run.answers.pop().unwrap();
        assert_eq!((answer.id, self.run.answers.len()), (id, 0), "one answer to each question");
        answer.result
    }

    /// Asks until there is an answer that `fits`, and tells all others.
    fn until(&mut self, script: &str, fits: impl Fn(&Said) -> bool) -> (Said, Vec<Unreached>) {
        let mut others = Vec::new();
        while self.began.elapsed() < PATIENCE {
            match self.ask(script, 10, 1000) {
                Ok(said) if fits(&said) => return (said, others),
                Ok(_) => {}
                Err(other) => others.push(other),
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!("{others:?}\n{}", self.run.console)
    }

    /// What every way has to carry.
    fn answers_as_it_should(&mut self) {
        let said = self.ask("echo out; echo err >&2; cat; exit 255", 30, 100).unwrap();
        let (stdout, stderr) = (b"out\n".to_vec(), b"err\n".to_vec());
        assert_eq!(said, Said { status: 255, stdout, stderr, is_cut: false });
        assert_eq!(self.ask("kill -9 $$", 30, 100).unwrap().status, 137);
        let flood = self.ask("head -c 2000000 /dev/zero | tr '\\0' x", 120, 1000).unwrap();
        assert_eq!((flood.stdout.len(), flood.is_cut), (1000, true));
        let late = self.ask("sleep 100", 3, 100).unwrap_err();
        assert_eq!(late, Unreached::Lost("the script did not end in time".into()));
        let began = Instant::now();
        assert_eq!(self.ask("uname -s", 30, 100).unwrap().stdout, b"Linux\n");
        println!("a question and its answer: {:?}", began.elapsed());
    }

    /// Restarts it, and finds it again under another name.
    fn comes_back_after_a_reboot(&mut self) {
        const BOOT: &str = "cat /proc/sys/kernel/random/boot_id";
        let before = self.ask(BOOT, 30, 100).unwrap();
        self.ask("systemctl --no-block reboot", 30, 100).unwrap();
        self.began = Instant::now();
        let (after, others) = self.until(BOOT, |said| said.stdout != before.stdout);
        println!("back after {:?}, meanwhile {others:?}", self.began.elapsed());
        assert_eq!((after.status, after.stdout.len()), (0, before.stdout.len()));
    }
}

#[test]
#[ignore = "slow"]
fn a_debian_is_asked_by_ssh_with_a_credential_before_and_after_a_reboot() {
    let mut guest = Guest::start(Access::Ssh(SshAccess::default()), Value::Null);
    let first = guest.ask("true", 10, 100);
    assert!(matches!(first, Err(Unreached::NotReady(_))), "{first:?}");
    let (_, others) = guest.until("true", |said| said.status == 0);
    println!("login after {:?}, before that {others:?}", guest.began.elapsed());
    assert!(others.iter().all(|other| matches!(other, Unreached::NotReady(_))), "{others:?}");
    guest.answers_as_it_should();
    guest.comes_back_after_a_reboot();
    guest
        .run
        .machine
        .ask(Question { id: 1000, script: "sleep 50".into(), limit: PATIENCE, most: 1 })
        .unwrap();
    guest.run.machine.stop(Stop::Now);
    guest.run.watch(|run| run.answers.iter().any(|answer| answer.id == 1000));
    let answer = guest.run.answers.pop().unwrap();
    assert!(answer.id == 1000 && answer.result.is_err(), "{answer:?}");
}

/// A machine that only leads to another one.
struct Leading(Terminal, Receiver<(Instant, Signal)>);

impl Leading {
    fn to(port: u16, user: &str, key: &Path) -> Leading {
        let ssh = SshAccess {
            user: user.into(),
            address: Some(format!("127.0.0.1:{port}")),
            key: Some(key.into()),
            ..SshAccess::default()
        };
        let command: spec::Command =
            serde_json::from_value(json!({ "run": "sleep 1000" })).unwrap();
        let mut machine = Terminal::new(command).reached_by(Access::Ssh(ssh));
        let (signals, heard) = Signals::channel();
        machine.start(signals).unwrap();
        Leading(machine, heard)
    }

    fn ask(&mut self, script: &str) -> Result<Said, Unreached> {
        let limit = Duration::from_secs(60);
        self.0.ask(Question { id: 1, script: script.into(), limit, most: 100 }).unwrap();
        match self.1.recv_timeout(2 * limit).unwrap().1 {
            Signal::Answer(answer) => answer.result,
            other => panic!("{other:?}"),
        }
    }

    /// Asks who is there until the answer `fits`.
    fn until(&mut self, fits: impl Fn(&Result<Said, Unreached>) -> bool) {
        let began = Instant::now();
        while !fits(&self.ask("id -un")) {
            assert!(began.elapsed() < PATIENCE, "it never came");
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

#[test]
#[ignore = "slow"]
fn a_debian_is_asked_by_its_agent_and_a_command_by_the_address_of_another_user() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let network = json!({ "forward": [{ "host": port, "guest": 22 }] });
    let mut guest = Guest::start(Access::GuestAgent, network);
    let none = Err(Unreached::NotReady("no guest agent answers".into()));
    assert_eq!(guest.ask("true", 10, 100), none);
    guest.until("true", |said| said.status == 0);
    println!("the agent answers after {:?}", guest.began.elapsed());
    guest.answers_as_it_should();
    guest.comes_back_after_a_reboot();

    guest.until("systemctl stop ssh", |said| said.status == 0);
    let login = access::Login::prepare(&SshAccess::default()).unwrap();
    let mut leading = Leading::to(port, "kim", &login.folder().join("key"));
    let closed = Err(Unreached::NotReady("the connection was closed at once".into()));
    guest.until("ip -4 addr show scope global | grep inet", |said| said.status == 0);
    leading.until(|answer| *answer == closed);
    let rules = access::hand_in::credential("kim", login.public_key().unwrap());
    let script = format!(
        "useradd -ms /bin/bash kim && echo {rules} | base64 -d | systemd-tmpfiles --create - && systemctl start ssh"
    );
    assert_eq!(guest.ask(&script, 60, 1000).unwrap().status, 0);
    let kim = Said { stdout: b"kim\n".to_vec(), ..Said::default() };
    leading.until(|answer| *answer == Ok(kim.clone()));
}

/// What would be started for a guest that is asked like this.
fn planned(access: Value, keys: Value) -> Result<String, trial::Problem> {
    let access: SshAccess = serde_json::from_value(access).unwrap();
    let machine = Qemu::new(run::spec(keys)).reached_by(Access::Ssh(access));
    machine.plan().map(|plan| plan.to_string())
}

#[test]
fn a_plan_shows_the_way_in_and_what_is_handed_in_without_a_key() {
    let guest = testkit::guest("x86_64");
    let keys = |machine: &str| json!({ "arch": "x86_64", "accel": "tcg", "machine": machine, "kernel": guest.kernel, "append": "quiet" });
    let credential = access::hand_in::credential("root", "PUBLIC-KEY");
    let plan = planned(json!({}), keys("q35")).unwrap();
    let smbios = format!("io.systemd.credential.binary:tmpfiles.extra={credential}");
    assert!(
        plan.contains("restrict=on,hostfwd=tcp:127.0.0.1:0-:22") && plan.contains(&smbios),
        "{plan}"
    );
    let plan = planned(json!({}), keys("microvm")).unwrap();
    let append = format!("'quiet systemd.set_credential_binary=tmpfiles.extra:{credential}'");
    assert!(plan.contains(&append) && !plan.contains("smbios"), "{plan}");
    let plan = planned(json!({ "hand-in": "ignition", "user": "core" }), keys("q35")).unwrap();
    assert!(plan.contains("name=opt/com.coreos/config,string={"), "{plan}");
    let mut forwarded = keys("q35");
    forwarded["network"] = json!({ "forward": [{ "host": 2222, "guest": 22 }] });
    let plan = planned(json!({}), forwarded).unwrap();
    assert!(plan.contains("restrict=on,hostfwd=tcp:127.0.0.1:2222-:22'"), "{plan}");
}

#[test]
fn a_way_that_a_machine_does_not_have_is_the_users_mistake() {
    let kernel = testkit::guest("x86_64").kernel;
    let address = planned(
        json!({ "address": "127.0.0.1:22" }),
        json!({ "arch": "x86_64", "kernel": kernel }),
    );
    assert_eq!(address.unwrap_err().exit_code(), 2);
    let no_way = planned(json!({}), json!({ "arch": "s390x" })).unwrap_err();
    assert!(no_way.message.contains("no SMBIOS") && no_way.exit_code() == 2, "{no_way}");
    let command: spec::Command = serde_json::from_value(json!({ "run": "true" })).unwrap();
    let refused =
        |access| Terminal::new(command.clone()).reached_by(access).plan().unwrap_err().message;
    assert!(refused(Access::GuestAgent).contains("no line to a guest agent"));
    assert!(refused(Access::Ssh(SshAccess::default())).contains("needs `address`"));
    let address =
        |address: &str| SshAccess { address: Some(address.into()), ..SshAccess::default() };
    assert!(refused(Access::Ssh(address("guest"))).contains("has no port"));
    assert!(refused(Access::Ssh(address("guest:22"))).contains("needs `key`"));
}
