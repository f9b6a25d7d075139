//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use std::path::PathBuf;

use clap::Args;
use gha::{ON_THE_COMMAND_LINE, Output};

/// Ask a gate of the policy about an image, and attach its answer to the image's digest.
///
/// A command says yes by its exit code 0; an approval is looked up at GitHub. The exit code is 0 when the gate is open, 1 when
/// it said no, 2 when the inputs are wrong, and 3 when it could not be asked or gave no clear answer: then nothing is attached,
/// and the gate is as closed as it was (docs/gates.md).
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// The image that is asked about, as registry/repository@sha256:…
    #[arg(long, value_name = "IMAGE")]
    pub image: String,

    /// The gate, by its name in the policy
    #[arg(long, value_name = "NAME")]
    pub gate: String,

    /// The file that says what each gate is (docs/gates.md)
    #[arg(long, value_name = "FILE", default_value = "bootgate.yaml")]
    pub policy: PathBuf,

    /// The folder for the evidence: below it each gate has one of its name
    #[arg(long, value_name = "FOLDER", default_value = "bootgate-gates")]
    pub evidence_path: PathBuf,

    /// The key that signs the answer, as cosign has them: a file, or env://COSIGN_…; its password is in COSIGN_PASSWORD
    #[arg(long, value_name = "KEY")]
    pub signing_key: Option<String>,

    /// What may read who approved this run; the job needs actions: read
    #[arg(long, value_name = "TOKEN", env = "GH_TOKEN", hide_env_values = true)]
    pub token: Option<String>,

    /// Print the outcome as JSON on standard output
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub json: bool,
}

/// What a workflow can read of this action.
pub const OUTPUTS: [Output; 3] = [
    Output { name: "answer", description: "What the gate said: yes or no" },
    Output {
        name: "attestation-digest",
        description: "What holds the answer in the registry, attached to the image",
    },
    Output { name: "evidence-path", description: "The folder with the evidence of this gate" },
];

const EXAMPLE: &str = "\
Examples:
  bootgate run-gate --image ghcr.io/me/os@sha256:… --gate soak
  bootgate run-gate --image ghcr.io/me/os@sha256:… --gate soak --signing-key env://COSIGN_PRIVATE_KEY --json";
