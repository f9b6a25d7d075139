//! A real sshd on loopback, with keys and a configuration of its own.
//!
//! Whoever runs the tests as root gets one whose only user has no rights at all, and who exists in its mounts alone.
//! Others log in as themselves.

use std::fs::{self, Permissions};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use supervise::Child;
use tempfile::TempDir;

/// The user's password where the tests run as root, and how a shadow file has it.
pub const PASSWORD: &str = "correct horse";
const HASHED: &str = "$6$bootgate$MmqPQ8Y1Sx5sqK11eWMMs403M4ivjLCl9WzqEOVCrCNl2IOGdX3ORCgpun5L7N0T9Nissj/0gv1p2xcSC6Kud1";

/// What the user is called there, and their number.
const USER: &str = "boards";
const ID: u32 = 64_999;

/// An sshd that runs until it is dropped.
#[derive(Debug)]
pub struct Sshd {
    port: u16,
    /// The most bytes that the user's home holds.
    home_size: Option<u64>,
    /// The link that leads to it, if it is on none of its own: how many Mbit/s go over it.
    link: Option<u32>,
    // Ends before its folder goes.
    child: Option<Child>,
    folder: TempDir,
}

impl Sshd {
    /// Starts one.
    ///
    /// # Panics
    /// It is not installed or does not start.
    pub fn start() -> Sshd {
        Sshd::with(None, None)
    }

    /// Starts one whose user has a home of so many bytes. Only root can.
    ///
    /// # Panics
    /// As [`Sshd::start`].
    pub fn with_home_of(bytes: u64) -> Sshd {
        Sshd::with(Some(bytes), None)
    }

    /// Starts one at the other end of a link of so many Mbit/s, in a network of its own. Only root can, and only where
    /// the caller has a network of its own, too.
    ///
    /// # Panics
    /// As [`Sshd::start`], or there is no `ip` or `tc`.
    pub fn on_a_link_of(megabits: u32) -> Sshd {
        Sshd::with(None, Some(megabits))
    }

    fn with(home_size: Option<u64>, link: Option<u32>) -> Sshd {
        let folder = TempDir::with_prefix("bootgate-sshd-").expect("a folder");
        // The user has to come through to their home.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("a mode");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        let mut sshd = Sshd { port, home_size, link, child: None, folder };
        ["host", "user"].iter().for_each(|name| sshd.make_key(name));
        sshd.write_home();
        sshd.restart();
        sshd
    }

