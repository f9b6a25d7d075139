//! What the command line needs to know of a machine type: defaults by architecture, and the bus its devices sit on.

use spec::{Arch, Qemu};

use crate::uefi;

/// A machine type of an architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Board {
    pub(crate) arch: Arch,
    /// The machine type's name, without its properties.
    pub(crate) name: String,
}

/// How devices are attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bus {
    /// PCI, on nearly everything.
    Pci,
    /// virtio over memory-mapped registers: `microvm`.
    Mmio,
    /// Channel devices of IBM Z.
    Ccw,
}

/// Up to here the default interrupt controller of Arm's `virt` can count.
const MOST_CPUS_OF_GICV2: u32 = 8;

impl Board {
    pub(crate) fn of(qemu: &Qemu) -> Board {
        let machine = qemu.machine.as_deref().unwrap_or(default_machine(qemu.arch));
        let name = machine.split(',').next().unwrap_or_default();
        let name = name.strip_prefix("type=").unwrap_or(name);
        Board { arch: qemu.arch, name: name.to_owned() }
    }

    pub(crate) fn bus(&self) -> Bus {
        match (self.arch, self.name.as_str()) {
            (Arch::S390x, _) => Bus::Ccw,
            (_, "microvm") => Bus::Mmio,
            _ => Bus::Pci,
        }
    }

    /// Whether it is one of the x86 machines with IDE or AHCI ports and an ISA bus on board.
    pub(crate) fn is_pc(&self) -> bool {
        self.arch == Arch::X86_64 && (self.name.starts_with("pc") || self.name.contains("q35"))
    }

    pub(crate) fn is_q35(&self) -> bool {
        self.is_pc() && self.name.contains("q35")
    }

    /// Its name as it is with a version behind it: QEMU has short ones for the latest of two families.
    pub(crate) fn versioned_name(&self) -> &str {
        match (self.arch, self.name.as_str()) {
            (Arch::X86_64, "q35") => "pc-q35",
            (Arch::X86_64, "pc") => "pc-i440fx",
            (_, name) => name,
        }
    }

    pub(crate) fn is_microvm(&self) -> bool {
        self.name == "microvm"
    }
}

/// The program that emulates an architecture.
pub(crate) fn program(arch: Arch) -> String {
    let name = match arch {
        Arch::Ppc64le => "ppc64",
        other => other.as_str(),
    };
    format!("qemu-system-{name}")
}

fn default_machine(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "q35",
        Arch::Aarch64 | Arch::Riscv64 | Arch::Loongarch64 => "virt",
        Arch::S390x => "s390-ccw-virtio",
        Arch::Ppc64le => "pseries",
    }
}

/// The value of `-machine`: the spec's own, or the architecture's most usual with what the host makes necessary.
pub(crate) fn machine(qemu: &Qemu, kvm: bool) -> String {
    let machine = usual_machine(qemu, kvm);
    let needs_smm = uefi::guards_its_keys(qemu) && !machine.contains("smm=");
    if needs_smm { machine + ",smm=on" } else { machine }
}

fn usual_machine(qemu: &Qemu, kvm: bool) -> String {
    match (&qemu.machine, qemu.arch) {
        (Some(machine), _) => machine.clone(),
        // Under KVM only the host's own interrupt controller works.
        (None, Arch::Aarch64) if kvm => "virt,gic-version=host".to_owned(),
        (None, Arch::Aarch64) if qemu.cpus > MOST_CPUS_OF_GICV2 => {
            "virt,gic-version=max".to_owned()
        }
        (None, arch) => default_machine(arch).to_owned(),
    }
}

/// The value of `-cpu`; where it is none, QEMU's own choice is the best that all its versions know.
pub(crate) fn cpu(qemu: &Qemu, kvm: bool) -> Option<String> {
    let default = match qemu.arch {
        _ if kvm => Some("host"),
        Arch::X86_64 | Arch::S390x => Some("max"),
        // The architecture's own pointer authentication costs an emulated Linux three quarters of its time.
        Arch::Aarch64 => Some("max,pauth-impdef=on"),
        Arch::Riscv64 | Arch::Loongarch64 | Arch::Ppc64le => None,
    };
    qemu.cpu.clone().or_else(|| default.map(str::to_owned))
}
