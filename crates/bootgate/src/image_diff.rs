//! `bootgate image diff`: what differs between two images in registries.

use std::process::ExitCode;

use clap::Args;
use problem::Problem;
use registry::difference::{Contents, Differences};
use registry::tree::Tree;
use registry::{Access, Keychain, Reference, Repository, usual_files};
use wire::{Http, Patience};

/// Say what differs between two images in registries: platforms, layers, config, labels, annotations, and packages where
/// both have a bill of materials attached (SPDX or CycloneDX, as a referrer or under cosign's tag).
///
/// No layer is fetched.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Print the answer as JSON on standard output
    #[arg(long)]
    json: bool,

    /// The one, such as `ghcr.io/owner/image:stable`
    before: String,

    /// The other, such as `ghcr.io/owner/image@sha256:…`
    after: String,
}

const EXAMPLES: &str = "\
Examples:
  bootgate image diff ghcr.io/owner/image:stable ghcr.io/owner/image:next
  bootgate image diff --json registry.example/image:v1 registry.example/image:v2 | jq .platforms

Exit codes:
  0  there is an answer, whether they differ or not
  2  a name is none, or what it names is not there or not for us
  3  a registry cannot be asked";

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let shown = compared(arguments).map(|found| {
        let text = match arguments.json {
            true => serde_json::to_string(&found).unwrap_or_default(),
            false if found == Differences::default() => "nothing differs".into(),
            false => found.to_string(),
        };
        gha::print(&text);
        0
    });
    gha::exit_code(shown, None, None)
}

fn compared(arguments: &Arguments) -> Result<Differences, Problem> {
    let http = Http::new(Patience::default(), 1);
    let [before, after] = [&arguments.before, &arguments.after].map(|name| contents(name, &http));
    Ok(Differences::between(&before?, &after?))
}

fn contents(name: &str, http: &Http) -> Result<Contents, Problem> {
    let wrong = |why| {
        let why = format!("`{}` is no image of a registry: {why}", name.escape_debug());
        Problem::user(why).hint("name it such as `ghcr.io/owner/image:stable`")
    };
    let reference: Reference = name.parse().map_err(wrong)?;
    let keychain = Keychain::Files(usual_files());
    let repository = Repository::open(&reference, Access::Pull, &keychain, http.clone())?;
    let manifest = repository.manifest(&reference.version())?;
    Contents::of(&repository, &Tree::of(&repository, manifest)?)
}
