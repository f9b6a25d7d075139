//! What can be asked of this action: the one definition, from which flags, `INPUT_…`, action.yml and README come.

use std::path::PathBuf;

use clap::{Args, value_parser};
use gha::{ON_THE_COMMAND_LINE, Output};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;
use spec::{Accel, Arch, StopWhen};

/// Boot a guest by a spec, judge its console, and leave the evidence.
///
/// The verdict is one of passed, failed, crashed, hung, incomplete and infrastructure. The exit code is 0 when the guest
/// passed, 1 when it is at fault, 2 when the spec or the command line is, and 3 when neither is.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// The boot test: a YAML file (docs/spec.md says what stands in it), or a QEMU configuration of ostool's that ends in
    /// `.toml` (docs/ostool.md); the other inputs take precedence over it
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,

    /// The kernel to boot, where there is no spec
    #[arg(long, value_name = "FILE")]
    pub kernel: Option<PathBuf>,

    /// The initramfs that the kernel gets
    #[arg(long, value_name = "FILE")]
    pub initrd: Option<PathBuf>,

    /// The kernel's command line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub append: Option<String>,

    /// The disk image to boot, in place of a kernel or beside it; `.qcow2`, or raw
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,

    /// The guest's architecture by QEMU's name, such as x86_64, aarch64 or riscv64; by default the kernel's own
    #[arg(long, value_name = "ARCH", value_parser = named::<Arch>)]
    pub arch: Option<Arch>,

    /// The guest's ELF file with debug information, such as `vmlinux`: names functions and lines in its backtraces
    #[arg(long, value_name = "FILE")]
    pub symbols: Option<PathBuf>,

    /// A shell command that starts the guest in a terminal, in place of QEMU with a kernel or an image
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["kernel", "initrd", "append", "image", "arch", "accel"])]
    pub command: Option<String>,

    /// What proves success: regular expressions over whole lines of console; all have to be seen
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub pass: Vec<String>,

    /// What proves failure, besides the crashes that are known: regular expressions
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub fail: Vec<String>,

    /// How long the whole run may take, with its unit, such as 5m; it takes the place of the spec's `limits.total`
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub timeout: Option<std::time::Duration>,

    /// What runs the guest's instructions: auto, kvm or tcg
    #[arg(long, value_name = "ACCEL", value_parser = named::<Accel>)]
    pub accel: Option<Accel>,

    /// How often the test has to pass, 1 to 100: it is run as often, and the worst verdict counts
    #[arg(long, value_name = "NUMBER", conflicts_with = "retries", value_parser = value_parser!(u32).range(1..=100))]
    pub repeat: Option<u32>,

    /// Whether repetitions end when all ran (all-ran) or at the first that did not pass (first-failure)
    #[arg(long, value_name = "WHEN", value_parser = named::<StopWhen>)]
    pub stop_when: Option<StopWhen>,

    /// How often a run that did not pass is tried again, at most 10; a pass on a retry is shown as flaky
    #[arg(long, alias = "retry", value_name = "NUMBER", value_parser = value_parser!(u32).range(..=10))]
    pub retries: Option<u32>,

    /// The folder for report.html, verdict.json, console.log, console.cast, junit.xml and reproduce.sh
    #[arg(long, value_name = "FOLDER", default_value = "bootgate-evidence")]
    pub evidence_path: PathBuf,

    /// The image that the guest is of, as `registry/repository@sha256:…`: the result is attached to it (docs/attestations.md)
    #[arg(long, value_name = "IMAGE")]
    pub subject: Option<String>,

    /// What signs the result: an ECDSA P-256 key, such as cosign's. A file, or the name of a variable as
    /// `env://COSIGN_PRIVATE_KEY`; as an input also the key itself. Its password is in the variable `COSIGN_PASSWORD`
    #[arg(long, value_name = "KEY", requires = "subject")]
    pub signing_key: Option<String>,

    /// Keep a machine whose run did not pass for so long, such as 30m, and print how to attach to it
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, help_heading = ON_THE_COMMAND_LINE)]
    pub hold_on_failure: Option<std::time::Duration>,

    /// Print the verdict as JSON on standard output
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub json: bool,

    /// Print the console as it comes and nothing else: how another machine has this one run a test
    #[arg(long, hide = true)]
    pub relay: bool,

    /// Print the machine's command line, and boot nothing
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub dry_run: bool,
}

/// What a workflow can read afterwards.
pub const OUTPUTS: [Output; 8] = {
    let [verdict, reason, evidence, accel, time, flaky, quarantined] = report::OUTPUTS;
    let attestation = Output {
        name: "attestation-digest",
        description: "The digest of what was attached to `subject`; empty where nothing was",
    };
    [verdict, reason, evidence, accel, time, flaky, quarantined, attestation]
};

const EXAMPLE: &str = "\
Examples:
  bootgate run-vm-test --spec smoke.yaml
  bootgate run-vm-test --kernel vmlinuz --initrd initrd.gz --append 'console=ttyS0 panic=-1' --pass '^ALL TESTS PASSED$'
  bootgate run-vm-test --command 'make ARCH=aarch64 run' --pass '^test pass!$' --timeout 5m";

/// A value by the name that it has in a spec.
fn named<T: for<'de> Deserialize<'de>>(name: &str) -> Result<T, String> {
    let named: Result<T, Error> = T::deserialize(name.into_deserializer());
    named.map_err(|error| error.to_string())
}
