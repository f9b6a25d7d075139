//! What a sound spec means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use spec::{
    Accel, Access, Action, Allow, Arch, Capability, Drive, DriveInterface, Forward, Limit, Limits,
    Machine, Network, Pattern, Qemu, Signs, Spec, Step, StopWhen, Tests, Unfit,
};
use verdict::Stage;

#[track_caller]
fn parse(yaml: &str) -> Spec {
    spec::parse(yaml, Path::new("dir/smoke.yaml")).expect("this spec is sound")
}

/// A sound machine for specs that are about something else.
fn with_machine(rest: &str) -> Spec {
    parse(&format!("machine: {{ qemu: {{ arch: x86_64, kernel: k }} }}\n{rest}"))
}

fn pattern(text: &str) -> Pattern {
    Pattern::new(text).expect("a pattern")
}

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| pattern(text)).collect()
}

fn allows(texts: &[&str]) -> Vec<Allow> {
    patterns(texts).into_iter().map(Allow::from).collect()
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const EVERYTHING: &str = r#"
name: everything
machine:
  qemu:
    arch: aarch64
    binary: bin/qemu
    machine: virt,gic-version=3
    cpu: cortex-a72
    cpus: 4
    memory: 2G
    accel: kvm
    kernel: out/Image
    initrd: out/initrd
    append: "console=ttyAMA0 quiet"
    dtb: out/board.dtb
    firmware: /fw/u-boot.bin
    drives:
      - { file: a.qcow2, format: qcow2, interface: scsi, snapshot: false, readonly: true }
      - file: b.img
    network: { outbound: true, model: virtio-net-pci, forward: [{ host: 2222, guest: 22 }] }
    args: ["-device", "virtio-rng-pci", "-display", "none"]
    fast-boot: false
    reboot: true
  requires: [kvm]
  unfit: skip
steps:
  - expect: "login: $"
    within: { kvm: 20s, tcg: 3m }
  - send: "root\n"
  - prompt: "=> "
  - expect: "^Linux"
  - run: uname -r
    within: 60s
pass: { in-order: [one, two] }
fail: panicked
allow: ["WARNING: .* known", noise]
limits: { total: 1h 30m, silence: { kvm: 10s, tcg: 1m }, drain: 500ms, stages: { kernel: 30s }, boots: 2 }
symbols: out/vmlinux
retries: 2
"#;

fn qemu() -> Qemu {
    let path = |path: &str| Some(PathBuf::from(path));
    Qemu {
        arch: Arch::Aarch64,
        binary: path("bin/qemu"),
        machine: Some("virt,gic-version=3".into()),
        cpu: Some("cortex-a72".into()),
        cpus: 4,
        memory: "2G".into(),
        accel: Accel::Kvm,
        kernel: path("out/Image"),
        initrd: path("out/initrd"),
        append: Some("console=ttyAMA0 quiet".into()),
        dtb: path("out/board.dtb"),
        firmware: path("/fw/u-boot.bin"),
        uefi: None,
        tpm: false,
        display: spec::Display::None,
        drives: drives(),
        network: Some(network()),
        exit: None,
        args: ["-device", "virtio-rng-pci", "-display", "none"].map(String::from).to_vec(),
        fast_boot: false,
        reboot: true,
    }
}

fn drives() -> Vec<Drive> {
    let (qcow2, scsi) = ("qcow2".to_string(), DriveInterface::Scsi);
    let first = Drive {
        file: "a.qcow2".into(),
        format: qcow2,
        interface: scsi,
        snapshot: false,
        readonly: true,
    };
    let (raw, virtio) = ("raw".to_string(), DriveInterface::Virtio);
    vec![
        first,
        Drive {
            file: "b.img".into(),
            format: raw,
            interface: virtio,
            snapshot: true,
            readonly: false,
        },
    ]
}

fn network() -> Network {
    let forward = vec![Forward { host: 2222, guest: 22 }];
    Network { outbound: true, model: Some("virtio-net-pci".into()), forward }
}

fn steps() -> Vec<Step> {
    let both = Limit::ByAccelerator { kvm: seconds(20), tcg: seconds(180) };
    vec![
        Step {
            action: Action::Prompt(pattern("login: $")),
            within: Some(both),
            line: 27,
            phase: None,
        },
        Step { action: Action::Send("root\n".into()), within: None, line: 29, phase: None },
        Step { action: Action::Prompt(pattern("=> ")), within: None, line: 30, phase: None },
        Step { action: Action::Expect(pattern("^Linux")), within: None, line: 31, phase: None },
        Step {
            action: Action::Run("uname -r".into()),
            within: Some(Limit::Any(seconds(60))),
            line: 32,
            phase: None,
        },
    ]
}

#[test]
fn every_key_arrives_where_it_belongs() {
    let limits = Limits {
        total: Limit::Any(seconds(5400)),
        silence: Some(Limit::ByAccelerator { kvm: seconds(10), tcg: seconds(60) }),
        drain: Duration::from_millis(500),
        stages: [(Stage::Kernel, Limit::Any(seconds(30)))].into(),
        boots: Some(2),
    };
    let expected = Spec {
        name: "everything".into(),
        machine: Machine::Qemu(Box::new(qemu())),
        ssh: None,
        access: Access::Console,
        requires: vec![Capability::Kvm],
        unfit: Unfit::Skip,
        steps: steps(),
        pass: Signs::InOrder(patterns(&["one", "two"])),
        fail: patterns(&["panicked"]),
        allow: allows(&["WARNING: .* known", "noise"]),
        results: Tests::Auto,
        collect: vec![],
        limits,
        symbols: Some("out/vmlinux".into()),
        repeat: 1,
        stop_when: StopWhen::AllRan,
        retries: 2,
        quarantine: None,
    };
    assert_eq!(parse(EVERYTHING), expected);
}

#[test]
fn what_is_not_written_has_its_default() {
    let spec = with_machine("pass: ok\n");
    let Machine::Qemu(qemu) = &spec.machine else { panic!("{:?}", spec.machine) };
    assert_eq!((spec.name.as_str(), spec.unfit, spec.retries), ("smoke", Unfit::Fail, 0));
    assert_eq!(
        spec.limits,
        Limits {
            total: Limit::Any(seconds(300)),
            silence: None,
            drain: seconds(2),
            stages: BTreeMap::new(),
            boots: None
        }
    );
    assert_eq!((qemu.cpus, qemu.memory.as_str(), qemu.accel), (1, "512M", Accel::Auto));
    assert_eq!((qemu.fast_boot, qemu.reboot), (true, false));
    assert_eq!(
        (spec.requires, spec.steps, spec.fail, spec.allow),
        (vec![], vec![], vec![], vec![])
    );
}

#[test]
fn signs_are_one_text_a_list_or_an_order() {
    assert_eq!(with_machine("pass: a\n").pass, Signs::AllOf(patterns(&["a"])));
    assert_eq!(with_machine("pass: [a, 42]\n").pass, Signs::AllOf(patterns(&["a", "42"])));
    assert_eq!(with_machine("pass: { in-order: a }\n").pass, Signs::InOrder(patterns(&["a"])));
    assert_eq!(
        with_machine("pass: { any-of: [a, b] }\n").pass,
        Signs::AnyOf(patterns(&["a", "b"]))
    );
}

#[test]
fn an_expect_step_is_proof_enough() {
    let spec = with_machine("steps:\n- expect: booted\n");
    assert_eq!((spec.pass, spec.steps.len()), (Signs::AllOf(vec![]), 1));
}

#[test]
fn who_pins_tcg_means_the_limits_as_they_stand() {
    let spec = parse(
        "machine: { qemu: { arch: x86_64, kernel: k, accel: tcg } }\n\
         steps: [{ expect: a, within: 20s }]\nlimits: { total: 1m, silence: { kvm: 1s, tcg: 9s } }\n",
    );
    let within = spec.steps[0].within.expect("a limit");
    let silence = spec.limits.silence.expect("a limit");
    assert_eq!(within.under(true), (seconds(20), false));
    assert_eq!(spec.limits.total.under(true), (seconds(60), false));
    assert_eq!(silence.under(true), (seconds(9), false));
}

#[test]
fn architectures_have_a_second_name() {
    for (name, arch) in
        [("amd64", Arch::X86_64), ("arm64", Arch::Aarch64), ("ppc64le", Arch::Ppc64le)]
    {
        let Machine::Qemu(qemu) =
            parse(&format!("machine: {{ qemu: {{ arch: {name}, kernel: k }} }}\npass: a\n"))
                .machine
        else {
            panic!("no QEMU")
        };
        assert_eq!(qemu.arch, arch);
    }
}

#[test]
fn files_are_collected_by_their_full_paths() {
    let spec = with_machine("pass: a\ncollect: [/var/log/messages, \"/tmp/*.xml\"]\n");
    assert_eq!(spec.collect, ["/var/log/messages", "/tmp/*.xml"]);
}

#[test]
fn an_anchor_may_be_used_again() {
    let spec = with_machine("pass: &sign ok\nallow: [*sign]\n");
    assert_eq!(spec.allow, allows(&["ok"]));
}

/// Writes `text` into a fresh folder.
fn written(text: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("boot.yaml");
    std::fs::write(&file, text).expect("a file");
    (folder, file)
}

#[test]
fn a_loaded_spec_finds_its_files_beside_it() {
    let (folder, file) = written(EVERYTHING);
    let spec = spec::load(&file).expect("a spec");
    let Machine::Qemu(qemu) = spec.machine else { panic!("no QEMU") };
    let beside = |name: &str| Some(folder.path().join(name));
    assert_eq!(spec.symbols, beside("out/vmlinux"));
    assert_eq!(
        (qemu.kernel, qemu.initrd, qemu.dtb),
        (beside("out/Image"), beside("out/initrd"), beside("out/board.dtb"))
    );
    assert_eq!((qemu.binary, qemu.firmware), (beside("bin/qemu"), Some("/fw/u-boot.bin".into())));
    assert_eq!(Some(qemu.drives[0].file.clone()), beside("a.qcow2"));
}

#[test]
fn a_program_without_a_slash_stays_one_of_path() {
    let yaml = "machine: { qemu: { arch: x86_64, kernel: k, binary: qemu-kvm } }\npass: a\n";
    let (_folder, file) = written(yaml);
    let Machine::Qemu(qemu) = spec::load(&file).expect("a spec").machine else { panic!("no QEMU") };
    assert_eq!(qemu.binary, Some("qemu-kvm".into()));
    let (_folder, file) = written(yaml.replace("qemu-kvm", "./qemu-kvm"));
    let Machine::Qemu(qemu) = spec::load(&file).expect("a spec").machine else { panic!("no QEMU") };
    assert_eq!(qemu.binary, Some(file.with_file_name("./qemu-kvm")));
}

#[track_caller]
fn refused(file: &Path) -> String {
    let error = spec::load(file).expect_err("no spec");
    assert_eq!((error.file.as_path(), error.line, error.column), (file, None, None));
    error.message
}

#[test]
fn a_file_that_cannot_be_a_spec_is_named() {
    assert_eq!(refused(Path::new("/nowhere/smoke.yaml")), "there is no such file");
    assert_eq!(refused(Path::new("/")), "this is a folder");
    let (_folder, file) = written(b"pass: \xff");
    assert_eq!(refused(&file), "a spec is UTF-8 text");
    let (_folder, file) = written(vec![b'#'; (1 << 20) + 1]);
    assert_eq!(refused(&file), "a spec has at most 1 MiB");
}
