//! Sends one tree over one link by turns with `tar`, `scp` and `ssh`, and with `rsync`, first whole and then with one line
//! changed, and says how often as fast we are.
//!
//! The link has 100 Mbit/s and 20 ms there and back. It is of this machine, in a network of its own, so that nobody's real
//! one is used.

#![expect(clippy::unwrap_used, reason = "a measurement may fail this way")]
#![expect(clippy::print_stdout, reason = "it is what it is for")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use remote::ssh::{Connection, Host, Login};
use remote::tree::{Source, list};
use remote::{Session, Want};
use tempfile::TempDir;
use testkit::relay;
use testkit::sshd::Sshd;
use wire::Patience;

/// How often each is measured; odd, so that one is in the middle.
const ROUNDS: usize = 3;

const MEGABITS: u32 = 100;
const ONE_WAY: Duration = Duration::from_millis(10);

/// As many files as a kernel has in a part of its tree, of 20 KiB each: 300 MiB.
const FILES: usize = 15_360;

/// Tells the process that it is in a network of its own.
const INSIDE: &str = "BOOTGATE_INSIDE";

fn main() {
    if env::var_os(INSIDE).is_none() {
        let mut again = Command::new("unshare");
        again.args(["-n", "sh", "-c", "ip link set lo up && exec \"$0\""]).env(INSIDE, "1");
        let status = again.arg(env::current_exe().unwrap()).status().unwrap();
        assert!(status.success(), "it needs root, `ip` and `tc` (iproute2), and rsync");
        return;
    }
    let (folder, sshd) = (TempDir::new().unwrap(), Sshd::on_a_link_of(MEGABITS));
    let port = relay::delaying(sshd.socket(), ONE_WAY);
    let world = World::new(&folder, &sshd, port);
    world.grow();
    // Our program is sent once, and stays.
    world.ours("warm");
    let mut times: [[Vec<Duration>; 2]; 3] = Default::default();
    for round in 0..ROUNDS {
        let ways: [&dyn Fn(&str) -> Duration; 3] =
            [&|name| world.ours(name), &|name| world.tar(name), &|name| world.rsync(name)];
        for (way, times) in ways.iter().zip(&mut times) {
            let name = format!("round-{round}");
            world.put_back();
            times[0].push(way(&name));
            world.change();
            times[1].push(way(&name));
        }
    }
    show(times.map(|times| times.map(median)));
}

/// What all of them need.
struct World {
    tree: PathBuf,
    key: PathBuf,
    known: PathBuf,
    login: Login,
    host: Host,
    user: String,
    port: u16,
}

impl World {
    fn new(folder: &TempDir, sshd: &Sshd, port: u16) -> World {
        let address = sshd.address();
        let user = address.split('@').next().unwrap().to_owned();
        let [tree, key, known] = ["tree", "key", "known"].map(|name| folder.path().join(name));
        let mut keygen = Command::new("install");
        fs::write(folder.path().join("plain"), sshd.user_key()).unwrap();
        keygen.args(["-m", "600"]).arg(folder.path().join("plain")).arg(&key);
        assert!(keygen.status().unwrap().success());
        fs::write(&known, format!("[127.0.0.1]:{port} {}", sshd.host_key())).unwrap();
        let login = Login {
            host_key: Some(sshd.host_key()),
            key: Some(sshd.user_key()),
            ..Login::default()
        };
        let host = format!("{user}@127.0.0.1:{port}").parse().unwrap();
        World { tree, key, known, login, host, user, port }
    }

