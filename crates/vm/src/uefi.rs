//! UEFI firmware of this host, found by what its packages say of it to QEMU, and how it is put into a machine.
//!
//! Each firmware comes with a descriptor (`/usr/share/qemu/firmware/*.json`, QEMU's docs/interop/firmware.json): which
//! machines it is for, what it can, and where its two files are. Names of files differ between distributions; this does not.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use spec::{Arch, Qemu, Uefi};
use trial::Problem;

use crate::board::Board;
use crate::command::Arguments;
use crate::devices::file_name;

/// The two files of a firmware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flash {
    pub(crate) code: Image,
    /// What its variables are at first. QEMU writes to a layer over it, which goes away with the run.
    pub(crate) vars: Image,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Image {
    filename: PathBuf,
    #[serde(default = "raw")]
    format: String,
}

fn raw() -> String {
    "raw".into()
}

/// What a package says of a firmware.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Descriptor {
    interface_types: Vec<String>,
    mapping: Mapping,
    targets: Vec<Target>,
    features: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Mapping {
    device: String,
    mode: Option<String>,
    executable: Option<Image>,
    nvram_template: Option<Image>,
}

#[derive(Debug, Deserialize)]
struct Target {
    architecture: String,
    machines: Vec<String>,
}

/// The firmware that the machine asks for, where it asks for one.
///
/// # Errors
/// The host has none that fits.
pub(crate) fn flash(qemu: &Qemu, program: &Path) -> Result<Option<Flash>, Problem> {
    let Some(uefi) = &qemu.uefi else { return Ok(None) };
    let own = |path: &Option<PathBuf>| path.clone().map(Image::own);
    let (code, vars) = (own(&uefi.code), own(&uefi.vars));
    if let (Some(code), Some(vars)) = (&code, &vars) {
        return Ok(Some(Flash { code: code.clone(), vars: vars.clone() }));
    }
    let found = descriptors(program).into_iter().find_map(|it| it.flash(uefi, &Board::of(qemu)));
    let found = found.ok_or_else(|| missing(qemu.arch, uefi.secure_boot))?;
    Ok(Some(Flash { vars: vars.unwrap_or(found.vars), ..found }))
}

impl Image {
    fn own(filename: PathBuf) -> Image {
        let is_qcow2 = filename.extension().is_some_and(|extension| extension == "qcow2");
        Image { format: if is_qcow2 { "qcow2".into() } else { raw() }, filename }
    }
}

/// All descriptors in the order of their names, which is that of preference. One in a later folder takes the place of one
/// of the same name; what cannot be read is none.
fn descriptors(program: &Path) -> Vec<Descriptor> {
    let beside = program.parent().map(|bin| bin.join("../share/qemu/firmware"));
    let usual =
        ["/usr/share/qemu/firmware", "/usr/local/share/qemu/firmware", "/etc/qemu/firmware"];
    let folders = beside.into_iter().chain(usual.map(PathBuf::from));
    let entries = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let files: BTreeMap<OsString, PathBuf> =
        entries.map(|entry| (entry.file_name(), entry.path())).collect();
    let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
    files.into_values().filter_map(read).collect()
}

impl Descriptor {
    /// Its files, where it fits the board and the wish, and they are there.
    fn flash(self, wish: &Uefi, board: &Board) -> Option<Flash> {
        let fits = self.is_split_uefi() && self.is_for(board) && self.grants(wish);
        let (code, vars) = (self.mapping.executable?, self.mapping.nvram_template?);
        let is_there = code.filename.is_file() && vars.filename.is_file();
        (fits && is_there).then_some(Flash { code, vars })
    }

    fn is_split_uefi(&self) -> bool {
        self.interface_types.iter().any(|it| it == "uefi")
            && self.mapping.device == "flash"
            && self.mapping.mode.as_deref().is_none_or(|mode| mode == "split")
    }

