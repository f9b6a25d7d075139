//! The connection, against a real sshd.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use problem::{Fault, Problem};
use remote::ssh::{Connection, Host, Login};
use testkit::sshd::{PASSWORD, Sshd};
use wire::Patience;

const ONCE: Patience = Patience { tries: 1, first_wait: Duration::from_millis(50) };

fn login(sshd: &Sshd) -> Login {
    Login { host_key: Some(sshd.host_key()), key: Some(sshd.user_key()), ..Login::default() }
}

fn open(sshd: &Sshd, login: &Login) -> Result<Connection, Problem> {
    Connection::open(&sshd.address().parse().unwrap(), login, ONCE)
}

fn output(connection: &Connection, script: &str) -> String {
    let output = connection.command(script).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_key_lets_us_in_and_is_gone_once_we_are() {
    let sshd = Sshd::start();
    let connection = open(&sshd, &login(&sshd)).unwrap();
    assert_eq!(
        output(&connection, "echo 'it'\\''s' \"$HOME\""),
        format!("it's {}", sshd.home().display())
    );
}

#[test]
fn a_fingerprint_will_do_and_another_will_not() {
    let sshd = Sshd::start();
    let mut keygen = std::process::Command::new("ssh-keygen");
    let listed = keygen.args(["-lf", "/dev/stdin"]).stdin(std::process::Stdio::piped());
    let mut listed = listed.stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut listed.stdin.take().unwrap(), sshd.host_key().as_bytes())
        .unwrap();
    let listed = String::from_utf8(listed.wait_with_output().unwrap().stdout).unwrap();
    let fingerprint = listed.split(' ').nth(1).unwrap().to_owned();
    let with = |host_key: String| Login { host_key: Some(host_key), ..login(&sshd) };
    let connection = open(&sshd, &with(fingerprint)).unwrap();
    assert_eq!(output(&connection, "echo in"), "in");
    let another = open(&sshd, &with(format!("SHA256:{}", "A".repeat(43)))).unwrap_err();
    assert!(another.message.contains("none is trusted unseen"), "{another:?}");
}

#[test]
fn a_password_lets_us_in_and_a_wrong_one_does_not() {
    if !rustix::process::getuid().is_root() {
        eprintln!("left out: only root can give a user a password");
        return;
    }
    let sshd = Sshd::start();
    let with =
        |password: &str| Login { key: None, password: Some(password.into()), ..login(&sshd) };
    assert_eq!(output(&open(&sshd, &with(PASSWORD)).unwrap(), "id -un"), "boards");
    let wrong = open(&sshd, &with("battery staple")).unwrap_err();
    assert!(wrong.message.ends_with("does not let us in"), "{wrong:?}");
}

#[test]
fn a_changed_host_key_is_refused_and_an_unknown_one_too() {
    let mut sshd = Sshd::start();
    let before = login(&sshd);
    sshd.change_host_key();
    sshd.restart();
    let changed = open(&sshd, &before).unwrap_err();
    assert!(changed.message.contains("another key than the one that is expected"), "{changed:?}");
    let unknown = open(&sshd, &Login { host_key: None, ..before }).unwrap_err();
    assert!(unknown.message.contains("none is trusted unseen"), "{unknown:?}");
    assert_eq!(unknown.fault, Fault::User);
}

#[test]
fn each_way_not_to_get_there_is_told_from_the_others() {
    let sshd = Sshd::start();
    let login = login(&sshd);
    let told = |host: &str, login: &Login| {
        Connection::open(&host.parse::<Host>().unwrap(), login, ONCE).unwrap_err().message
    };
    assert!(told("bootgate.invalid", &login).ends_with("has no address"));
    assert!(told("127.0.0.1:1", &login).ends_with("refuses the connection"));
    let bad = Login { key: Some("no key".into()), ..login.clone() };
    assert!(told(&sshd.address(), &bad).ends_with("cannot be reached with this key"));
}

#[test]
fn a_jump_host_of_a_config_is_gone_through() {
    let (outer, inner) = (Sshd::start(), Sshd::start());
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    };
    let key = write("key", &outer.user_key());
    let known = write("known", &format!("[127.0.0.1]:{} {}", outer.port(), outer.host_key()));
    let user = outer.address().split('@').next().unwrap().to_owned();
    let config = write(
        "config",
        &format!(
            "Host lab\n  HostName 127.0.0.1\n  Port {}\n  User {user}\n  ProxyJump jump\n\
             Host jump\n  HostName 127.0.0.1\n  Port {}\n  User {user}\n  IdentityFile {key}\n  UserKnownHostsFile {known}\n",
            inner.port(),
            outer.port()
        ),
    );
    let login = Login { config: Some(config.into()), ..login(&inner) };
    let connection = Connection::open(&"lab".parse().unwrap(), &login, ONCE).unwrap();
    let told = output(&connection, "echo $SSH_CONNECTION");
    assert!(told.ends_with(&format!(" 127.0.0.1 {}", inner.port())), "{told}");
}
