//! The micro guests: code, the names of its steps, and how QEMU is told to run it.

mod aarch64;
mod riscv64;
mod x86_64;

use std::io::Write as _;
use std::os::fd::OwnedFd;

use rustix::fs::{MemfdFlags, memfd_create};
use spec::Arch;

use super::{Progress, Target, Unfit};

/// Where QEMU finds the image: an inherited descriptor leaves no file behind, whatever kills us.
pub(super) const IMAGE_FD: i32 = 3;

/// A guest for one architecture. Step `n` reports itself by the letter `A + n` on QEMU's standard output.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    image: Vec<u8>,
    steps: &'static [&'static str],
    /// What tells QEMU where the image is and where the letters go.
    pub(super) arguments: &'static [&'static str],
}

const X86_64_STEPS: &[&str] = &[
    "real mode",
    "code in memory",
    "protected mode",
    "page tables",
    "model-specific registers",
    "long mode",
    "cpuid",
    "a running time stamp counter",
    "SSE instructions",
    "4 MiB of memory filled",
    "4 MiB of memory moved",
    "a breakpoint",
    "an invalid instruction",
    "a page fault",
    "the local APIC",
    "a timer interrupt",
    "user mode and back",
    "the end",
];
const X86_64_ARGUMENTS: &[&str] = &[
    "-bios",
    "/proc/self/fd/3",
    "-device",
    "isa-debugcon,iobase=0xe9,chardev=letters",
    "-device",
    "isa-debug-exit,iobase=0xf4,iosize=1",
];

const AARCH64_STEPS: &[&str] = &[
    "code",
    "EL1",
    "floating point and vectors",
    "a running counter",
    "translation and caches",
    "4 MiB of memory filled and moved",
    "a breakpoint",
    "a page fault",
    "user mode and back",
    "the end",
];
const AARCH64_ARGUMENTS: &[&str] = &["-kernel", "/proc/self/fd/3", "-serial", "chardev:letters"];

const RISCV64_STEPS: &[&str] = &[
    "code",
    "supervisor mode",
    "floating point",
    "a running clock",
    "Sv39 translation",
    "4 MiB of memory filled and moved",
    "a breakpoint",
    "a page fault",
    "user mode and back",
    "the end",
];
const RISCV64_ARGUMENTS: &[&str] =
    &["-bios", "none", "-kernel", "/proc/self/fd/3", "-serial", "chardev:letters"];

impl Guest {
    /// The guest for `target`, or that there is none.
    pub(super) fn of(target: &Target<'_>) -> Result<Guest, Unfit> {
        let (image, steps, arguments) = match target.arch {
            Arch::X86_64 => (rom(x86_64::CODE), X86_64_STEPS, X86_64_ARGUMENTS),
            // The serial port's address is that of the machine `virt`.
            Arch::Aarch64 if is_virt(target) => {
                (bytes(aarch64::CODE), AARCH64_STEPS, AARCH64_ARGUMENTS)
            }
            Arch::Riscv64 if is_virt(target) => {
                (bytes(riscv64::CODE), RISCV64_STEPS, RISCV64_ARGUMENTS)
            }
            arch => return Err(Unfit::Unproven { arch, machine: target.machine.to_owned() }),
        };
        Ok(Guest { image, steps, arguments })
    }

    /// How many steps there are.
    pub(super) fn steps(&self) -> usize {
        self.steps.len()
    }

    /// How many steps `letters` report without a gap; `None` when all of them.
    pub(super) fn progress(&self, letters: &[u8]) -> Option<Progress> {
        let seen =
            letters.iter().zip(b'A'..=b'Z').take_while(|(letter, due)| **letter == *due).count();
        let missing = (*self.steps.get(seen)?).to_owned();
        let reached = seen.checked_sub(1).map(|last| self.steps[last].to_owned());
        Some(Progress { reached, missing })
    }

    /// The image as a file in memory, to be handed to QEMU.
    pub(super) fn file(&self) -> std::io::Result<OwnedFd> {
        let mut file = std::fs::File::from(memfd_create("bootgate-probe", MemfdFlags::CLOEXEC)?);
        file.write_all(&self.image)?;
        Ok(file.into())
    }
}

fn is_virt(target: &Target<'_>) -> bool {
    let name = target.machine.split(',').next().unwrap_or_default();
    let name = name.strip_prefix("type=").unwrap_or(name);
    name == "virt" || name.starts_with("virt-")
}

/// A 64 KiB ROM with `code` at F000:8000 and a far jump to it at the reset vector.
fn rom(code: &[u8]) -> Vec<u8> {
    let mut rom = vec![0; 0x1_0000];
    rom[0x8000..0x8000 + code.len()].copy_from_slice(code);
    rom[0xfff0..0xfff5].copy_from_slice(&[0xea, 0x00, 0x80, 0x00, 0xf0]);
    rom
}

fn bytes(code: &[u32]) -> Vec<u8> {
    code.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests;
