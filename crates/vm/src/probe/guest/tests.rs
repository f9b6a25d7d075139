use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;

fn guest(arch: Arch, machine: &str) -> Result<Guest, Unfit> {
    Guest::of(&Target { qemu: Path::new("qemu"), arch, machine, cpu: "max" })
}

/// Runs one tool of the assembler's package; `None` when it is not installed.
fn tool(folder: &Path, program: &str, arguments: &str) -> Option<()> {
    let output = Command::new(program)
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{program} {arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(())
}

fn assembled(
    source: &str,
    prefix: &str,
    flags: &str,
    emulation: &str,
    base: &str,
) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("guest.S"), source).unwrap();
    tool(folder.path(), &format!("{prefix}as"), &format!("{flags} -o guest.o guest.S"))?;
    let link = format!("{emulation} -Ttext {base} -e {base} -o guest.elf guest.o");
    tool(folder.path(), &format!("{prefix}ld"), &link)?;
    tool(folder.path(), &format!("{prefix}objcopy"), "-O binary -j .text guest.elf guest.bin")?;
    Some(std::fs::read(folder.path().join("guest.bin")).unwrap())
}

/// Shows what to paste when the source was changed.
fn check(assembled: Option<Vec<u8>>, stored: &[u8]) {
    let Some(assembled) = assembled else { return };
    let hex: Vec<String> = assembled.iter().map(|byte| format!("{byte:#04x},")).collect();
    assert!(
        assembled == stored,
        "the stored code is not the source's; it should be\n{}",
        hex.join(" ")
    );
}

#[test]
fn the_x86_64_code_is_what_its_source_assembles_to() {
    let source = include_str!("x86_64.S");
    let prefix = if cfg!(target_arch = "x86_64") { "" } else { "x86_64-linux-gnu-" };
    check(assembled(source, prefix, "--64", "-m elf_x86_64", "0x8000"), x86_64::CODE);
}

#[test]
fn the_aarch64_code_is_what_its_source_assembles_to() {
    let source = include_str!("aarch64.S");
    check(assembled(source, "aarch64-linux-gnu-", "", "", "0x40080000"), &bytes(aarch64::CODE));
}

#[test]
fn the_riscv64_code_is_what_its_source_assembles_to() {
    let source = include_str!("riscv64.S");
    let flags = "-march=rv64g -mno-relax";
    check(assembled(source, "riscv64-linux-gnu-", flags, "", "0x80000000"), &bytes(riscv64::CODE));
}

#[test]
fn every_step_of_the_source_has_a_name() {
    let sources = [include_str!("x86_64.S"), include_str!("aarch64.S"), include_str!("riscv64.S")];
    let steps = [X86_64_STEPS, AARCH64_STEPS, RISCV64_STEPS];
    for (source, steps) in sources.into_iter().zip(steps) {
        let named: Vec<&str> = source.lines().filter_map(step_of).collect();
        assert_eq!(named, steps);
    }
}

fn step_of(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("REACHED '")?;
    Some(rest[2..].trim_start_matches([' ', '#', '/']))
}

#[test]
fn progress_names_the_last_step_and_the_next() {
    let guest = guest(Arch::X86_64, "q35").unwrap();
    let at = |letters: &[u8]| guest.progress(letters).unwrap().to_string();
    assert_eq!(at(b"ABC"), "it reached `protected mode`, not `page tables`");
    assert_eq!(at(b""), "it did not even reach `real mode`");
    assert_eq!(at(b"BCD"), "it did not even reach `real mode`");
    assert_eq!(at(b"AB?C"), "it reached `code in memory`, not `protected mode`");
    assert_eq!(guest.progress(b"ABCDEFGHIJKLMNOPQR"), None);
}

#[test]
fn machines_without_a_guest_are_unproven() {
    assert!(matches!(guest(Arch::S390x, "s390-ccw-virtio"), Err(Unfit::Unproven { .. })));
    assert!(matches!(guest(Arch::Aarch64, "raspi3b"), Err(Unfit::Unproven { .. })));
    assert!(guest(Arch::Aarch64, "virt-7.2,gic-version=3").is_ok());
    assert!(guest(Arch::Riscv64, "virt").is_ok());
}

proptest! {
    #[test]
    fn whatever_a_guest_writes_the_progress_is_one_of_its_steps(letters in proptest::collection::vec(any::<u8>(), 0..40)) {
        let guest = guest(Arch::Riscv64, "virt").unwrap();
        match guest.progress(&letters) {
            None => prop_assert!(letters.starts_with(b"ABCDEFGHIJ")),
            Some(progress) => prop_assert!(RISCV64_STEPS.contains(&progress.missing.as_str())),
        }
    }
}
