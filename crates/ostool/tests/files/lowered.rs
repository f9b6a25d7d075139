//! What a configuration of each generation means as a spec.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ostool::{Config, Generation, Lowered, Target};
use spec::{Accel, Action, Arch, Limit, Machine, Pattern, Qemu, Signs};

use crate::{config, text};

fn lowered(config: &Config, arch: Option<Arch>) -> Lowered {
    let target = Target { arch, kernel: Some("kernel".into()), is_file: &|_| false };
    config.lower(&target).unwrap()
}

fn qemu(machine: &Machine) -> &Qemu {
    let Machine::Qemu(qemu) = machine else { panic!("{machine:?}") };
    qemu
}

fn pattern(text: &str) -> Pattern {
    Pattern::new(text).unwrap()
}

fn actions(lowered: &Lowered) -> Vec<Action> {
    lowered.spec.steps.iter().map(|step| step.action.clone()).collect()
}

fn both(seconds: u64) -> Limit {
    let limit = Duration::from_secs(seconds);
    Limit::ByAccelerator { kvm: limit, tcg: limit }
}

#[test]
fn ostool_0_8_waits_for_any_text() {
    let config = config(&text("configurations/0.8.toml"), "qemu-x86_64.toml");
    assert_eq!(config.generation(), Generation::V0_8);
    let lowered = lowered(&config, None);
    let spec = &lowered.spec;
    assert_eq!(spec.pass, Signs::AnyOf(vec![pattern("usertests passed!"), pattern("all is well")]));
    let Qemu { arch, machine, cpu, cpus, memory, accel, kernel, .. } = qemu(&spec.machine);
    assert_eq!(
        (*arch, machine.as_deref(), cpu.as_deref()),
        (Arch::X86_64, Some("q35"), Some("qemu64"))
    );
    assert_eq!((*cpus, memory.as_str(), *accel), (1, "128M", Accel::Tcg));
    assert_eq!(kernel.as_deref(), Some(Path::new("kernel")));
    let args = [
        "-device",
        "virtio-blk-pci,drive=disk0",
        "-drive",
        "id=disk0,if=none,format=raw,file=/w/tmp/rootfs.img",
    ];
    assert_eq!(qemu(&spec.machine).args, args);
    assert_eq!((spec.name.as_str(), spec.limits.total), ("qemu-x86_64", both(300)));
    assert_eq!(
        lowered.notes,
        [
            "left out of QEMU's arguments, because bootgate sees to it: `-nographic`",
            "no `timeout`: the whole run may take 5 minutes"
        ]
    );
}

#[test]
fn a_word_of_qemus_own_is_no_firmware_file() {
    for (bios, file) in [("default", None), ("none", None), ("u-boot.bin", Some("u-boot.bin"))] {
        let text = format!("args = [\"-bios\", \"{bios}\"]\nsuccess_regex = [\"x\"]\n");
        let lowered = lowered(&config(&text, "qemu-riscv64.toml"), None);
        let Qemu { firmware, args, .. } = qemu(&lowered.spec.machine);
        assert_eq!(firmware.as_deref(), file.map(Path::new));
        assert_eq!(args.len(), if file.is_some() { 0 } else { 2 }, "{args:?}");
    }
}

#[test]
fn ostool_0_24_types_one_command() {
    let config = config(&text("configurations/0.24.toml"), "qemu-aarch64.toml");
    assert_eq!(config.generation(), Generation::V0_24);
    let lowered = lowered(&config, None);
    let steps = [
        Action::Prompt(pattern(r"\~ \#")),
        Action::Send("pwd && echo 'guest test pass!'\n".into()),
    ];
    assert_eq!(actions(&lowered), steps);
    assert_eq!(lowered.spec.pass, Signs::AnyOf(vec![pattern(r"(?m)^guest test pass!\s*$")]));
    assert_eq!(lowered.spec.fail, [pattern(r"(?i)\bpanic(?:ked)?\b")]);
    let qemu = qemu(&lowered.spec.machine);
    assert_eq!((qemu.cpus, qemu.memory.as_str()), (4, "8g"));
    assert_eq!(qemu.machine.as_deref(), Some("virt,virtualization=on,gic-version=3"));
    assert_eq!(qemu.append.as_deref(), Some("root=/dev/nvme0n1 rw"));
    assert_eq!(qemu.args[..2], ["-smp", "4,sockets=2"]);
}

