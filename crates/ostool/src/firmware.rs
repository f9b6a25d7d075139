//! Where distributions put UEFI for their QEMU.

use std::path::Path;

use spec::Arch;

/// The code and the variables of a firmware, as images of flash.
type Images = (&'static str, &'static str);

/// By architecture: Debian and Ubuntu, Fedora, Arch, and what QEMU itself ships.
fn candidates(arch: Arch) -> &'static [Images] {
    match arch {
        Arch::X86_64 => &[
            ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
            ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
            ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
            ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
            ("/usr/share/qemu/edk2-x86_64-code.fd", "/usr/share/qemu/edk2-i386-vars.fd"),
        ],
        Arch::Aarch64 => &[
            ("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
            ("/usr/share/edk2/aarch64/QEMU_CODE.fd", "/usr/share/edk2/aarch64/QEMU_VARS.fd"),
            ("/usr/share/qemu/edk2-aarch64-code.fd", "/usr/share/qemu/edk2-arm-vars.fd"),
        ],
        Arch::Riscv64 => &[
            (
                "/usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd",
                "/usr/share/qemu-efi-riscv64/RISCV_VIRT_VARS.fd",
            ),
            (
                "/usr/share/edk2/riscv/RISCV_VIRT_CODE.fd",
                "/usr/share/edk2/riscv/RISCV_VIRT_VARS.fd",
            ),
            ("/usr/share/qemu/edk2-riscv-code.fd", "/usr/share/qemu/edk2-riscv-vars.fd"),
        ],
        Arch::Loongarch64 => &[
            (
                "/usr/share/qemu-efi-loongarch64/QEMU_EFI.fd",
                "/usr/share/qemu-efi-loongarch64/QEMU_VARS.fd",
            ),
            (
                "/usr/share/qemu/edk2-loongarch64-code.fd",
                "/usr/share/qemu/edk2-loongarch64-vars.fd",
            ),
        ],
        Arch::S390x | Arch::Ppc64le => &[],
    }
}

/// Arguments that put UEFI into QEMU's flash, where one is there. What the guest writes to its variables is thrown away.
pub(crate) fn arguments(arch: Arch, is_file: &dyn Fn(&Path) -> bool) -> Option<Vec<String>> {
    let there = |(code, vars): &&Images| is_file(Path::new(code)) && is_file(Path::new(vars));
    let (code, vars) = candidates(arch).iter().find(there)?;
    Some(vec![
        "-drive".into(),
        format!("if=pflash,format=raw,unit=0,readonly=on,file={code}"),
        "-drive".into(),
        format!("if=pflash,format=raw,unit=1,snapshot=on,file={vars}"),
    ])
}

/// The package of Debian's and Ubuntu's that holds it.
pub(crate) fn package(arch: Arch) -> Option<&'static str> {
    match arch {
        Arch::X86_64 => Some("ovmf"),
        Arch::Aarch64 => Some("qemu-efi-aarch64"),
        Arch::Riscv64 => Some("qemu-efi-riscv64"),
        Arch::Loongarch64 => Some("qemu-efi-loongarch64"),
        Arch::S390x | Arch::Ppc64le => None,
    }
}