    /// Text like that of a program: it can be pressed to about a fifth.
    fn grow(&self) {
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let words: Vec<String> =
            (0..3000).map(|_| format!("{:x}", next(1 << (8 + 4 * 6)))).collect();
        for file in 0..FILES {
            let mut text = String::with_capacity(20 << 10);
            while text.len() < 20 << 10 {
                // Some words are said more often than others.
                let at = next(3000) * next(3000) / 3000;
                text.push_str(&words[at as usize]);
                text.push(if next(9) == 0 { '\n' } else { ' ' });
            }
            let path = self.tree.join(format!("{}/{}/{file}.c", file % 32, file % 7));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn first(&self) -> PathBuf {
        self.tree.join("0/0/0.c")
    }

    fn change(&self) {
        let text = fs::read_to_string(self.first()).unwrap();
        fs::write(self.first(), text + "one line more\n").unwrap();
    }

    fn put_back(&self) {
        let text = fs::read_to_string(self.first()).unwrap();
        fs::write(self.first(), text.replace("one line more\n", "")).unwrap();
    }

    fn ours(&self, name: &str) -> Duration {
        let start = Instant::now();
        let connection = Connection::open(&self.host, &self.login, Patience::default()).unwrap();
        let want = Want {
            run: name.into(),
            owner: "the bench".into(),
            tree: name.into(),
            slots: 1,
            wait: Duration::from_secs(60),
        };
        let program = env::var_os("BOOTGATE_PROGRAM").expect("`./x bench remote` sets it");
        let opened = Session::open(&Arc::new(connection), Path::new(&program), &want, &mut |_| {});
        let mut session = opened.unwrap().unwrap();
        if name != "warm" {
            let source = Source::read(&self.tree, &list(&self.tree, &[]).unwrap()).unwrap();
            session.sync(&source, &[], &mut |_| {}).unwrap();
        }
        start.elapsed()
    }

    /// As AxVisor's workflow does it.
    fn tar(&self, name: &str) -> Duration {
        let archive = self.tree.with_extension("tar.gz");
        let start = Instant::now();
        let mut tar = Command::new("tar");
        run(tar.arg("-czf").arg(&archive).arg("-C").arg(&self.tree).arg("."));
        let mut scp = Command::new("scp");
        let to = format!("{}@127.0.0.1:{name}.tar.gz", self.user);
        run(scp
            .args(self.options())
            .args(["-qO", "-P", &self.port.to_string()])
            .arg(&archive)
            .arg(to));
        let unpack = format!(
            "rm -rf {name}.tar && mkdir {name}.tar && tar -xzf {name}.tar.gz -C {name}.tar"
        );
        run(self.ssh().arg(unpack));
        start.elapsed()
    }

    fn rsync(&self, name: &str) -> Duration {
        let start = Instant::now();
        let shell = format!("ssh {} -p {}", self.options().join(" "), self.port);
        let to = format!("{}@127.0.0.1:{name}.rsync/", self.user);
        let from = format!("{}/", self.tree.display());
        run(Command::new("rsync").args(["-az", "--delete", "-e", &shell, &from, &to]));
        start.elapsed()
    }

    fn ssh(&self) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(self.options()).args(["-p", &self.port.to_string()]);
        ssh.arg(format!("{}@127.0.0.1", self.user));
        ssh
    }

    fn options(&self) -> Vec<String> {
        let known = format!("UserKnownHostsFile={}", self.known.display());
        let key = self.key.display().to_string();
        ["-o", &known, "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-i", &key]
            .map(str::to_owned)
            .to_vec()
    }
}

fn run(command: &mut Command) {
    let status = command.stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn show([ours, tar, rsync]: [[Duration; 2]; 3]) {
    println!(
        "{FILES} files, 300 MiB, {MEGABITS} Mbit/s, {ONE_WAY:?} each way, medians of {ROUNDS}:\n"
    );
    println!("| | first | one line changed |\n| --- | --- | --- |");
    for (name, [first, second]) in
        [("bootgate", ours), ("tar, scp, ssh", tar), ("rsync -az", rsync)]
    {
        println!("| {name} | {:.2} s | {:.2} s |", first.as_secs_f64(), second.as_secs_f64());
    }
    let ratio = |theirs: Duration, ours: Duration| theirs.as_secs_f64() / ours.as_secs_f64();
    let aims = [
        ("first, as fast as tar and scp", ratio(tar[0], ours[0]), 2.0),
        ("second, as fast as rsync", ratio(rsync[1], ours[1]), 1.0 / 1.2),
        ("second, as fast as tar and scp", ratio(tar[1], ours[1]), 20.0),
    ];
    println!();
    for (what, ratio, aim) in aims {
        let word = if ratio >= aim { "met" } else { "missed" };
        println!("{what}: {ratio:.2} times; the aim of {aim:.2} is {word}");
    }
}
