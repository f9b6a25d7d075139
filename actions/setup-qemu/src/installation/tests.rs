use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

use super::*;
use crate::distribution;
use crate::host::Privilege;

/// A package manager that follows a script; `$calls` is the number of this call.
struct Fake {
    folder: tempfile::TempDir,
    distribution: &'static Distribution,
}

impl Fake {
    fn new(family: &str, script: &str) -> Fake {
        let distribution = distribution::ALL.into_iter().find(|it| it.name == family).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log").display().to_string();
        let path = folder.path().join(distribution.manager);
        let text = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\necho \"$@\" >>{log}\ncalls=$(wc -l <{log})\n{script}\n"
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Fake { folder, distribution }
    }

    fn install(&self) -> (Result<(), Problem>, Vec<String>) {
        let host = Host::with(self.folder.path(), Privilege::Root);
        let packages = Packages {
            why: Vec::new(),
            system: "a fake system".into(),
            distribution: self.distribution,
            names: vec!["qemu-system-x86"],
        };
        let mut said = Vec::new();
        let mut say = |note: Note<'_>| said.push(format!("{note:?}"));
        let mut installer = Installer {
            distribution: self.distribution,
            host: &host,
            say: &mut say,
            pause: Duration::from_millis(20),
            half_success_counts: true,
        };
        let outcome = installer.install(&packages).map_err(|failure| failure.problem(&packages));
        (outcome, said)
    }

    fn calls(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

const LOCKED: &str = "echo 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7' >&2; exit 100";

#[test]
fn an_installation_that_works_asks_for_nothing_else() {
    let fake = Fake::new("Debian", "echo Setting up; echo $DEBIAN_FRONTEND");
    let (outcome, said) = fake.install();
    assert_eq!(outcome, Ok(()));
    assert_eq!(
        fake.calls(),
        ["install --yes --no-install-recommends -o Dpkg::Use-Pty=0 qemu-system-x86"]
    );
    assert_eq!(said[1..], ["Output(\"Setting up\")", "Output(\"noninteractive\")"]);
}

#[test]
fn a_lock_is_waited_for() {
    let fake = Fake::new("Debian", &format!("if [ $calls -lt 3 ]; then {LOCKED}; fi"));
    let began = Instant::now();
    let (outcome, said) = fake.install();
    assert_eq!((outcome, fake.calls().len()), (Ok(()), 3));
    assert!(began.elapsed() >= Duration::from_millis(60), "pauses of 20 and 40 ms at least");
    assert!(said.iter().any(|note| note.contains("another one is at work")), "{said:?}");
}

#[test]
fn what_is_out_of_date_is_refreshed_once_and_then_installed() {
    for (family, stale, refresh) in [
        ("Debian", "E: Unable to locate package qemu-system-x86", "update"),
        ("Fedora", "No match for argument: qemu-system-x86", "makecache --refresh"),
        ("Alpine", "  qemu-system-x86 (no such package):", "update --no-progress"),
        (
            "Arch Linux",
            "error: target not found: qemu-system-x86",
            "-Syu --noconfirm --noprogressbar",
        ),
    ] {
        let fake =
            Fake::new(family, &format!("if [ $calls = 1 ]; then echo '{stale}'; exit 1; fi"));
        assert_eq!(fake.install().0, Ok(()), "{family}");
        assert_eq!((fake.calls().len(), fake.calls()[1].as_str()), (3, refresh));
    }
}

#[test]
fn a_package_that_does_not_exist_fails_after_one_refresh() {
    let fake = Fake::new(
        "Debian",
        "[ $1 = update ] || { echo 'E: Unable to locate package q'; exit 100; }",
    );
    let problem = fake.install().0.unwrap_err();
    assert_eq!((fake.calls().len(), problem.exit_code()), (3, 3));
    assert!(problem.hint.is_some_and(|hint| hint.contains("a fake system")));
}

#[test]
fn a_network_that_does_not_answer_is_asked_four_times() {
    let fake = Fake::new("Debian", "echo 'Temporary failure resolving x'; exit 100");
    let problem = fake.install().0.unwrap_err();
    assert_eq!((fake.calls().len(), problem.exit_code()), (NETWORK_TRIES as usize, 3));
}

#[test]
fn a_refresh_that_only_half_succeeds_is_tried_again_and_then_believed() {
    let script = "case $1 in update) echo 'W: Failed to fetch http://x';; *) [ $calls -gt 1 ] || { echo 'E: Unable to locate package q'; exit 100; };; esac";
    let fake = Fake::new("Debian", script);
    assert_eq!(fake.install().0, Ok(()));
    let refreshes = fake.calls().iter().filter(|call| *call == "update").count();
    assert_eq!(refreshes, NETWORK_TRIES as usize);
}

#[test]
fn what_nothing_helps_against_is_tried_once_and_shown_with_its_last_lines() {
    let fake = Fake::new("Debian", "for i in $(seq 30); do echo line $i; done; exit 100");
    let problem = fake.install().0.unwrap_err();
    assert_eq!((fake.calls().len(), problem.exit_code()), (1, 3));
    let lines: Vec<&str> = problem.message.lines().collect();
    assert_eq!(
        lines[0],
        "cannot install qemu-system-x86: `apt-get install --yes --no-install-recommends -o Dpkg::Use-Pty=0 qemu-system-x86` \
         ended with exit status: 100"
    );
    assert_eq!((lines[1], lines.last()), ("  line 16", Some(&"  line 30")));
}

#[test]
fn what_a_cancelled_job_left_half_installed_is_brought_in_order_first() {
    let script = "[ -e $0.repaired ] || { echo 'E: dpkg was interrupted, you must manually run dpkg'; exit 100; }";
    let fake = Fake::new("Debian", script);
    let dpkg = fake.folder.path().join("dpkg");
    let repaired = fake.folder.path().join("apt-get.repaired");
    fs::write(&dpkg, format!("#!/bin/sh\necho \"$@\" >{}\n", repaired.display())).unwrap();
    fs::set_permissions(&dpkg, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((fake.install().0, fake.calls().len()), (Ok(()), 2));
    assert_eq!(fs::read_to_string(repaired).unwrap(), "--configure -a\n");
}

#[test]
fn a_repair_that_does_not_help_is_tried_once() {
    let fake = Fake::new("Debian", "echo 'E: dpkg was interrupted'; exit 100");
    let dpkg = fake.folder.path().join("dpkg");
    fs::write(&dpkg, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&dpkg, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((fake.install().0.unwrap_err().exit_code(), fake.calls().len()), (3, 2));
}

#[test]
fn a_missing_package_manager_is_a_problem_of_the_machine() {
    let fake = Fake::new("Debian", "");
    fs::remove_file(fake.folder.path().join("apt-get")).unwrap();
    let problem = fake.install().0.unwrap_err();
    assert!(problem.message.contains("cannot be started") && problem.exit_code() == 3, "{problem}");
}

#[test]
fn pauses_grow_and_have_a_longest() {
    let mut patience = Patience::new(Duration::from_secs(4));
    let pauses: Vec<Duration> = (0..4).filter_map(|_| patience.pause(Trouble::Busy)).collect();
    for (pause, least) in pauses.iter().zip([4, 8, 15, 15]) {
        let least = Duration::from_secs(least);
        assert!(*pause >= least && *pause <= least.mul_f64(1.25), "{pauses:?}");
    }
    assert_eq!(patience.pause(Trouble::Final), None);
}
