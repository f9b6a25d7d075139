//! What a repository holds, as a graph. Whatever cannot be read is an error: it might need what would be deleted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fetch::Digest;
use problem::Problem;
use promotion::{Graph, Manifest};
use registry::{Kind, Repository, Version};
use serde::Deserialize;

use crate::place::Listed;

/// When something was made, as OCI has it.
const CREATED: &str = "org.opencontainers.image.created";

/// What a configuration of an image is called: by OCI, and by Docker.
const CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// No configuration of an image is larger, in bytes.
const LARGEST: u64 = 4 << 20;

/// Reads everything that is listed, and what belongs to it unless all of that is listed too.
///
/// # Errors
/// Any of it cannot be read.
pub(crate) fn graph(
    repository: &Repository,
    listed: &Listed,
    is_complete: bool,
) -> Result<Graph, Problem> {
    let mut found = BTreeMap::new();
    let mut open: Vec<Digest> = listed.keys().copied().collect();
    while let Some(digest) = open.pop() {
        if found.contains_key(&digest) {
            continue;
        }
        let Some(manifest) = read(repository, digest, listed)? else { continue };
        if !is_complete {
            let referrers = repository.referrers(digest)?;
            open.extend(manifest.children.iter().copied());
            open.extend(referrers.iter().map(|it| it.digest));
        }
        found.insert(digest, manifest);
    }
    let parts: BTreeMap<Digest, Option<DateTime<Utc>>> =
        found.values().map(|it| (it.digest, it.created)).collect();
    let aged = |mut manifest: Manifest| {
        let newest = manifest.children.iter().filter_map(|part| *parts.get(part)?).max();
        manifest.created = manifest.created.or(newest);
        manifest
    };
    Ok(Graph { manifests: found.into_values().map(aged).collect() })
}

/// None if it is named somewhere and is not there: an index may leave parts out.
fn read(
    repository: &Repository,
    digest: Digest,
    listed: &Listed,
) -> Result<Option<Manifest>, Problem> {
    let version = Version::Digest(digest);
    let known = listed.get(&digest);
    let manifest = match repository.manifest(&version) {
        Ok(manifest) => manifest,
        Err(_) if known.is_none() && repository.digest_of(&version)?.is_none() => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let known = known.cloned().unwrap_or_default();
    let created = match known.created {
        Some(created) => Some(created),
        None => created(repository, &manifest)?,
    };
    let children = match &manifest.kind {
        Kind::Index(children) => children.iter().map(|it| it.digest).collect(),
        Kind::Single(_) => Vec::new(),
    };
    let subject = manifest.subject.map(|it| it.digest);
    Ok(Some(Manifest { digest, tags: known.tags, created, children, subject }))
}

fn created(
    repository: &Repository,
    manifest: &registry::Manifest,
) -> Result<Option<DateTime<Utc>>, Problem> {
    if let Some(text) = manifest.annotations.get(CREATED) {
        return Ok(text.parse().ok());
    }
    let Kind::Single(parts) = &manifest.kind else { return Ok(None) };
    let config = &parts.config;
    if !CONFIGS.contains(&config.media_type.as_str()) || config.size > LARGEST {
        return Ok(None);
    }
    let config: Option<Config> = serde_json::from_slice(&repository.bytes(config, LARGEST)?).ok();
    Ok(config.and_then(|config| config.created?.parse().ok()))
}

#[derive(Deserialize)]
struct Config {
    created: Option<String>,
}
