//! The device by which a guest ends, and the statuses that it can have.

#[expect(dead_code, reason = "these specs have machines of their own")]
mod mistake;

use std::path::Path;

use mistake::check;
use spec::{ExitDevice, Machine};

fn spec(qemu: &str) -> String {
    format!("machine:\n  qemu: {{ kernel: k, {qemu} }}\npass: ok\n")
}

/// The device and the status of a sound one.
fn exit(qemu: &str) -> (ExitDevice, u8) {
    let spec = spec::parse(&spec(qemu), Path::new("spec.yaml")).expect("a sound spec");
    let Machine::Qemu(qemu) = spec.machine else { panic!("another machine") };
    qemu.exit.map(|exit| (exit.device, exit.success())).expect("an exit")
}

#[test]
fn success_has_the_status_that_is_usual_with_the_device_unless_another_is_given() {
    let debug = "arch: x86_64, exit: { device: isa-debug-exit";
    assert_eq!(exit(&format!("{debug} }}")), (ExitDevice::IsaDebugExit, 33));
    assert_eq!(exit(&format!("{debug}, success: 3 }}")), (ExitDevice::IsaDebugExit, 3));
    let semihosting = "arch: aarch64, exit: { device: semihosting }";
    assert_eq!(exit(semihosting), (ExitDevice::Semihosting, 0));
    assert_eq!(exit("arch: riscv64, exit: { device: sifive-test }"), (ExitDevice::SifiveTest, 0));
}

#[test]
fn a_device_that_the_guest_cannot_have_is_refused() {
    check(
        &spec("arch: aarch64, exit: { device: isa-debug-exit }"),
        "2:53: a guest of aarch64 has no `isa-debug-exit` / use `semihosting`",
    );
    check(
        &spec("arch: s390x, exit: { device: semihosting }"),
        "2:51: a guest of s390x has no `semihosting`",
    );
    check(
        &spec("arch: aarch64, accel: kvm, exit: { device: semihosting }"),
        "2:65: `semihosting` does not work under KVM / use `accel: tcg`",
    );
    check(
        &spec("arch: x86_64, exit: { device: isa-debug-exitt }"),
        "2:52: unknown value `isa-debug-exitt` / did you mean `isa-debug-exit`?",
    );
}

#[test]
fn a_status_that_cannot_mean_success_is_refused() {
    check(
        &spec("arch: x86_64, exit: { device: isa-debug-exit, success: 32 }"),
        "2:77: `32` cannot come from `isa-debug-exit`: it adds 1 to twice a value / \
         without this key it is `33`",
    );
    check(
        &spec("arch: riscv64, exit: { device: sifive-test, success: 1 }"),
        "2:75: `1` is also what QEMU exits with when it fails itself / without this key it is `0`",
    );
}