    fn is_for(&self, board: &Board) -> bool {
        let name = board.versioned_name();
        let fits = |pattern: &String| {
            let stem = pattern.trim_end_matches('*').trim_end_matches('-');
            name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let mut targets = self.targets.iter();
        targets.any(|it| it.architecture == board.arch.as_str() && it.machines.iter().any(fits))
    }

    /// Without Secure Boot the plainest is best: others may want SMM, or refuse what is not signed.
    fn grants(&self, wish: &Uefi) -> bool {
        let has = |feature: &str| self.features.iter().any(|it| it == feature);
        match wish.secure_boot {
            true => has("secure-boot") && (has("enrolled-keys") || wish.vars.is_some()),
            false => !has("enrolled-keys") && !has("requires-smm"),
        }
    }
}

/// How each distribution calls the package.
fn missing(arch: Arch, secure_boot: bool) -> Problem {
    let what =
        if secure_boot { "UEFI firmware with Secure Boot and keys" } else { "UEFI firmware" };
    let (debian, fedora, arch_linux, suse) = match arch {
        Arch::X86_64 => ("ovmf", "edk2-ovmf", "edk2-ovmf", "qemu-ovmf-x86_64"),
        Arch::Aarch64 => ("qemu-efi-aarch64", "edk2-aarch64", "edk2-aarch64", "qemu-uefi-aarch64"),
        Arch::Loongarch64 => (
            "qemu-efi-loongarch64",
            "edk2-loongarch64",
            "edk2-loongarch64",
            "qemu-uefi-loongarch64",
        ),
        _ => ("qemu-efi-riscv64", "edk2-riscv64", "edk2-riscv64", "qemu-uefi-riscv64"),
    };
    Problem::infrastructure(format!("this host has no {what} for {arch}")).hint(format!(
        "install it: `apt-get install {debian}` (Debian, Ubuntu), `dnf install {fedora}` (Fedora), \
         `pacman -S {arch_linux}` (Arch), `zypper install {suse}` (openSUSE), or name `code` and `vars`"
    ))
}

/// Two flash devices; with Secure Boot the variables take writes from the firmware alone, which SMM tells apart.
pub(crate) fn arguments(args: &mut Arguments, qemu: &Qemu, flash: &Flash) {
    if guards_its_keys(qemu) {
        args.pair("-global", "driver=cfi.pflash01,property=secure,value=on");
    }
    let images = [("readonly=on", &flash.code), ("snapshot=on", &flash.vars)];
    for (unit, (state, Image { filename, format })) in images.into_iter().enumerate() {
        let file = file_name(filename);
        args.pair("-drive", format!("if=pflash,unit={unit},format={format},{state},file={file}"));
    }
}

/// Whether it is x86 with Secure Boot, which needs SMM to keep the guest from its keys.
pub(crate) fn guards_its_keys(qemu: &Qemu) -> bool {
    qemu.arch == Arch::X86_64 && qemu.uefi.as_ref().is_some_and(|uefi| uefi.secure_boot)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn descriptor(features: &[&str], machines: &[&str], mapping: Value) -> Descriptor {
        let files = json!({ "device": "flash", "executable": { "filename": "/proc/self/exe" },
            "nvram-template": { "filename": "/proc/self/exe", "format": "qcow2" } });
        let mut files = files.as_object().unwrap().clone();
        files.extend(mapping.as_object().unwrap().clone());
        let all = json!({ "interface-types": ["uefi"], "mapping": files, "features": features,
            "targets": [{ "architecture": "x86_64", "machines": machines }], "tags": [] });
        serde_json::from_value(all).unwrap()
    }

    fn fits(descriptor: Descriptor, machine: &str, wish: &Uefi) -> bool {
        let qemu = Qemu { machine: Some(machine.into()), ..Qemu::of(Arch::X86_64) };
        descriptor.flash(wish, &Board::of(&qemu)).is_some()
    }

    #[test]
    fn a_firmware_is_for_the_machines_that_it_names() {
        let of = |machines: &[&str]| descriptor(&[], machines, json!({}));
        for (machines, machine, expected) in [
            ("pc-q35-*", "q35", true),
            ("pc-q35-*", "pc-q35-7.2,smm=on", true),
            ("pc-q35-*", "pc", false),
            ("pc-i440fx-*", "pc", true),
            ("pc-q35-rhel*", "q35", false),
        ] {
            assert_eq!(fits(of(&[machines]), machine, &Uefi::default()), expected, "{machine}");
        }
    }

    #[test]
    fn secure_boot_wants_keys_and_its_absence_the_plainest_firmware() {
        let secure = Uefi { secure_boot: true, ..Uefi::default() };
        let own = Uefi { vars: Some("v".into()), ..secure.clone() };
        let plain = Uefi::default();
        for (features, expected) in [
            (&["secure-boot", "enrolled-keys", "requires-smm"][..], [true, true, false]),
            (&["secure-boot", "requires-smm"], [false, true, false]),
            (&["acpi-s3"], [false, false, true]),
        ] {
            let fits = |wish| fits(descriptor(features, &["pc-q35-*"], json!({})), "q35", wish);
            assert_eq!([&secure, &own, &plain].map(fits), expected, "{features:?}");
        }
    }

    #[test]
    fn firmware_without_variables_of_its_own_or_without_files_is_passed_over() {
        let gone = json!({ "filename": "/nonexistent" });
        for mapping in [
            json!({ "mode": "stateless" }),
            json!({ "mode": "combined" }),
            json!({ "device": "memory" }),
            json!({ "nvram-template": null }),
            json!({ "executable": gone }),
        ] {
            let text = mapping.to_string();
            assert!(
                !fits(descriptor(&[], &["pc-q35-*"], mapping), "q35", &Uefi::default()),
                "{text}"
            );
        }
    }
}
