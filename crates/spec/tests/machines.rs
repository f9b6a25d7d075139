//! Several machines in a spec.

use std::path::Path;

use spec::{Access, Capability, Error, Machine, Member, Spec, Unfit};

const TWO: &str = "name: pair
machines:
  server: { qemu: { arch: x86_64, kernel: s, accel: tcg }, access: ssh, requires: [vmx], unfit: skip }
  client: { qemu: { arch: x86_64, kernel: c }, pass: done, fail: late, allow: quiet }
fail: broken
limits: { total: 1m }
steps:
  - { on: server, run: start }
  - { on: client, run: ask }
  - { on: server, run: stop }
";

fn parse(text: &str) -> Result<Spec, Error> {
    spec::parse(text, Path::new("t.yaml"))
}

fn members(spec: &Spec) -> &[Member] {
    let Machine::Group(members) = &spec.machine else { panic!("no group: {spec:?}") };
    members
}

#[test]
fn each_machine_of_a_group_has_its_own_steps_and_rules_and_what_all_have() {
    let spec = parse(TWO).expect("a spec");
    let [server, client] = members(&spec) else { panic!("{spec:?}") };
    assert_eq!((server.name.as_str(), client.name.as_str()), ("server", "client"));
    assert_eq!((&server.turns[..], &client.turns[..]), (&[0, 2][..], &[1][..]));
    assert_eq!((server.spec.steps.len(), client.spec.steps.len()), (2, 1));
    assert!(matches!(server.spec.access, Access::Ssh(_)));
    assert_eq!(client.spec.access, Access::Console);
    assert_eq!((server.spec.fail.len(), client.spec.fail.len()), (1, 2));
    assert_eq!((client.spec.allow.len(), client.spec.pass.patterns().len()), (1, 1));
    assert_eq!((&spec.requires[..], spec.unfit), (&[Capability::Vmx][..], Unfit::Skip));
    assert_eq!(client.spec.limits.total, spec.limits.total);
    assert_ne!(server.spec.limits.total, spec.limits.total, "pinned to its accelerator");
    assert!(spec.steps.is_empty() && client.spec.name == "pair client");
}

#[test]
fn the_files_of_a_group_are_those_of_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("t.yaml");
    std::fs::write(&file, TWO).expect("a file");
    let spec = spec::load(&file).expect("a spec");
    assert_eq!(spec.files(), [folder.path().join("s"), folder.path().join("c")]);
}

#[test]
fn a_group_that_nobody_can_run_is_refused_at_its_place() {
    let one = "machines: { a: { qemu: { arch: x86_64, kernel: k }, pass: ok } }\n";
    let machine = "machine: { qemu: { arch: x86_64, kernel: k } }\npass: ok\n";
    let many: String =
        (0..9).map(|n| format!("  m{n}: {{ qemu: {{ arch: x86_64, kernel: k }} }}\n")).collect();
    for (text, message) in [
        (format!("{one}{machine}"), "1:1: both `machine` and `machines`"),
        (format!("{machine}steps: [{{ on: a, run: b }}]"), "3:11: `on` is for several"),
        (format!("{one}pass: ok\n"), "2:1: each machine has its own `pass`"),
        (format!("{one}steps: [{{ run: b }}]"), "2:9: nobody knows which machine takes this"),
        (format!("{one}steps: [{{ on: b, run: b }}]"), "2:15: unknown machine `b`"),
        (one.replace("a:", "a/b:"), "1:13: `a/b` is no name of a machine"),
        (one.replace(", pass: ok", ""), "1:16: nothing in this spec can prove that `a` passed"),
        (one.replace("kernel: k", "cpus: 1"), "1:18: there is nothing to boot"),
        ("machines: {}\n".into(), "1:11: a group has 1 to 8 machines, not 0"),
        (format!("machines:\n{many}"), "2:3: a group has 1 to 8 machines, not 9"),
        (format!("{one}ssh: {{ host: [] }}"), "2:14: `host` names no host"),
        (format!("{machine}ssh: {{ host: h }}"), "3:1: the host of `machine` is named in it"),
    ] {
        let error = parse(&text).expect_err(&text).to_string();
        assert!(error.starts_with(&format!("t.yaml:{message}")), "{error}\n{text}");
    }
}
