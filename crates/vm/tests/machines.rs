//! Several real guests on a private network, in one trial.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;
use spec::{Machine as Where, Member, Spec};
use trial::{Machine, Report, Trial};
use verdict::Verdict;
use vm::{Qemu, hub};

/// Brings the network up: modules by their numbers, then an address.
const NET: &str = "for m in /modules/*; do insmod $m; done; ifconfig eth0 $1 up\n";

/// The test guest's initramfs with the modules of its network behind it.
fn initrd(folder: &Path) -> PathBuf {
    let (more, initrd) = (folder.join("more"), folder.join("initrd"));
    fs::create_dir_all(more.join("modules")).unwrap();
    for (number, module) in testkit::modules("x86_64").iter().enumerate() {
        fs::copy(module, more.join(format!("modules/{number:02}.ko"))).unwrap();
    }
    fs::write(more.join("net"), NET).unwrap();
    let mut cpio = Command::new("sh");
    cpio.args(["-c", "find . | cpio -o -H newc --quiet"]).current_dir(&more);
    let archive = cpio.stderr(Stdio::inherit()).output().unwrap().stdout;
    let mut file = fs::File::create(&initrd).unwrap();
    file.write_all(&fs::read(testkit::guest("x86_64").initrd).unwrap()).unwrap();
    file.write_all(&archive).unwrap();
    initrd
}

/// A group of these guests, which stand at a shell's prompt, with these steps.
fn group(folder: &Path, names: &[&str], steps: serde_json::Value) -> Spec {
    let guest = json!({ "qemu": {
        "arch": "x86_64", "accel": "tcg", "kernel": testkit::guest("x86_64").kernel,
        "initrd": initrd(folder), "append": "console=ttyS0 panic=-1 no_timer_check bootgate.mode=shell",
    } });
    let machines: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).to_owned(), guest.clone())).collect();
    let limits = json!({ "total": "2m", "drain": "200ms" });
    let document = json!({ "machines": machines, "steps": steps, "limits": limits });
    spec::parse(&document.to_string(), Path::new("group.yaml")).unwrap()
}

fn members(spec: &Spec) -> &[Member] {
    let Where::Group(members) = &spec.machine else { panic!("no group") };
    members
}

fn run(spec: &Spec, folder: &Path) -> Report {
    let trial = Trial { spec, evidence: &folder.join("evidence"), rerun: "bootgate" };
    let mut machines = || {
        let ports = hub::ports(members(spec).len().try_into().unwrap()).unwrap();
        let machine = |(member, port): (&Member, hub::Port)| match &member.spec.machine {
            Where::Qemu(qemu) => Box::new(Qemu::new(qemu.as_ref().clone()).connected(port))
                as Box<dyn Machine + Send>,
            other => panic!("{other:?}"),
        };
        Ok(members(spec).iter().zip(ports).map(machine).collect())
    };
    trial::run_group(trial, members(spec), &mut machines, &mut ()).unwrap()
}

#[test]
fn three_guests_reach_each_other_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let up = |name: &str, number: u8| {
        [
            json!({ "on": name, "prompt": "~ # $" }),
            json!({ "on": name, "run": format!("sh /net 10.0.42.{number}") }),
        ]
    };
    let talk = [
        json!({ "on": "b", "run": "ping -c 2 10.0.42.1 && ping -c 2 10.0.42.3" }),
        json!({ "on": "a", "run": "(echo well met | nc -l -p 7 &)" }),
        json!({ "on": "c", "run": "sleep 1; nc 10.0.42.1 7 | grep '^well met'" }),
        json!({ "on": "c", "run": "ifconfig eth0 | grep -i 52:54:00:62:67:03" }),
        json!({ "on": "c", "run": "! ping -c 1 -W 2 10.0.2.2" }),
    ];
    let steps = [up("a", 1), up("b", 2), up("c", 3)].concat();
    let steps = [&steps[..], &talk].concat();
    let spec = group(folder.path(), &["a", "b", "c"], steps.into());
    let report = run(&spec, folder.path());
    let console = |name| {
        let log = folder.path().join(format!("evidence/machines/{name}/console.log"));
        String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned()
    };
    let (title, lines) = (&report.title, &report.lines);
    assert_eq!(report.verdict, Verdict::Passed, "{title}: {lines:?}\n{}", console("b"));
    assert_eq!((report.machines.len(), report.steps.len()), (3, 11));
    assert!(console("b").contains("2 packets received") && console("c").contains("well met"));
}

#[test]
fn a_guest_that_panics_ends_its_group_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let steps = json!([
        { "on": "client", "prompt": "~ # $" },
        { "on": "client", "send": "echo c >/proc/sysrq-trigger\n" },
        { "on": "client", "expect": "never" },
        { "on": "server", "expect": "never" },
    ]);
    let spec = group(folder.path(), &["server", "client"], steps);
    let report = run(&spec, folder.path());
    assert_eq!(report.verdict, Verdict::Crashed, "{}", report.reason);
    assert!(report.title.starts_with("client: kernel panic"), "{}", report.title);
    let [client, server] = &report.machines[..] else { panic!("{:?}", report.machines) };
    assert!(server.is_bystander() && !client.is_bystander());
    let log = fs::read(folder.path().join("evidence/console.log")).unwrap();
    assert!(String::from_utf8_lossy(&log).contains("Kernel panic"));
}
