//! Hosts that say what no host should. What speaks there is the program that we gave them, so each lie is a script.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use problem::{Fault, Problem};
use remote::ssh::Connection;
use remote::{Progress, Session};
use testkit::sshd::Sshd;

use crate::session::{OURS, connect, nothing_is_left_soon, want};

/// A session with a host that does this in place of our program.
fn with(connection: &Arc<Connection>, script: &str) -> Result<Session, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut waited = 0;
    let opened = Session::open(connection, &program, &want("one"), &mut |told| {
        waited += usize::from(matches!(told, Progress::Waiting(_)));
        assert!(waited < 1000, "it never ends");
    });
    Ok(opened?.unwrap_or_else(|by| panic!("taken by {by:?}")))
}

/// Prints a message as it goes over the wire.
fn message(json: &str, bytes: &str) -> String {
    let length = |text: &str| {
        let bytes = (text.len() as u32).to_le_bytes();
        bytes.map(|byte| format!("\\{byte:03o}")).concat()
    };
    format!("printf '{}{}%s%s' '{json}' '{bytes}'\n", length(json), length(bytes))
}

const HELLO: &str = "printf '\\000bootgate\\000'\n";

#[test]
fn a_shell_that_prints_a_welcome_is_no_liar() {
    let sshd = Sshd::start();
    for file in [".bashrc", ".profile"] {
        fs::write(sshd.home().join(file), "echo Welcome to this host\n").unwrap();
    }
    let session = with(&connect(&sshd), &format!("echo Welcome\nexec {OURS} \"$@\"")).unwrap();
    assert_eq!(session.slot, 0);
    drop(session);
    nothing_is_left_soon(&sshd);
}

#[test]
fn whatever_a_host_says_in_place_of_a_slot_is_an_error_of_the_hosts() {
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let huge = format!("{HELLO}printf '\\377\\377\\377\\377\\377\\377\\377\\377'; cat");
    let lies = [
        "exit 0".to_owned(),
        "head -c 1000000 /dev/zero".into(),
        format!("{HELLO}echo this is no message; exit 7"),
        huge,
        format!("{HELLO}{}", message("\"settled\"", "")),
        format!("{HELLO}{}", message("{\"exited\":{\"code\":0}}", "bytes")),
        format!("{HELLO}{}", message("{\"slot\":{\"number\":-1,\"folder\":\"\"}}", "")),
    ];
    for lie in lies {
        let problem = with(&connection, &lie).unwrap_err();
        assert_eq!(problem.fault, Fault::Infrastructure, "{lie}: {problem:?}");
        assert!(!problem.message.is_empty(), "{lie}");
    }
    nothing_is_left_soon(&sshd);
}

#[test]
fn evidence_that_leads_out_of_its_folder_is_refused() {
    let sshd = Sshd::start();
    let connection = connect(&sshd);
    let slot = message("{\"slot\":{\"number\":0,\"folder\":\"/\"}}", "");
    for path in ["../out", "/tmp/out", "a/../../out", ""] {
        let file = message(&format!("{{\"file\":{{\"path\":\"{path}\"}}}}"), "evil");
        let done = message("\"done\"", "");
        let mut session =
            with(&connection, &format!("{HELLO}{slot}{file}{done}cat >/dev/null")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let evidence = folder.path().join("evidence");
        session.fetch(&evidence).unwrap_err();
        assert!(!folder.path().join("out").exists() && !evidence.exists(), "{path}");
    }
}
