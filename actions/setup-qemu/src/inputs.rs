//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gha::Output;
use serde::Serialize;
use spec::Arch;
use trial::Problem;

use fetch::Digest;

use crate::build::{Origin, Signing, release};
use crate::plan::Wishes;
use crate::target;
use crate::wanted::Wanted;
use gha::Note;

/// Make QEMU's system emulators ready, prove each by running guest code on it, and make KVM usable where it can be.
///
/// What is on the machine is used if its version will do; otherwise the distribution's packages are installed, or QEMU is
/// built from its source and kept in the cache, so that the next job has it at once. The exit
/// code is 0 when every target works, 2 when the inputs are wrong, and 3 when the machine cannot provide what was asked
/// for. KVM that does not work is no failure: the output `kvm` says why.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// Which versions will do, such as any, 8, 8.2, 8.2.1 or >=8.2. A whole one that is not on the machine is built from
    /// the project's release
    #[arg(long, value_name = "VERSION", default_value = "any")]
    pub version: Wanted,

    /// Build QEMU from this source instead: an https address or a file of a tarball, a folder, git+https://…@COMMIT, or take
    /// one that was built before, oci://…@sha256:…
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<Origin>,

    /// The SHA-256 of the tarball: 64 digits. Needed for everything that is fetched and no release that we know
    #[arg(long, value_name = "DIGITS")]
    pub sha256: Option<Digest>,

    /// The file of the public key that must have signed the tarball
    #[arg(long, value_name = "FILE")]
    pub signing_key: Option<PathBuf>,

    /// The detached signature: a file or an https address; without it the tarball's address with .sig
    #[arg(long, value_name = "FILE|URL", requires = "signing_key")]
    pub signature: Option<String>,

    /// For which architectures, by the names of QEMU, Debian or GitHub; without it the machine's own
    #[arg(long, value_name = "ARCHITECTURE", value_delimiter = ',', value_parser = target::parse)]
    pub targets: Vec<Arch>,

    /// What QEMU is built with, by the names of its configure, besides TCG, KVM and device trees; nothing else is looked for
    #[arg(long, value_name = "FEATURE", value_delimiter = ',', default_value = "slirp")]
    pub features: Vec<String>,

    /// More words for QEMU's configure, quoted as in a shell
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub configure_args: Option<String>,

    /// Where release tarballs are fetched from
    #[arg(long, value_name = "URL", default_value = release::SITE)]
    pub mirror: String,

    /// An OCI repository to which a fresh build is pushed, such as ghcr.io/owner/qemu; the output `artifact` names it
    #[arg(long, value_name = "REPOSITORY")]
    pub push_to: Option<String>,

    /// Whether permissions of /dev/kvm may be changed
    #[arg(long, value_name = "HOW", value_enum, default_value_t = KvmAccess::Auto)]
    pub kvm: KvmAccess,

    /// Now `version`
    #[arg(long, value_name = "VERSION", help_heading = gha::OF_OLDER_ACTIONS)]
    pub qemu_version: Option<Wanted>,

    /// Now `targets`
    #[arg(long = "arch_list", value_name = "ARCHITECTURES", help_heading = gha::OF_OLDER_ACTIONS)]
    pub arch_list: Option<String>,

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
pub const OUTPUTS: [Output; 7] = [
    Output { name: "version", description: "The version of QEMU that is there now" },
    Output { name: "path", description: "The folder of its programs" },
    Output {
        name: "cache-hit",
        description: "The word true if a QEMU that was built before is used, false if it was built now, empty if it was not built by this action",
    },
    Output { name: "cache-key", description: "The name of the build in the cache, if it is one" },
    Output { name: "digest", description: "The SHA-256 of the build's files, if it is one" },
    Output {
        name: "artifact",
        description: "Where a fresh build was pushed to, by digest: a source for later jobs",
    },
    Output { name: "kvm", description: "The word works, or the reason why KVM does not" },
];