#[test]
fn ostool_0_31_goes_step_by_step() {
    let config = config(&text("configurations/0.31.toml"), "qemu.toml");
    assert_eq!(config.generation(), Generation::V0_31);
    let lowered = lowered(&config, Some(Arch::X86_64));
    let any = r"(?:(?m)^Linux version)|(?:ArceOS)";
    assert_eq!(
        actions(&lowered),
        [
            Action::Expect(pattern("Welcome to AxVisor Shell!")),
            Action::Prompt(pattern(r"axvisor:/\$")),
            Action::Send("discard\u{1}vm console 1\n".into()),
            Action::Prompt(pattern(r"\~ \#")),
            Action::Send("cat /proc/version\n".into()),
            Action::Expect(pattern(any)),
        ]
    );
    let spec = &lowered.spec;
    assert_eq!(
        spec.steps.iter().map(|step| step.line).collect::<Vec<_>>(),
        [8, 11, 11, 15, 15, 15]
    );
    // KVM was asked for, so a limit is meant for it.
    assert_eq!(spec.steps[5].within, Some(Limit::Any(Duration::from_secs(60))));
    assert_eq!(spec.fail, [pattern("(?i)kernel panic"), pattern("cat:")]);
    let qemu = qemu(&spec.machine);
    assert_eq!((qemu.accel, qemu.memory.as_str()), (Accel::Kvm, "512M"));
    assert_eq!(qemu.initrd, Some(PathBuf::from("/w/initramfs.cpio.gz")));
    assert_eq!(
        (qemu.append.as_deref(), qemu.args.as_slice()),
        (Some("console=ttyS0"), &["-snapshot".to_owned()][..])
    );
}

#[test]
fn a_machine_gives_its_accelerator_away() {
    for (args, accel, machine) in [
        (r#""-machine", "q35,accel=kvm,usb=off""#, Accel::Kvm, Some("q35,usb=off")),
        (r#""-M", "q35", "-accel", "kvm", "-accel", "tcg,thread=multi""#, Accel::Auto, Some("q35")),
        (r#""-machine", "accel=kvm:tcg""#, Accel::Auto, None),
        (r#""-machine", "virt", "-machine", "dumpdtb=x""#, Accel::Tcg, Some("virt,dumpdtb=x")),
    ] {
        let config = config(&format!("args = [{args}]\nsuccess_regex = ['ok']\n"), "x");
        let lowered = lowered(&config, Some(Arch::X86_64));
        let qemu = qemu(&lowered.spec.machine);
        assert_eq!((qemu.accel, qemu.machine.as_deref()), (accel, machine), "{args}");
    }
}

#[test]
fn uefi_is_the_distributions_or_the_files_own() {
    let read = |args: &str| {
        config(&format!("args = [{args}]\nuefi = true\nsuccess_regex = ['ok']\n"), "aarch64")
    };
    let lower = |config: &Config, there: bool| {
        let is_file = |path: &Path| there && path.starts_with("/usr/share/AAVMF");
        config.lower(&Target { arch: None, kernel: None, is_file: &is_file })
    };
    let found = lower(&read(""), true).unwrap();
    assert_eq!(
        qemu(&found.spec.machine).args,
        [
            "-drive",
            "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.fd",
            "-drive",
            "if=pflash,format=raw,unit=1,snapshot=on,file=/usr/share/AAVMF/AAVMF_VARS.fd"
        ]
    );
    let missing = lower(&read(""), false).unwrap_err();
    assert!(missing.hint.clone().unwrap().contains("qemu-efi-aarch64") && missing.exit_code() == 3);
    let own = lower(&read(r#""-bios", "own.fd""#), false).unwrap();
    assert_eq!(qemu(&own.spec.machine).firmware, Some("own.fd".into()));
}
