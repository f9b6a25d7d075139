//! A build, planned: which source, and what makes it another one than all others.

use fetch::Digest;
use trial::Problem;

use super::{Source, Wishes};
use crate::build::{Build, Origin, Recipe, release};
use crate::facts::Facts;
use crate::version::Version;
use crate::wanted::Wanted;

/// The release that is to be built, where packages will not bring what is wanted.
pub(super) fn release_for(wanted: &Wanted, offered: Option<Version>) -> Option<Version> {
    match (wanted, offered) {
        (Wanted::Any, _) => None,
        (wanted, Some(offered)) if wanted.accepts(offered) => None,
        (Wanted::Prefix(parts), _) if parts.len() == 3 => Some(Version::from_parts(parts.clone())),
        (wanted, Some(_)) => release::newest(wanted),
        // Whether the packages will do shows when they are installed.
        (_, None) => None,
    }
}

/// # Errors
/// The source is not named well enough to be the same tomorrow, or is not what it should be.
pub(super) fn plan(
    origin: Origin,
    why: Vec<String>,
    wishes: &Wishes,
    facts: &Facts,
) -> Result<Source, Problem> {
    let home = facts.build.home.as_ref().ok_or_else(|| {
        Problem::user("builds are kept below the user's home, and there is none").hint("set HOME")
    })?;
    let sha256 = tarball_digest(&origin, wishes, facts)?;
    let (label, source) = match (&origin, &facts.build.source, sha256) {
        (Origin::Git { commit, .. }, ..) => (commit[..12].to_owned(), format!("git:{commit}")),
        (Origin::Artifact(reference), ..) => (
            "artifact".into(),
            reference.rsplit_once('@').map_or("", |(_, digest)| digest).to_owned(),
        ),
        (Origin::Path(_), Some(digest), _) => ("source".into(), digest.clone()),
        (Origin::Release(version), _, Some(digest)) => (version.to_string(), digest.to_string()),
        (_, _, Some(digest)) => ("source".into(), digest.to_string()),
        (_, _, None) => {
            return Err(Problem::user(format!("nothing tells `{origin}` from another source")));
        }
    };
    let recipe = Recipe {
        label,
        source,
        targets: wishes.targets.clone(),
        features: wishes.features.clone(),
        configure_args: wishes.configure_args.clone(),
        flags: facts.build.flags.clone(),
        system: facts.build.system.clone(),
        machine: std::env::consts::ARCH,
    };
    let key = recipe.key();
    let (prefix, mirror, signing) = (
        gha::Place::folder_of(home, crate::build::FOLDER).join(&key),
        wishes.mirror.clone(),
        wishes.signing.clone(),
    );
    Ok(Source::Build(Box::new(Build { why, origin, recipe, key, prefix, sha256, mirror, signing })))
}

/// What the tarball must be, where there is one: what was said, or what we know of the release.
fn tarball_digest(
    origin: &Origin,
    wishes: &Wishes,
    facts: &Facts,
) -> Result<Option<Digest>, Problem> {
    let needed =
        |message: String| Err(Problem::user(message).hint("say which it is with `sha256`"));
    match (origin, wishes.sha256) {
        (Origin::Release(version), None) => {
            match release::sha256(*version).and_then(|digits| digits.parse().ok()) {
                Some(digest) => Ok(Some(digest)),
                None => needed(format!(
                    "the SHA-256 of QEMU {version} is not known here; {}",
                    release::near(*version)
                )),
            }
        }
        (Origin::Url(url), None) => needed(format!("the SHA-256 of `{url}` is not known")),
        (Origin::Release(_) | Origin::Url(_), said) => Ok(said),
        (Origin::Path(path), Some(said)) => match &facts.build.source {
            Some(found) if *found == said.to_string() => Ok(Some(said)),
            found => Err(Problem::user(format!(
                "`{}` is {}, and `{said}` is asked for",
                path.display(),
                found.as_deref().unwrap_or("no tarball")
            ))),
        },
        (Origin::Path(_), None) => Ok(None),
        (Origin::Git { .. } | Origin::Artifact(_), Some(_)) => {
            Err(Problem::user(format!("`{origin}` is no tarball, so `sha256` says nothing"))
                .hint("leave `sha256` out"))
        }
        (Origin::Git { .. } | Origin::Artifact(_), None) => Ok(None),
    }
}
