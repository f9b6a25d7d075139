//! The example of a whole release pipeline, with the names of whoever takes it.

use std::io::{IsTerminal, stderr, stdin};

use clap::Args;
use registry::Reference;
use trial::Problem;

use super::Written;
use super::answers::{NONE, ask};
use super::examples::{fill, own};

/// All that the example holds but its page for readers.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/bootc-release.rs"));

/// What has to be done by hand.
pub(crate) const NEXT: &str = "next: cosign generate-key-pair, commit cosign.pub, and keep cosign.key as the secret COSIGN_PRIVATE_KEY\n";

/// How the example itself calls things.
const IMAGE: &str = "ghcr.io/owner/os";
const NAME: &str = "system";
const PLACE: &str = "s3://images/os/";
const REGION: &str = "eu-central-1";

/// What goes with publishing to S3.
const SECRETS: &str = "      aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}\n      aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n";

struct Arch {
    name: &'static str,
    console: &'static str,
    /// As Debian calls it.
    debian: &'static str,
    /// What builds for it, where that is not the usual runner.
    runner: Option<&'static str>,
}

const ARCHS: [Arch; 2] = [
    Arch { name: "x86_64", console: "ttyS0", debian: "amd64", runner: None },
    Arch { name: "aarch64", console: "ttyAMA0", debian: "arm64", runner: Some("ubuntu-24.04-arm") },
];

/// The names that are given as flags; without the image all are asked for on a terminal.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// For bootc-release: the repository of the image, such as ghcr.io/me/os
    #[arg(long, value_name = "REPOSITORY", value_parser = image)]
    image: Option<String>,

    /// For bootc-release: what the boot test is called
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: Option<String>,

    /// For bootc-release: where the disks go, such as s3://bucket/os/; without it nowhere
    #[arg(long, value_name = "ADDRESS", value_parser = place)]
    publish_to: Option<String>,

    /// What `--arch` of the answers says.
    #[arg(skip)]
    arch: Option<String>,
}

fn image(text: &str) -> Result<String, String> {
    let reference: Reference = text.parse().map_err(|error| format!("{error}"))?;
    let is_bare = reference.tag.is_none() && reference.digest.is_none();
    // A short name would be pushed elsewhere than people think.
    match is_bare && reference.name() == text {
        true => Ok(text.to_owned()),
        false => Err("write it like `ghcr.io/me/os`: registry and repository, and no tag".into()),
    }
}

fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    // The policy has that name.
    match begins && text.chars().all(fits) && text != "bootgate" {
        true => Ok(text.to_owned()),
        false => {
            Err("a boot test is called by letters, digits, `.`, `_` and `-`, and not `bootgate`"
                .into())
        }
    }
}

fn place(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
    match text.strip_prefix("s3://").and_then(|rest| rest.strip_suffix('/')) {
        Some(rest) if !rest.is_empty() && rest.chars().all(fits) => Ok(text.to_owned()),
        _ => {
            Err("write it like `s3://bucket/folder/`, or leave it out and see docs/publishing.md \
                  for other places"
                .into())
        }
    }
}

impl Names {
    /// With what is missing asked for.
    fn complete(self) -> Result<Names, Problem> {
        if self.image.is_some() {
            return Ok(self);
        }
        if !(stdin().is_terminal() && stderr().is_terminal()) {
            return Err(Problem::user("needed: `--image`")
                .hint("for example `--image ghcr.io/me/os`, or run it on a terminal to be asked"));
        }
        let one = |given: Option<String>,
                   what: &str,
                   usual: &str,
                   check: fn(&str) -> Result<String, String>| {
            let answer = given.map_or_else(|| ask(what, usual), Ok)?;
            let answer = Some(answer).filter(|answer| !answer.is_empty() && answer != NONE);
            answer.map(|answer| check(&answer).map_err(Problem::user)).transpose()
        };
        Ok(Names {
            arch: one(self.arch, "architecture", ARCHS[0].name, |name| Ok(name.to_owned()))?,
            image: one(None, "image, such as ghcr.io/me/os", "", image)?,
            name: one(self.name, "boot test", NAME, name)?,
            publish_to: one(self.publish_to, "S3 bucket for the disks, - for none", NONE, place)?,
        })
    }
}

/// The files that the example becomes.
pub(crate) fn files(names: Names, archs: &[String]) -> Result<Vec<Written>, Problem> {
    if archs.len() > 1 {
        return Err(Problem::user("`bootc-release` is built for one architecture")
            .hint("give one `--arch`, and add others to the files"));
    }
    let names = Names { arch: archs.first().cloned(), ..names }.complete()?;
    let arch = names.arch.as_deref().unwrap_or(ARCHS[0].name);
    let arch = ARCHS.iter().find(|known| known.name == arch).ok_or_else(|| {
        Problem::user(format!("`bootc-release` is for x86_64 and aarch64, and not for `{arch}`"))
    })?;
    let image = names.image.as_deref().ok_or_else(|| Problem::user("no image was named"))?;
    let name = names.name.as_deref().unwrap_or(NAME);
    let edits = edits(name, names.publish_to.as_deref(), arch);
    let written = |(path, text): &(&str, &str)| {
        let mut ours = edits.iter().filter(|(file, _, _)| path.ends_with(file));
        let text = ours.try_fold(own(text), |text, (_, from, to)| fill(&text, from, to))?;
        let path = if *path == "system.yaml" { format!("{name}.yaml") } else { (*path).to_owned() };
        Ok((path, text.replace(IMAGE, image)))
    };
    FILES.iter().map(written).collect()
}

/// In which file what stands in the place of what.
fn edits(name: &str, place: Option<&str>, arch: &Arch) -> Vec<(&'static str, String, String)> {
    let line = format!("      image: {IMAGE}\n");
    let place = place.map(|place| format!("      publish-to: {place}\n      region: {REGION}\n"));
    let secrets = if place.is_some() { SECRETS } else { "" };
    let mut edits = vec![
        ("system.yaml", format!("name: {NAME}\n"), format!("name: {name}\n")),
        ("system.yaml", "arch: x86_64".into(), format!("arch: {}", arch.name)),
        ("system.yaml", "console=ttyS0".into(), format!("console={}", arch.console)),
        ("bootgate.yaml", format!("{NAME}/x86_64"), format!("{name}/{}", arch.name)),
        ("build.sh", "cloud-amd64".into(), format!("cloud-{}", arch.debian)),
        ("testing.yml", format!("{NAME}.yaml"), format!("{name}.yaml")),
        (
            "stable.yml",
            format!("      publish-to: {PLACE}\n      region: {REGION}\n"),
            place.unwrap_or_default(),
        ),
        ("stable.yml", SECRETS.into(), secrets.into()),
    ];
    if let Some(runner) = arch.runner {
        let architectures = format!("      architectures: '[\"{}\"]'\n", arch.name);
        for (file, more) in [
            ("next.yml", format!("      runs-on: '\"{runner}\"'\n")),
            ("testing.yml", architectures.clone()),
            ("stable.yml", architectures),
        ] {
            edits.push((file, line.clone(), line.clone() + &more));
        }
    }
    edits
}
