//! UEFI, Secure Boot, a TPM and a display in a spec.

use std::path::Path;

use spec::{Display, Error, Machine, Qemu, Uefi};

fn parse(keys: &str) -> Result<Box<Qemu>, Error> {
    let text = format!("machine: {{ qemu: {{ drives: [{{ file: d }}], {keys} }} }}\npass: ok\n");
    spec::parse(&text, Path::new("t.yaml")).map(|spec| match spec.machine {
        Machine::Qemu(qemu) => qemu,
        other => panic!("{other:?}"),
    })
}

#[test]
fn uefi_is_one_word_or_a_map() {
    let uefi = |keys: &str| parse(&format!("arch: x86_64, {keys}")).unwrap().uefi;
    assert_eq!(uefi("uefi: true"), Some(Uefi::default()));
    assert_eq!(uefi("uefi: false"), None);
    let own = uefi("uefi: { secure-boot: true, code: c.fd, vars: v.fd }").unwrap();
    assert!(own.secure_boot && own.code == Some("c.fd".into()) && own.vars == Some("v.fd".into()));
    let all = parse("arch: aarch64, tpm: true, display: virtio").unwrap();
    assert_eq!((all.tpm, all.display, all.uefi), (true, Display::Virtio, None));
}

#[test]
fn what_no_machine_can_be_is_refused_with_its_place() {
    for (keys, message) in [
        ("arch: x86_64, uefi: 1", "`true`, `false`"),
        ("arch: x86_64, uefi: { secureboot: true }", "unknown key `secureboot`"),
        ("arch: x86_64, uefi: true, firmware: f", "`uefi` and `firmware` are two firmwares"),
        ("arch: s390x, uefi: true", "this machine knows no UEFI"),
        ("arch: x86_64, machine: 'microvm,acpi=off', uefi: true", "this machine knows no UEFI"),
        ("arch: x86_64, uefi: { code: c }", "`code` needs the `vars` that belong to it"),
        ("arch: x86_64, uefi: { vars: '' }", "a file of the firmware has no name"),
        ("arch: x86_64, uefi: { secure-boot: true }, kernel: k", "would prove nothing"),
        ("arch: x86_64, uefi: { secure-boot: true }, machine: pc", "`pc` cannot protect the keys"),
        ("arch: x86_64, uefi: { secure-boot: true }, machine: 'q35,smm=off'", "cannot protect"),
        ("arch: s390x, tpm: true", "this machine has no place for a TPM"),
        ("arch: x86_64, machine: microvm, display: std", "`std` needs PCI"),
        ("arch: x86_64, display: gtk", "unknown value `gtk`"),
    ] {
        let error = parse(keys).unwrap_err().to_string();
        assert!(error.starts_with("t.yaml:1:") && error.contains(message), "{keys}: {error}");
    }
}
