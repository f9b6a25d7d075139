//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use std::path::PathBuf;

use clap::Args;
use gha::{ON_THE_COMMAND_LINE, Output};
use promotion::Pattern;

/// Move tags to an image whose tests passed: by digest, all or none, nothing rebuilt.
///
/// A plan is made of what the registry has and of what is proven about this very digest; then it is carried out, looked at
/// again and recorded beside the image. The exit code is 0 when the tags are where they shall be, 1 when it is refused and
/// nothing moved, 2 when the inputs are wrong, and 3 when the registry failed: then the tags are back where they were, or it
/// is said which are not.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// What is promoted: registry/repository@sha256:…, or with a tag, which is resolved once and said. With both, the tag has
    /// to be at that digest still. Several move together, all or none
    #[arg(long, value_name = "IMAGE", required = true)]
    pub image: Vec<String>,

    /// The tags that it gets; registry/repository:tag in another repository, to which blobs, signatures and attestations go
    /// along
    #[arg(long, value_name = "TAG")]
    pub to: Vec<String>,

    /// What the tags are taken to have until then, or nothing moves: sha256:…, or none for new ones; tag=… for one of several
    #[arg(long, value_name = "DIGEST")]
    pub expect_current: Vec<String>,

    /// The file that says what each channel asks for (docs/policy.md); require adds to it
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// The names of the results that have to have passed for this digest, as <spec>/<arch> or by their gate. Without any, no
    /// proof is asked for, and that is said
    #[arg(long, value_name = "RESULT")]
    pub require: Vec<String>,

    /// Where results are looked for: referrers, which is what is attached to the image, or files and folders as run-vm-test
    /// leaves them. With a policy, what is attached counts in any case
    #[arg(long, value_name = "referrers|PATH", default_value = "referrers")]
    pub evidence: Vec<String>,

    /// Who may sign results: the file of a public key, or identity=… issuer=…, which cosign verifies. Without any, nobody has
    /// to, and that is said
    #[arg(long, value_name = "SIGNER", conflicts_with = "policy")]
    pub signed_by: Vec<String>,

    /// Patterns of tags that never move once they exist; by default those of versions, such as v1.2.3
    #[arg(long, value_name = "PATTERN", conflicts_with = "policy")]
    pub immutable: Vec<Pattern>,

    /// The commit of which the image has to be built, by its label org.opencontainers.image.revision or the tag sha-<commit>;
    /// in the build of a git tag that tag's own, and any for no matter which
    #[arg(long, value_name = "COMMIT")]
    pub commit: Option<String>,

    /// The key that signs the record, as cosign has them: a file, or env://COSIGN_…; its password is in COSIGN_PASSWORD
    #[arg(long, value_name = "KEY")]
    pub signing_key: Option<String>,

    /// Go back to what the tag of the image had before its last promotion, with all tags that moved then
    #[arg(long, conflicts_with_all = ["to", "expect_current", "policy", "require", "commit"])]
    pub rollback: bool,

    /// A registry that is asked without TLS, as host:port; on this machine it is not needed
    #[arg(long, value_name = "HOST")]
    pub plain_http: Vec<String>,

    /// Print the plan, and move nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Print the outcome as JSON on standard output
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub json: bool,
}

/// What a workflow can read of this action.
pub const OUTPUTS: [Output; 4] = [
    Output { name: "digest", description: "What was promoted: one line an image" },
    Output {
        name: "previous-digest",
        description: "What the first tag of each image that was there had before: one line an image, empty if all are new",
    },
    Output {
        name: "record-digest",
        description: "The record of what moved, attached to the image: one line an image",
    },
    Output {
        name: "changed",
        description: "The word true if a tag moved, false if all were there",
    },
];

const EXAMPLE: &str = "\
Examples:
  bootgate promote-image --image ghcr.io/me/os@sha256:… --to testing --require smoke/x86_64 --signed-by cosign.pub
  bootgate promote-image --image ghcr.io/me/os:testing --to stable --to v1.2.3 --policy bootgate.yaml --dry-run
  bootgate promote-image --image ghcr.io/me/os:stable --rollback";
