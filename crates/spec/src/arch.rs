//! The processor architectures a guest can be of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A guest's architecture, by QEMU's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = any_name)]
pub enum Arch {
    /// 64-bit x86.
    #[serde(rename = "x86_64", alias = "amd64")]
    X86_64,
    /// 64-bit Arm.
    #[serde(alias = "arm64")]
    Aarch64,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit LoongArch.
    Loongarch64,
    /// IBM Z.
    S390x,
    /// 64-bit little-endian POWER.
    Ppc64le,
}

impl Arch {
    /// Every architecture.
    pub const ALL: [Arch; 6] =
        [Arch::X86_64, Arch::Aarch64, Arch::Riscv64, Arch::Loongarch64, Arch::S390x, Arch::Ppc64le];

    /// QEMU's name for it, except that POWER's says the byte order.
    pub fn as_str(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
            Arch::Riscv64 => "riscv64",
            Arch::Loongarch64 => "loongarch64",
            Arch::S390x => "s390x",
            Arch::Ppc64le => "ppc64le",
        }
    }

    /// The architecture this program was built for, where a guest can be of it.
    pub fn host() -> Option<Arch> {
        Arch::ALL.into_iter().find(|arch| arch.as_str() == host_name())
    }
}

/// The schema that the derive makes does not know the second names.
fn any_name(schema: &mut schemars::Schema) {
    let names =
        Arch::ALL.into_iter().map(Arch::as_str).chain(["amd64", "arm64"]).collect::<Vec<_>>();
    schema.remove("oneOf");
    schema.insert("enum".into(), names.into());
}

fn host_name() -> &'static str {
    match std::env::consts::ARCH {
        "powerpc64" => "ppc64le",
        name => name,
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
