//! A real `sshd` on loopback.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use access::{Asker, Login};
use spec::SshAccess;
use tempfile::TempDir;
use testkit::sshd::Sshd;
use trial::{Question, Unreached};

use crate::{Asking, lost, not_ready, said};

/// A guest for its host: an `sshd` with the key that it takes.
struct Guest {
    sshd: Sshd,
    access: SshAccess,
    keys: TempDir,
}

impl Guest {
    fn start() -> Guest {
        let (sshd, keys) = (Sshd::start(), TempDir::new().unwrap());
        let (user, _) =
            sshd.address().split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let key = keys.path().join("key");
        fs::write(&key, sshd.user_key()).unwrap();
        fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        Guest { sshd, access: SshAccess { user, key: Some(key), ..SshAccess::default() }, keys }
    }

    /// Who asks it, and the folder of the run.
    fn asking(&self, access: &SshAccess) -> (Asking, PathBuf) {
        let login = Login::prepare(access).unwrap();
        let folder = login.folder().to_owned();
        let address = format!("127.0.0.1:{}", self.sshd.port());
        (Asking::of(|signals| Asker::ssh(login, &address, signals)), folder)
    }
}

#[test]
fn status_and_outputs_come_back_and_255_is_a_status_like_others() {
    let guest = Guest::start();
    let (mut asking, folder) = guest.asking(&guest.access);
    assert_eq!(asking.ask("echo out; echo err >&2", 30, 100), said(0, "out\n", "err\n"));
    assert_eq!(asking.ask("printf x >&2; exit 255", 30, 100), said(255, "", "x"));
    assert_eq!(asking.ask("kill -9 $$", 30, 100).map(|said| said.status), Ok(137));
    assert_eq!(asking.ask("if then", 30, 100).map(|said| said.status), Ok(2));
    assert_eq!(
        asking.ask("cat; printf '%s %s' \"it's $0\" '&;\\'", 30, 100),
        said(0, "it's sh &;\\", "")
    );
    assert!(folder.join("control").exists(), "one connection carries all");
    let line = format!("{} echo by hand", asking.asker.by_hand().unwrap());
    let typed = Command::new("sh").args(["-c", &line]).output().unwrap();
    assert_eq!(typed.stdout, b"by hand\n", "{line}: {typed:?}");
    drop(asking);
    assert!(!folder.exists(), "`{}` is left", folder.display());
}

#[test]
fn output_over_the_limit_is_cut_and_said_to_be() {
    let guest = Guest::start();
    let (mut asking, _) = guest.asking(&guest.access);
    let flood =
        asking.ask("yes | head -c 20000000; yes | head -c 20000000 >&2; exit 3", 60, 7).unwrap();
    assert!(flood.is_cut && flood.status == 3);
    assert_eq!((flood.stdout, flood.stderr), (b"y\ny\ny\ny".to_vec(), b"y\ny\ny\ny".to_vec()));
}

#[test]
fn a_script_that_outlives_its_limit_is_lost_and_the_next_is_answered() {
    let guest = Guest::start();
    let (mut asking, _) = guest.asking(&guest.access);
    assert_eq!(asking.ask("true", 30, 100), said(0, "", ""));
    assert_eq!(asking.ask("sleep 60", 1, 100), lost("the script did not end in time"));
    assert_eq!(asking.ask("yes", 1, 100), lost("the script did not end in time"));
    assert_eq!(asking.ask("echo on", 30, 100), said(0, "on\n", ""));
}

#[test]
fn what_a_script_leaves_behind_holds_nothing_up() {
    let guest = Guest::start();
    let (mut asking, _) = guest.asking(&guest.access);
    assert_eq!(asking.ask("sleep 50 & echo left", 30, 100), said(0, "left\n", ""));
}

#[test]
fn a_connection_that_is_lost_loses_its_script_and_the_next_question_makes_another() {
    let guest = Guest::start();
    let (mut asking, _) = guest.asking(&guest.access);
    assert_eq!(asking.ask("true", 30, 100), said(0, "", ""));
    let question =
        Question { id: 7, script: "sleep 50".into(), limit: Duration::from_secs(60), most: 9 };
    asking.asker.ask(question).unwrap();
    while !guest.sshd.processes().iter().any(|process| process.starts_with("sleep")) {
        std::thread::sleep(Duration::from_millis(10));
    }
    guest.sshd.end_connections();
    assert!(matches!(asking.answer(7), Err(Unreached::Lost(_))));
    assert_eq!(asking.ask("echo again", 30, 100), said(0, "again\n", ""));
}

#[test]
fn a_question_is_answered_also_when_the_run_is_stopped_meanwhile() {
    let guest = Guest::start();
    let (mut asking, folder) = guest.asking(&guest.access);
    assert_eq!(asking.ask("true", 30, 100), said(0, "", ""));
    for id in [1, 2] {
        let limit = Duration::from_secs(60);
        asking.asker.ask(Question { id, script: "sleep 50".into(), limit, most: 9 }).unwrap();
    }
    let Asking { asker, heard, .. } = asking;
    drop(asker);
    let answers: Vec<_> = heard.iter().map(|(_, signal)| signal).collect();
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert!(!folder.exists());
}

#[test]
fn a_key_that_is_not_taken_is_not_ready_in_opensshs_words() {
    let guest = Guest::start();
    let (mut asking, _) = guest.asking(&SshAccess { key: None, ..guest.access.clone() });
    let refused = asking.ask("true", 30, 100);
    let Err(Unreached::NotReady(words)) = &refused else { panic!("{refused:?}") };
    assert!(words.starts_with("permission denied (publickey"), "{words}");
    assert_eq!(asking.ask("true", 30, 100), refused, "it is left alone for a while");
}

#[test]
fn a_host_key_that_changes_within_a_run_is_refused() {
    let mut guest = Guest::start();
    let (mut asking, _) = guest.asking(&guest.access);
    assert_eq!(asking.ask("true", 30, 100), said(0, "", ""));
    guest.sshd.end_connections();
    guest.sshd.change_host_key();
    guest.sshd.restart();
    assert_eq!(asking.ask("true", 30, 100), not_ready("host key verification failed"));
}

#[test]
fn a_key_that_others_may_read_or_that_is_none_is_the_users_mistake() {
    let guest = Guest::start();
    let refusal = |access: &SshAccess| Login::check(access).unwrap_err();
    let key = guest.access.key.clone().unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let problem = refusal(&guest.access);
    assert!(problem.exit_code() == 2 && problem.hint.unwrap().contains("chmod 600"));
    let absent = SshAccess { key: Some(guest.keys.path().join("absent")), ..SshAccess::default() };
    assert!(refusal(&absent).message.contains("cannot be used: No such file"));
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "no key").unwrap();
    let (mut asking, _) = guest.asking(&guest.access);
    let broken = asking.ask("true", 30, 100);
    assert!(
        matches!(&broken, Err(Unreached::Broken(words)) if words.contains("Load key")),
        "{broken:?}"
    );
}
