//! What would be started, told without starting it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod run;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use run::{guest, spec};
use serde_json::{Value, json};
use trial::{Accelerator, Fault, Problem};
use vm::{Plan, Qemu};

/// The plan for these keys, whichever QEMUs are installed.
fn plan(arch: &str, keys: Value) -> Result<Plan, Problem> {
    let mut all = json!({ "arch": arch, "binary": "/bin/true", "accel": "tcg" });
    all.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    Qemu::new(spec(all)).plan()
}

fn line(arch: &str, keys: Value) -> String {
    plan(arch, keys).unwrap().command.join(" ")
}

fn refusal(arch: &str, keys: Value) -> Problem {
    plan(arch, keys).unwrap_err()
}

#[test]
fn the_plainest_guest_has_nothing_but_a_console() {
    assert_eq!(
        line("x86_64", json!({})),
        "/bin/true -name bootgate -nodefaults -no-user-config -display none -machine q35 -accel tcg -cpu max -smp 1 \
         -m 512M -action panic=none -no-reboot -device pvpanic -serial stdio -nic none"
    );
}

#[test]
fn a_guest_gets_the_device_that_it_ends_by_unless_its_arguments_have_it() {
    let exit = |device: &str| json!({ "exit": { "device": device } });
    let device = " -device isa-debug-exit,iobase=0xf4,iosize=0x04 ";
    assert!(line("x86_64", exit("isa-debug-exit")).contains(device));
    let own =
        json!({ "exit": { "device": "isa-debug-exit" }, "args": ["-device", "isa-debug-exit"] });
    assert_eq!(line("x86_64", own).matches("isa-debug-exit").count(), 1);
    let config = " -semihosting-config enable=on,target=native ";
    assert!(line("aarch64", exit("semihosting")).contains(config));
    assert_eq!(line("riscv64", exit("sifive-test")), line("riscv64", json!({})));
}

#[test]
fn semihosting_needs_the_translator() {
    let host = spec::Arch::host().unwrap().as_str();
    let keys = json!({ "accel": "auto", "exit": { "device": "semihosting" } });
    assert_eq!(plan(host, keys).unwrap().accelerator, Some(Accelerator::Tcg));
}

#[test]
fn every_architecture_has_its_own_defaults() {
    for (arch, words) in [
        ("x86_64", "-machine q35 -accel tcg -cpu max "),
        ("aarch64", "-machine virt -accel tcg -cpu max,pauth-impdef=on "),
        ("riscv64", "-machine virt -accel tcg -smp "),
        ("loongarch64", "-machine virt -accel tcg -smp "),
        ("s390x", "-chardev stdio,id=console -device sclpconsole,chardev=console "),
        ("ppc64le", "-machine pseries -accel tcg -smp "),
    ] {
        let line = line(arch, json!({}));
        assert!(line.contains(words), "{arch}: {line}");
    }
}

#[test]
fn many_arm_processors_get_an_interrupt_controller_that_can_count_them() {
    assert!(line("aarch64", json!({ "cpus": 8 })).contains("-machine virt -accel"));
    assert!(line("aarch64", json!({ "cpus": 9 })).contains("-machine virt,gic-version=max "));
    assert!(
        line("aarch64", json!({ "cpus": 9, "machine": "virt,secure=on" }))
            .contains("-machine virt,secure=on ")
    );
}

#[test]
fn under_kvm_the_processor_is_the_hosts() {
    let kvm = plan("x86_64", json!({ "accel": "kvm" })).unwrap();
    assert!(kvm.to_string().contains("-machine q35 -accel kvm -cpu host "), "{kvm}");
    assert_eq!(kvm.accelerator, Some(Accelerator::Kvm));
}

#[test]
fn a_plan_says_when_it_cannot_know_the_accelerator_yet() {
    let foreign = if cfg!(target_arch = "s390x") { "x86_64" } else { "s390x" };
    assert_eq!(
        plan(foreign, json!({ "accel": "auto" })).unwrap().accelerator,
        Some(Accelerator::Tcg)
    );
    let native = plan(spec::Arch::host().unwrap().as_str(), json!({ "accel": "auto" })).unwrap();
    assert_eq!((native.accelerator, native.notes.len()), (None, 1));
    assert!(native.to_string().contains("-accel kvm -accel tcg "), "{native}");
}

#[test]
fn microvm_counts_instructions_under_tcg_only_and_unless_told_otherwise() {
    assert!(line("x86_64", json!({ "machine": "microvm" })).contains("-icount shift=auto"));
    assert!(!line("x86_64", json!({ "machine": "microvm", "accel": "kvm" })).contains("-icount"));
    assert!(!line("x86_64", json!({})).contains("-icount"));
    let told = line("x86_64", json!({ "machine": "microvm", "args": ["-icount", "7"] }));
    assert_eq!(told.matches("-icount").count(), 1, "{told}");
}

