use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;
use crate::host::Privilege;

/// Programs of root's that write down how they were called; those in `working` open the device.
fn host(programs: &[&str], working: &[&str]) -> (tempfile::TempDir, Host) {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display().to_string();
    for program in programs {
        let open = if working.contains(program) {
            format!(": >{shown}/open")
        } else {
            "echo no >&2; exit 1".into()
        };
        let path = folder.path().join(program);
        fs::write(&path, format!("#!/bin/sh\necho {program} \"$@\" >>{shown}/log\n{open}\n"))
            .unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let host = Host::with(folder.path(), Privilege::Root);
    (folder, host)
}

fn opens_when(open: &Path) -> Result<(), Unfit> {
    let refused = Unfit::NoPermission { device: DEVICE.into(), group: false };
    if open.exists() { Ok(()) } else { Err(refused) }
}

fn tried(remedies: &[Remedy], working: &[&str]) -> (Result<(), (Unfit, Vec<String>)>, String) {
    let (folder, host) = host(&["install", "udevadm", "setfacl", "chmod"], working);
    let open_file = folder.path().join("open");
    let answer = open(remedies, &|| opens_when(&open_file), &host, &mut |_| ());
    (answer, fs::read_to_string(folder.path().join("log")).unwrap_or_default())
}

const ALL: [Remedy; 3] = [Remedy::Udev, Remedy::Acl, Remedy::Mode];

#[test]
fn the_rule_is_put_in_place_and_udev_is_told() {
    let (answer, log) = tried(&ALL, &["install", "udevadm"]);
    assert_eq!(answer, Ok(()));
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines[0].starts_with("install -m 0644 ") && lines[0].ends_with(RULE_FILE), "{log}");
    assert_eq!(
        lines[1..],
        [
            "udevadm control --reload-rules",
            "udevadm trigger --name-match=kvm",
            "udevadm settle --timeout=5"
        ]
    );
}

#[test]
fn the_next_remedy_comes_where_one_fails() {
    let (answer, log) = tried(&ALL, &["setfacl"]);
    assert_eq!(answer, Ok(()));
    let me = rustix::process::getuid().as_raw();
    assert!(
        log.contains(&format!("setfacl -m u:{me}:rw /dev/kvm")) && !log.contains("chmod"),
        "{log}"
    );
}

#[test]
fn the_mode_is_the_last_resort() {
    let (answer, log) = tried(&ALL, &["chmod"]);
    assert_eq!(answer, Ok(()));
    assert!(log.ends_with("chmod a+rw /dev/kvm\n"), "{log}");
}

#[test]
fn where_nothing_helps_everything_that_was_tried_is_said() {
    let (answer, _) = tried(&ALL, &[]);
    let (unfit, tried) = answer.unwrap_err();
    assert!(matches!(unfit, Unfit::NoPermission { .. }));
    assert_eq!(tried.len(), 3);
    assert_eq!(tried[1], "an access list failed: `setfacl` ended with exit status: 1: `no`");
}

#[test]
fn a_device_that_opens_is_left_alone() {
    let (_folder, host) = host(&["chmod"], &["chmod"]);
    assert_eq!(open(&ALL, &|| Ok(()), &host, &mut |_| ()), Ok(()));
}

#[test]
fn a_missing_device_is_no_matter_of_permissions() {
    let missing = || Err(Unfit::NoDevice { device: DEVICE.into() });
    let (folder, host) = host(&["chmod"], &[]);
    let (unfit, tried) = open(&ALL, &missing, &host, &mut |_| ()).unwrap_err();
    assert!(matches!(unfit, Unfit::NoDevice { .. }) && tried.is_empty());
    assert!(!folder.path().join("log").exists());
}

#[test]
fn without_the_hosts_own_emulator_kvm_is_not_tried_and_that_is_the_reason() {
    let (_folder, host) = host(&[], &[]);
    let Kvm::Unfit { reason, .. } = prove(&[], &host) else { panic!("no emulator proves nothing") };
    assert!(reason.starts_with("KVM was not tried"), "{reason}");
}

#[test]
fn the_reason_is_one_line_whatever_qemu_said() {
    assert_eq!(one_line("QEMU gave up: `a\r\n::set-output`"), "QEMU gave up: `a  ::set-output`");
}