    /// Ends it, if it runs, with every connection, and starts it with the keys that are there now.
    ///
    /// # Panics
    /// It does not start.
    pub fn restart(&mut self) {
        self.child = None;
        self.child = Some(Child::spawn(&mut self.command()).expect("unshare starts"));
        if let Some(megabits) = self.link {
            let there = self.child.as_ref().expect("it runs").id();
            run(&format!(
                "ip link add near type veth peer name far netns {there} && {}",
                up("near", NEAR, megabits)
            ));
        }
        let limit = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.socket()).is_err() {
            assert!(Instant::now() < limit, "sshd does not answer: is openssh-server installed?");
            sleep(Duration::from_millis(20));
        }
    }

    /// Where it is reached, as `user@127.0.0.1:port`.
    pub fn address(&self) -> String {
        format!("{}@{}", user(), self.socket())
    }

    /// Where it listens.
    pub fn socket(&self) -> SocketAddr {
        let address = if self.link.is_some() { FAR } else { "127.0.0.1" };
        SocketAddr::new(address.parse().expect("an address"), self.port)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The private key that is let in.
    pub fn user_key(&self) -> String {
        self.read("user")
    }

    /// The line of its public key.
    pub fn host_key(&self) -> String {
        self.read("host.pub")
    }

    /// Gives it another key from its next start on.
    pub fn change_host_key(&self) {
        ["host", "host.pub"]
            .iter()
            .for_each(|name| fs::remove_file(self.path(name)).expect("a key"));
        self.make_key("host");
    }

    /// Kills what serves the connections that are there; it takes new ones.
    ///
    /// # Panics
    /// It does not run.
    pub fn end_connections(&self) {
        let listener = self.child.as_ref().expect("it runs").id();
        let serving: Vec<Process> =
            processes().filter(|process| process.command.starts_with("sshd: ")).collect();
        let ours = |parent: u32| {
            let above = serving.iter().find(|process| process.id.cast_unsigned() == parent);
            parent == listener || above.is_some_and(|above| above.parent == listener)
        };
        for process in serving.iter().filter(|process| ours(process.parent)) {
            let _gone = Pid::from_raw(process.id).map(|id| kill_process(id, Signal::KILL));
        }
    }

    /// The command lines of what runs for somebody who logged in.
    pub fn processes(&self) -> Vec<String> {
        let mark = format!(" {} {}\0", self.socket().ip(), self.port);
        let ours = processes().filter(|process| {
            let environment = fs::read(format!("/proc/{}/environ", process.id)).unwrap_or_default();
            let environment = String::from_utf8_lossy(&environment).into_owned();
            environment.contains("SSH_CONNECTION=") && environment.contains(&mark)
        });
        ours.map(|process| process.command).collect()
    }

    /// The home of the user.
    pub fn home(&self) -> PathBuf {
        if is_root() {
            self.path("home")
        } else {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default())
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn make_key(&self, name: &str) {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(self.path(name));
        assert!(keygen.status().expect("ssh-keygen starts").success());
    }

    fn write_home(&self) {
        fs::copy(self.path("user.pub"), self.path("authorized")).expect("a file");
        fs::create_dir(self.path("home")).expect("a folder");
        if is_root() {
            std::os::unix::fs::chown(self.path("home"), Some(ID), Some(ID)).expect("an owner");
            let user =
                format!("{USER}:{HASHED}:{ID}:{ID}::{}:/bin/sh\n", self.path("home").display());
            let sshd = "sshd:*:101:65534::/run/sshd:/usr/sbin/nologin\n";
            let others = fs::read_to_string("/etc/passwd").expect("users");
            fs::write(self.path("passwd"), format!("{user}{sshd}{others}")).expect("a file");
        }
    }

    fn command(&self) -> Command {
        let options = [
            format!("ListenAddress={}", self.socket()),
            format!("HostKey={}", self.path("host").display()),
            format!("AuthorizedKeysFile={}", self.path("authorized").display()),
            "PidFile=none".into(),
            "UsePAM=no".into(),
            "StrictModes=no".into(),
            "KbdInteractiveAuthentication=no".into(),
            "PasswordAuthentication=yes".into(),
        ];
        let options: String = options.iter().map(|option| format!(" -o {option}")).collect();
        let sshd = format!(
            "exec /usr/sbin/sshd -D -e -f /dev/null{options} 2>{}",
            self.path("log").display()
        );
        let home = self.home_size.map_or_else(String::new, |bytes| {
            format!(
                "mount -t tmpfs -o size={bytes},uid={ID} none {} && ",
                self.path("home").display()
            )
        });
        let script = match is_root() {
            true => format!(
                "mount -t tmpfs none /run && mkdir -p /run/sshd && mount --bind {} /etc/passwd && {home}{}{sshd}",
                self.path("passwd").display(),
                self.link.map(far_end).unwrap_or_default()
            ),
            false => sshd,
        };
        let mut command = if is_root() { crate::mounting_shell() } else { shell() };
        if self.link.is_some() {
            command = Command::new("unshare");
            command.args(["--propagation", "unchanged", "-mn", "sh", "-c"]);
        }
        command.arg(script).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// A connection through which nothing comes any more would be served for ever.
impl Drop for Sshd {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.end_connections();
        }
    }
}

/// The two ends of a link.
const NEAR: &str = "10.83.0.1";
const FAR: &str = "10.83.0.2";

/// Gives an end of it its address and its speed.
fn up(end: &str, address: &str, megabits: u32) -> String {
    format!(
        "ip addr add {address}/24 dev {end} && ip link set {end} up && ip link set lo up && \
         tc qdisc add dev {end} root tbf rate {megabits}mbit burst 64k latency 100ms"
    )
}

/// What is done in the other network before sshd is started.
fn far_end(megabits: u32) -> String {
    format!(
        "until ip link show far >/dev/null; do sleep 0.02; done; {} && ",
        up("far", FAR, megabits)
    )
}

fn run(script: &str) {
    let mut shell = shell();
    assert!(shell.arg(script).status().expect("sh starts").success(), "{script}");
}

/// A process of this machine.
struct Process {
    id: i32,
    parent: u32,
    command: String,
}

fn processes() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter_map(|id: i32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name before it may hold anything; the state comes between.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        let command = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        Some(Process { id, parent, command })
    })
}

fn shell() -> Command {
    let mut command = Command::new("sh");
    command.arg("-c");
    command
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

fn user() -> String {
    match is_root() {
        true => USER.into(),
        false => std::env::var("USER").expect("a user"),
    }
}
