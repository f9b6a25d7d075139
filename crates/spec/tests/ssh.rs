//! `machine.ssh`: the host on which the guest is started.

use std::path::Path;
use std::time::Duration;

use spec::{Error, Spec, Ssh, parse};

fn read(ssh: &str) -> Result<Spec, Error> {
    let text = format!("machine:\n  command: {{ run: make run }}\n  ssh: {ssh}\npass: x\n");
    parse(&text, Path::new("a.yaml"))
}

#[test]
fn a_host_needs_no_more_than_its_name() {
    let expected = Ssh {
        hosts: vec!["ci@lab:2222".into()],
        host_key: None,
        sync: Vec::new(),
        keep: Vec::new(),
        build: None,
        slots: 1,
        wait: Duration::from_secs(1800),
    };
    assert_eq!(read("{ host: 'ci@lab:2222' }").map(|spec| spec.ssh), Ok(Some(expected)));
}

#[test]
fn all_of_it_is_taken() {
    let text = "{ host: [a, b], host-key: 'SHA256:x', sync: out, keep: [target], build: make, slots: 3, wait: 5m }";
    let ssh = read(text)
        .ok()
        .and_then(|spec| spec.ssh)
        .map(|ssh| (ssh.hosts, ssh.host_key, ssh.sync, ssh.keep, ssh.build, ssh.slots, ssh.wait));
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let expected = (
        texts(&["a", "b"]),
        Some("SHA256:x".to_owned()),
        texts(&["out"]),
        texts(&["target"]),
        Some("make".to_owned()),
        3,
        Duration::from_secs(300),
    );
    assert_eq!(ssh, Some(expected));
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    for (text, message) in [
        ("{ host: '' }", "`host` names no host"),
        ("{ host: a, slots: 0 }", "`slots` is 0, and a host has 1 to 64"),
        ("{ host: a, wait: 5 }", "`5` has no unit"),
    ] {
        let error = read(text).expect_err("a mistake");
        assert_eq!((error.message.as_str(), error.line), (message, Some(3)), "{text}");
    }
}
