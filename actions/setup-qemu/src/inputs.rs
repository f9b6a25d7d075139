//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use clap::{Args, ValueEnum};
use gha::Output;
use serde::Serialize;
use spec::Arch;
use trial::Problem;

use crate::target;
use crate::wanted::Wanted;

/// Make QEMU's system emulators ready, prove each by running guest code on it, and make KVM usable where it can be.
///
/// What is on the machine is used if its version will do; otherwise the distribution's packages are installed. The exit
/// code is 0 when every target works, 2 when the inputs are wrong, and 3 when the machine cannot provide what was asked
/// for. KVM that does not work is no failure: the output `kvm` says why.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// Which versions will do, such as any, 8, 8.2, 8.2.1 or >=8.2
    #[arg(long, value_name = "VERSION", default_value = "any")]
    pub version: Wanted,

    /// For which architectures, by the names of QEMU, Debian or GitHub; without it the machine's own
    #[arg(long, value_name = "ARCHITECTURE", value_delimiter = ',', value_parser = target::parse)]
    pub targets: Vec<Arch>,

    /// Whether permissions of /dev/kvm may be changed
    #[arg(long, value_name = "HOW", value_enum, default_value_t = KvmAccess::Auto)]
    pub kvm: KvmAccess,

    /// Print the outcome as JSON on standard output
    #[arg(long, help_heading = gha::ON_THE_COMMAND_LINE)]
    pub json: bool,

    /// Print what would be done, and change nothing
    #[arg(long, help_heading = gha::ON_THE_COMMAND_LINE)]
    pub dry_run: bool,
}

/// Whether permissions of the KVM device may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KvmAccess {
    /// Where it does not open and there is a way to open it, that is done.
    Auto,
    /// It stays as it is.
    Keep,
}

/// What the action tells the steps after it.
pub const OUTPUTS: [Output; 3] = [
    Output { name: "version", description: "The version of QEMU that is there now" },
    Output { name: "path", description: "The folder of its programs" },
    Output { name: "kvm", description: "The word works, or the reason why KVM does not" },
];

impl Inputs {
    /// The targets, each once, in the order in which they were given.
    ///
    /// # Errors
    /// None was given, and no guest can be of the machine's own architecture.
    pub(crate) fn targets(&self) -> Result<Vec<Arch>, Problem> {
        let mut targets = Vec::new();
        let given = self.targets.iter().copied();
        given.for_each(|arch| {
            if !targets.contains(&arch) {
                targets.push(arch)
            }
        });
        match (targets.is_empty(), Arch::host()) {
            (false, _) => Ok(targets),
            (true, Some(own)) => Ok(vec![own]),
            (true, None) => {
                let own = std::env::consts::ARCH;
                Err(Problem::user(format!(
                    "no guest can be of this machine's architecture `{own}`"
                ))
                .hint("name the `targets`"))
            }
        }
    }
}

const EXAMPLE: &str = "\
Examples:
  bootgate setup-qemu
  bootgate setup-qemu --version '>=8.2' --targets x86_64,aarch64,riscv64
  bootgate setup-qemu --targets loongarch64 --dry-run";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_taken_once_and_in_order() {
        let targets = vec![Arch::Riscv64, Arch::X86_64, Arch::Riscv64];
        let kvm = KvmAccess::Auto;
        let inputs = Inputs { version: Wanted::Any, targets, kvm, json: false, dry_run: false };
        assert_eq!(inputs.targets(), Ok(vec![Arch::Riscv64, Arch::X86_64]));
        let none = Inputs { targets: Vec::new(), ..inputs };
        assert_eq!(none.targets().ok(), Arch::host().map(|own| vec![own]));
    }
}
