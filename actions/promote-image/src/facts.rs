//! How things are with an image: its parts, its origin, its proof, and last its tags, because those change.

use fetch::Digest;
use problem::Problem;
use promotion::{Asked, Facts, Platform, Target};
use registry::{Descriptor, Kind, Manifest, Repository, Version};
use serde_json::Value;

use crate::proof::Proof;
use crate::registries::Registries;

/// By which an image says of which commit it was built: an annotation, or a label of its config.
const REVISION: &str = "org.opencontainers.image.revision";

/// The largest config that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// All that has to be known to decide; without `proof`, nothing is looked for.
pub(crate) fn gather(
    registries: &Registries,
    asked: &Asked,
    manifest: &Manifest,
    proof: Option<&Proof>,
) -> Result<Facts, Problem> {
    let repository = registries.get(&asked.image)?;
    let platforms = platforms(manifest);
    let revisions = match asked.commit {
        Some(_) => revisions(&repository, manifest)?,
        None => Vec::new(),
    };
    let evidence = match proof {
        Some(proof) => {
            let parts = platforms.iter().map(|platform| platform.digest);
            let digests: Vec<Digest> = [asked.digest].into_iter().chain(parts).collect();
            proof.of(&asked.image, &repository, &digests)?
        }
        None => Vec::new(),
    };
    let targets = asked.targets.iter().map(|(target, _)| target);
    let also = asked.from.iter().chain(asked.commit.iter().map(|(_, tag)| tag));
    let tags = look_at(registries, targets.chain(also))?;
    Ok(Facts { tags, platforms, evidence, revisions })
}

/// What these tags have; one that is not there is left out.
pub(crate) fn look_at<'a>(
    registries: &Registries,
    tags: impl Iterator<Item = &'a Target>,
) -> Result<std::collections::BTreeMap<Target, Digest>, Problem> {
    let look = |tag: &Target| Ok(has(registries, tag)?.map(|digest| (tag.clone(), digest)));
    tags.map(look).filter_map(Result::transpose).collect()
}

/// What a tag has.
pub(crate) fn has(registries: &Registries, tag: &Target) -> Result<Option<Digest>, Problem> {
    registries.get(&tag.image)?.digest_of(&Version::Tag(tag.tag.clone()))
}

/// The parts of an index. One that says nothing of what it runs on is a part like any other.
fn platforms(manifest: &Manifest) -> Vec<Platform> {
    let Kind::Index(parts) = &manifest.kind else { return Vec::new() };
    let any = || registry::Platform { os: "any".into(), architecture: "any".into(), variant: None };
    let part = |of: &Descriptor| Platform {
        digest: of.digest,
        runs_on: of.platform.clone().unwrap_or_else(any),
    };
    parts.iter().map(part).collect()
}

/// The commits of which an image or the parts of an index say that they were built of them.
fn revisions(repository: &Repository, manifest: &Manifest) -> Result<Vec<String>, Problem> {
    if let Some(revision) = manifest.annotations.get(REVISION) {
        return Ok(vec![revision.clone()]);
    }
    match &manifest.kind {
        Kind::Single(parts) => Ok(label(repository, &parts.config)?.into_iter().collect()),
        Kind::Index(_) => {
            let mut found = Vec::new();
            for part in platforms(manifest).iter().filter(|part| part.is_image()) {
                let part = repository.manifest(&Version::Digest(part.digest))?;
                if let Kind::Single(parts) = &part.kind {
                    found.extend(label(repository, &parts.config)?);
                }
            }
            Ok(found)
        }
    }
}

/// A config's own label.
fn label(repository: &Repository, config: &Descriptor) -> Result<Option<String>, Problem> {
    if config.size > LARGEST {
        return Ok(None);
    }
    let bytes = repository.bytes(config, LARGEST)?;
    let config: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(config["config"]["Labels"][REVISION].as_str().map(str::to_owned))
}