impl Inputs {
    /// What is asked for, in one piece. Inputs by their older names are told of.
    ///
    /// # Errors
    /// Two of them contradict one another, or cannot be read.
    pub(crate) fn wishes(&self, say: &mut dyn FnMut(Note<'_>)) -> Result<Wishes, Problem> {
        for (old, new, is_given) in [
            ("qemu-version", "version", self.qemu_version.is_some()),
            ("arch_list", "targets", self.arch_list.is_some()),
        ] {
            if is_given {
                say(Note::Warning(&format!("the input `{old}` is called `{new}` now")));
            }
        }
        let version = match (&self.qemu_version, &self.version) {
            (None, version) | (Some(version), Wanted::Any) => version.clone(),
            _ => return Err(Problem::user("`version` and `qemu-version` are both given")),
        };
        let words = self.configure_args.as_deref().unwrap_or_default();
        let configure_args = shlex::split(words).ok_or_else(|| {
            Problem::user("`configure-args` cannot be read: a quote is not closed")
        })?;
        let signing =
            self.signing_key.clone().map(|key| Signing { key, signature: self.signature.clone() });
        Ok(Wishes {
            version,
            targets: self.targets()?,
            kvm: self.kvm,
            source: self.source.clone(),
            sha256: self.sha256,
            signing,
            features: self
                .features
                .iter()
                .map(|it| it.trim().to_owned())
                .filter(|it| !it.is_empty() && it != "none")
                .collect(),
            configure_args,
            mirror: self.mirror.clone(),
        })
    }

    /// The targets, each once, in the order in which they were given.
    ///
    /// # Errors
    /// None was given, and no guest can be of the machine's own architecture.
    fn targets(&self) -> Result<Vec<Arch>, Problem> {
        let mut targets = Vec::new();
        let older = self.arch_list.as_deref().unwrap_or_default();
        let older =
            older.split([',', ' ', '\n', '[', ']', '"', '\'']).filter(|name| !name.is_empty());
        let older = older.map(|name| target::parse(name).map_err(Problem::user));
        let given = self.targets.iter().copied().chain(older.collect::<Result<Vec<_>, _>>()?);
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
  bootgate setup-qemu --version 8.2.0 --targets x86_64,aarch64,riscv64
  bootgate setup-qemu --source git+https://github.com/OWNER/qemu@COMMIT --features slirp,seccomp
  bootgate setup-qemu --targets loongarch64 --dry-run";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        inputs: Inputs,
    }

    fn wishes(line: &str) -> (Result<Wishes, Problem>, Vec<String>) {
        let words = shlex::split(&format!("setup-qemu {line}")).unwrap();
        let (inputs, mut told) = (Cli::parse_from(words).inputs, Vec::new());
        let wishes = inputs.wishes(&mut |note| told.push(format!("{note:?}")));
        (wishes, told)
    }

    #[test]
    fn targets_are_taken_once_and_in_order() {
        let targets = |line| wishes(line).0.unwrap().targets;
        assert_eq!(
            targets("--targets riscv64,amd64 --targets riscv64"),
            [Arch::Riscv64, Arch::X86_64]
        );
        assert_eq!(Some(targets("")), Arch::host().map(|own| vec![own]));
    }

    #[test]
    fn inputs_of_older_actions_still_work_and_are_told_of() {
        let (wishes, told) = wishes("--qemu-version 8.2.0 --arch_list 'x86_64, riscv64,aarch64'");
        let wishes = wishes.unwrap();
        assert_eq!(wishes.version.to_string(), "8.2.0");
        assert_eq!(wishes.targets, [Arch::X86_64, Arch::Riscv64, Arch::Aarch64]);
        assert!(
            told.len() == 2 && told[0].contains("`version`") && told[1].contains("`targets`"),
            "{told:?}"
        );
        let (both, _) = self::wishes("--qemu-version 8.2.0 --version 9");
        assert_eq!(both.unwrap_err().exit_code(), 2);
    }

    #[test]
    fn arguments_for_configure_are_words_of_a_shell() {
        let args = |line| wishes(line).0.map(|wishes| wishes.configure_args);
        assert_eq!(args(r#"--configure-args "--a='b c' --d""#).unwrap(), ["--a=b c", "--d"]);
        assert_eq!(args(r#"--configure-args "--a='b""#).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn slirp_is_on_unless_it_is_said_otherwise() {
        let features = |line| wishes(line).0.unwrap().features;
        assert_eq!(features(""), ["slirp"]);
        assert_eq!(features("--features none"), [""; 0]);
        assert_eq!(features("--features seccomp,slirp"), ["seccomp", "slirp"]);
    }
}
