//! What can be asked of this action: the one definition, from which flags and `INPUT_…` names come.

use std::path::PathBuf;

use clap::Args;

/// Boot a guest by a spec, judge its console, and leave the evidence.
///
/// The verdict is one of passed, failed, crashed, hung, incomplete and infrastructure. The exit code is 0 when the guest
/// passed, 1 when it is at fault, 2 when the spec or the command line is, and 3 when neither is.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// The boot test: a YAML file (docs/spec.md says what stands in it)
    #[arg(long, env = "INPUT_SPEC", value_name = "FILE")]
    pub spec: PathBuf,

    /// The folder for verdict.json, console.log, console.cast, junit.xml and reproduce.sh
    #[arg(
        long,
        env = "INPUT_EVIDENCE-PATH",
        value_name = "FOLDER",
        default_value = "bootgate-evidence"
    )]
    pub evidence_path: PathBuf,

    /// Print the verdict as JSON on standard output
    #[arg(long)]
    pub json: bool,

    /// Print the machine's command line, and boot nothing
    #[arg(long)]
    pub dry_run: bool,
}

const EXAMPLE: &str = "\
Example:
  cat > smoke.yaml <<'END'
  machine:
    qemu: { arch: x86_64, kernel: vmlinuz, initrd: initrd.gz, append: \"console=ttyS0\" }
  pass: \"^ALL TESTS PASSED$\"
  limits: { total: 1m }
  END
  bootgate run-vm-test --spec smoke.yaml";
