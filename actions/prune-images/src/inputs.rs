//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use gha::Output;
use promotion::Pattern;
use registry::Reference;

/// Delete old images from a registry, and nothing that is needed.
///
/// Stays: what has a tag of a version, of a channel or of keep, what is young, and the newest; with all parts, signatures, SBOMs
/// and results of these. Without --delete it only says what would go. The exit code is 0 when that is done, 2 when the
/// inputs are wrong or the registry does not allow it, and 3 when this machine or the network could not do it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// The repository, such as ghcr.io/owner/image
    #[arg(long, value_name = "REPOSITORY")]
    pub image: Reference,

    /// The policy, which says how long builds stay
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// Patterns of tags whose images stay, besides those of the policy; versions and stable stay whatever is said
    #[arg(long, value_name = "PATTERN")]
    pub keep: Vec<Pattern>,

    /// Only what is older may go, such as 90d, instead of what the policy says; what is not an hour old stays anyway
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub older_than: Option<Duration>,

    /// How many of the newest stay, instead of what the policy says
    #[arg(long, value_name = "NUMBER")]
    pub keep_last: Option<usize>,

    /// Really delete
    #[arg(long)]
    pub delete: bool,

    /// What may delete packages on GitHub
    #[arg(long, value_name = "TOKEN", env = "GH_TOKEN", hide_env_values = true)]
    pub token: Option<String>,

    /// The API of the GitHub that has the images as packages; without it the runner's own if the registry is ghcr.io, and
    /// none for other registries
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,

    /// Print what came of it as JSON on standard output
    #[arg(long, help_heading = gha::ON_THE_COMMAND_LINE)]
    pub json: bool,
}

/// What the action tells the steps after it.
pub const OUTPUTS: [Output; 3] = [
    Output {
        name: "deleted",
        description: "How many manifests were deleted, or would be without a dry run",
    },
    Output { name: "kept", description: "How many manifests stay" },
    Output {
        name: "json",
        description: "All of them with the reason for each, as far as an output may be long",
    },
];

const EXAMPLE: &str = "\
Examples:
  bootgate prune-images --image ghcr.io/me/os --older-than 90d --keep-last 10
  bootgate prune-images --image registry.example/os --policy bootgate.yaml --delete";