#[test]
fn firmware_is_in_flash_and_its_variables_are_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let [code, vars] = ["c,1.fd", "v.qcow2"].map(|name| folder.path().join(name));
    [&code, &vars].into_iter().for_each(|file| fs::write(file, "").unwrap());
    let secure = |secure: bool, arch: &str| {
        line(arch, json!({ "uefi": { "secure-boot": secure, "code": code, "vars": vars } }))
    };
    let at = folder.path().display();
    let flash = format!(
        "-drive if=pflash,unit=0,format=raw,readonly=on,file={at}/c,,1.fd \
         -drive if=pflash,unit=1,format=qcow2,snapshot=on,file={at}/v.qcow2"
    );
    let smm = "-global driver=cfi.pflash01,property=secure,value=on ";
    let (plain, locked) = (secure(false, "x86_64"), secure(true, "x86_64"));
    assert!(plain.contains(&flash) && plain.contains("-machine q35 "), "{plain}");
    assert!(locked.contains(&format!("{smm}{flash}")), "{locked}");
    assert!(locked.contains("-machine q35,smm=on "), "{locked}");
    let arm = secure(true, "aarch64");
    assert!(arm.contains(&flash) && !arm.contains("smm") && !arm.contains("cfi"), "{arm}");
}

#[test]
fn a_host_without_the_firmware_says_what_to_install() {
    let problem = refusal("loongarch64", json!({ "uefi": { "secure-boot": true } }));
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert!(problem.hint.unwrap().contains("apt-get install qemu-efi-loongarch64"));
}

#[test]
fn a_tpm_and_a_display_are_what_the_machine_has_a_place_for() {
    let keys = json!({ "tpm": true, "display": "virtio" });
    for (arch, display, tpm) in [
        ("x86_64", "virtio-vga", "tpm-crb"),
        ("aarch64", "virtio-gpu-pci", "tpm-tis-device"),
        ("ppc64le", "virtio-gpu-pci", "tpm-spapr"),
    ] {
        let plan = plan(arch, keys.clone()).unwrap();
        let devices = format!(
            "-device {display} -chardev 'socket,id=tpm,path=tpm.sock' -tpmdev 'emulator,id=tpm0,chardev=tpm' \
             -device '{tpm},tpmdev=tpm0'"
        );
        assert!(plan.to_string().contains(&devices), "{plan}");
        assert!(plan.notes[0].contains("swtpm socket --tpm2"), "{:?}", plan.notes);
    }
}

#[test]
fn the_users_arguments_come_last_and_the_line_can_be_pasted() {
    let line = plan("x86_64", json!({ "append": "a=\"b c\"", "args": ["-device", "it's"] }))
        .unwrap()
        .to_string();
    assert!(line.contains(r#"-append 'a="b c"' "#), "{line}");
    assert!(line.ends_with(r#"-device "it's""#), "{line}");
}

#[test]
fn commas_and_colons_in_file_names_are_taken_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a,b:c");
    fs::write(&file, "").unwrap();
    let line = line("x86_64", json!({ "drives": [{ "file": file }] }));
    assert!(line.contains("/a,,b:c "), "{line}");
}

#[test]
fn forwarded_ports_are_on_the_loopback_and_the_guest_gets_no_further() {
    let network =
        json!({ "forward": [{ "host": 2222, "guest": 22 }, { "host": 8080, "guest": 80 }] });
    let line = line("x86_64", json!({ "network": network }));
    let netdev =
        "user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:8080-:80";
    assert!(line.contains(netdev), "{line}");
}

#[test]
fn a_missing_kernel_is_the_users_mistake() {
    let problem = refusal("x86_64", json!({ "kernel": "out/vmlinuz" }));
    assert_eq!(
        (problem.fault, problem.message.as_str()),
        (Fault::User, "the kernel `out/vmlinuz` does not exist")
    );
    assert!(problem.hint.is_some());
}

#[test]
fn a_folder_or_a_pipe_is_no_kernel() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    for path in [folder.path(), &pipe] {
        let problem = refusal("x86_64", json!({ "kernel": path }));
        assert_eq!(problem.fault, Fault::User);
        assert!(problem.message.contains("it is not a file"), "{problem}");
    }
}

#[test]
fn a_binary_that_is_no_executable_is_the_users_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("qemu");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let problem = refusal("x86_64", json!({ "binary": file }));
    assert_eq!(problem.fault, Fault::User);
    assert!(problem.message.contains("is not an executable file"), "{problem}");
}

#[test]
fn a_kernel_of_another_architecture_is_the_users_mistake() {
    let problem = Qemu::new(guest("x86_64", "", json!({ "arch": "aarch64" }))).plan().unwrap_err();
    assert_eq!(problem.fault, Fault::User);
    assert!(problem.message.ends_with("is for `x86_64`, not for `aarch64`"), "{problem}");
}

#[test]
fn a_drive_that_needs_pci_is_refused_where_there_is_none() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let drives = json!([{ "file": file.path(), "interface": "nvme" }]);
    let problem = refusal("x86_64", json!({ "machine": "microvm", "drives": drives }));
    assert_eq!(
        problem.message,
        "a drive of interface `nvme` needs PCI, which machine `microvm` does not have"
    );
}
