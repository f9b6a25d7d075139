//! Real UEFI firmware, a real TPM and a display under a real QEMU.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use run::{guest, start};
use serde_json::{Value, json};
use trial::Machine;
use verdict::{Conclusion, Judge, Rules, Verdict};

fn mtools(program: &str, disk: &Path, args: &[&str]) {
    let output = Command::new(program).arg("-i").arg(disk).args(args).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An EFI system partition with the test guest on it: `loader` is where its kernel is.
fn esp(folder: &Path, loader: &str) -> PathBuf {
    let (disk, guest) = (folder.join("esp.img"), testkit::guest("x86_64"));
    fs::File::create(&disk).unwrap().set_len(48 << 20).unwrap();
    let script = folder.join("startup.nsh");
    fs::write(&script, "fs0:\\linux.efi console=ttyS0 panic=-1 initrd=\\initrd\r\n").unwrap();
    mtools("mformat", &disk, &["::"]);
    mtools("mmd", &disk, &["::EFI", "::EFI/BOOT"]);
    for (file, place) in
        [(&guest.kernel, loader), (&guest.initrd, "initrd"), (&script, "startup.nsh")]
    {
        mtools("mcopy", &disk, &[file.to_str().unwrap(), &format!("::{place}")]);
    }
    disk
}

/// A guest that starts from this disk by UEFI.
fn from(disk: &Path, uefi: Value) -> spec::Qemu {
    let drives = json!([{ "file": disk }]);
    run::spec(json!({ "arch": "x86_64", "accel": "tcg", "drives": drives, "uefi": uefi }))
}

#[test]
fn without_secure_boot_an_unsigned_kernel_boots_from_its_disk() {
    let folder = tempfile::tempdir().unwrap();
    let disk = esp(folder.path(), "linux.efi");
    let mut run = start(from(&disk, json!(true))).unwrap();
    assert_eq!(run.end().reason, "the guest powered off", "{}", run.console);
    assert_eq!(run.count("ALL TESTS PASSED"), 1);
    assert_eq!(run.count("efi: EFI v"), 1);
}

#[test]
fn with_secure_boot_it_is_refused_and_the_reason_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let disk = esp(folder.path(), "EFI/BOOT/BOOTX64.EFI");
    let mut run = start(from(&disk, json!({ "secure-boot": true }))).unwrap();
    run.watch(|run| run.console.contains("Access Denied\r\n"));
    let mut judge = Judge::new(Rules::default()).unwrap();
    judge.read(std::time::Duration::ZERO, format!("{}\n", run.console).as_bytes());
    let judgement = judge.conclude(std::time::Duration::ZERO, None, Conclusion::Decided);
    assert_eq!((judgement.verdict, judgement.kind.as_str()), (Verdict::Crashed, "boot"));
    assert_eq!(judgement.title, "Secure Boot refused what it should start");
}

#[test]
fn a_guest_finds_uefi_a_fresh_tpm_and_its_display() {
    let keys = json!({ "uefi": true, "tpm": true, "display": "std" });
    let mut run = start(guest("x86_64", "shell", keys)).unwrap();
    run.wait_for("~ # ");
    // The kernel's messages must not come between the answers.
    let ask = "dmesg -n 1; cat /sys/class/tpm/tpm0/tpm_version_major; grep -c ^ /sys/firmware/efi/fw_platform_size; echo EN'D'\n";
    run.machine.send(ask.as_bytes()).unwrap();
    run.wait_for("END");
    assert!(run.console.contains("\n2\r\n1\r\nEND"), "{}", run.console);
    assert!(run.console.contains("TPMEventLog="), "nothing was measured:\n{}", run.console);
    let folder = tempfile::tempdir().unwrap();
    let screen = run.machine.screenshot(folder.path()).unwrap();
    assert_eq!(run::picture_size(&screen), (1280, 800), "the size of the firmware's display");
    run.machine.send(b"poweroff -f\n").unwrap();
    let ending = run.end();
    assert_eq!((ending.reason.as_str(), ending.by_guest), ("the guest powered off", true));
}
