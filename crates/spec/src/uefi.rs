//! UEFI firmware, a TPM and a display: what has to hold between them and the rest of a machine.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::error::{Complaint, quoted};
use crate::node::Node;
use crate::{Arch, Qemu};

/// UEFI firmware in flash; each run has variables of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "UefiSettings")]
pub struct Uefi {
    /// Whether the firmware starts nothing that is not signed.
    #[serde(default)]
    pub secure_boot: bool,
    /// The firmware's code; what the host has for the machine unless given.
    #[serde(default)]
    pub code: Option<PathBuf>,
    /// The variables that a run begins with; the code's own unless given.
    #[serde(default)]
    pub vars: Option<PathBuf>,
}

/// The display of a guest, at which nobody looks but a screenshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Display {
    /// None at all.
    #[default]
    None,
    /// QEMU's standard VGA.
    Std,
    /// virtio-gpu.
    Virtio,
}

/// Reads `true`, `false`, or the settings.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uefi>, D::Error> {
    deserializer.deserialize_any(UefiVisitor)
}

struct UefiVisitor;

impl<'de> Visitor<'de> for UefiVisitor {
    type Value = Option<Uefi>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`true`, `false` or `{ secure-boot: … }`")
    }

    fn visit_bool<E: Error>(self, wanted: bool) -> Result<Option<Uefi>, E> {
        Ok(wanted.then(Uefi::default))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<Uefi>, A::Error> {
        Uefi::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}

/// As it is written.
pub(crate) struct UefiFile;

impl JsonSchema for UefiFile {
    fn schema_name() -> Cow<'static, str> {
        "Uefi".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let settings = generator.subschema_for::<Uefi>();
        json_schema!({ "anyOf": [{ "type": "boolean" }, settings] })
    }
}

/// Checks the machine whose part stands at `node`.
pub(crate) fn check(qemu: &Qemu, node: &Node) -> Result<(), Complaint> {
    qemu.uefi.as_ref().map_or(Ok(()), |uefi| firmware(uefi, qemu, node))?;
    if qemu.tpm && (qemu.arch == Arch::S390x || is(qemu, "microvm")) {
        return Err(Complaint::new(node.key("tpm"), "this machine has no place for a TPM"));
    }
    if qemu.display == Display::Std && (qemu.arch == Arch::S390x || is(qemu, "microvm")) {
        return Err(Complaint::new(node.at("display").place, "`std` needs PCI")
            .hint(Some("use `virtio`".into())));
    }
    Ok(())
}

fn firmware(uefi: &Uefi, qemu: &Qemu, node: &Node) -> Result<(), Complaint> {
    let at = node.at("uefi");
    let refuse = |why: &str| Err(Complaint::new(node.key("uefi"), why));
    if qemu.firmware.is_some() {
        return refuse("`uefi` and `firmware` are two firmwares");
    }
    if matches!(qemu.arch, Arch::S390x | Arch::Ppc64le) || is(qemu, "microvm") {
        return refuse("this machine knows no UEFI");
    }
    if uefi.code.is_some() && uefi.vars.is_none() {
        return Err(Complaint::new(at.key("code"), "`code` needs the `vars` that belong to it"));
    }
    let empty = |path: &Option<PathBuf>| path.as_ref().is_some_and(|it| it.as_os_str().is_empty());
    if empty(&uefi.code) || empty(&uefi.vars) {
        return refuse("a file of the firmware has no name");
    }
    if uefi.secure_boot { secure_boot(qemu, node) } else { Ok(()) }
}

fn secure_boot(qemu: &Qemu, node: &Node) -> Result<(), Complaint> {
    if qemu.kernel.is_some() {
        let why = "with Secure Boot a `kernel` would prove nothing: firmware starts QEMU's own without its signature";
        return Err(Complaint::new(node.key("kernel"), why)
            .hint(Some("boot from a disk, or set `secure-boot: false`".into())));
    }
    let machine = qemu.machine.as_deref().unwrap_or("q35");
    if qemu.arch == Arch::X86_64 && (!machine.contains("q35") || machine.contains("smm=off")) {
        let why = format!("{} cannot protect the keys of Secure Boot", quoted(machine));
        return Err(
            Complaint::new(node.at("machine").place, why).hint(Some("use `q35`, with SMM".into()))
        );
    }
    Ok(())
}

/// Whether it is the machine of this name, whatever its properties.
fn is(qemu: &Qemu, name: &str) -> bool {
    let machine = qemu.machine.as_deref().unwrap_or_default();
    machine.split(',').next().is_some_and(|first| first.trim_start_matches("type=") == name)
}
