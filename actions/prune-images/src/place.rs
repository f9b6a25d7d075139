//! Where the images are: a registry that deletes by digest, or GitHub's, which deletes versions of packages.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fetch::Digest;
use problem::Problem;
use registry::{Repository, Version};
use release::Container;

/// Where manifests are listed and deleted.
pub(crate) enum Place<'a> {
    Registry(&'a Repository),
    Packages(Container<'a>),
}

/// A manifest that is known before it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) tags: Vec<String>,
    pub(crate) created: Option<DateTime<Utc>>,
    version: Option<release::Version>,
}

/// By their digests.
pub(crate) type Listed = BTreeMap<Digest, Known>;

impl Place<'_> {
    /// Whether what it lists is all that there is. A registry knows only tags.
    pub(crate) fn lists_all(&self) -> bool {
        matches!(self, Place::Packages(_))
    }

    /// # Errors
    /// The user's: it is not for us. Otherwise the network's.
    pub(crate) fn list(&self) -> Result<Listed, Problem> {
        match self {
            Place::Registry(repository) => tagged(repository),
            Place::Packages(container) => Ok(container
                .versions()?
                .into_iter()
                .map(|version| {
                    let (tags, created) = (version.tags().to_vec(), Some(version.updated_at));
                    (version.digest, Known { tags, created, version: Some(version) })
                })
                .collect()),
        }
    }

    /// # Errors
    /// The user's: it does not allow that. Otherwise the network's.
    pub(crate) fn delete(&self, digest: Digest, listed: &Listed) -> Result<(), Problem> {
        match self {
            Place::Registry(repository) => repository.delete_manifest(digest),
            Place::Packages(container) => {
                let version = listed.get(&digest).and_then(|known| known.version.as_ref());
                version.map_or(Ok(()), |version| container.delete(version))
            }
        }
    }
}

fn tagged(repository: &Repository) -> Result<Listed, Problem> {
    let mut listed = Listed::new();
    for tag in repository.tags()? {
        // A tag that went since it was listed is no tag.
        if let Some(digest) = repository.digest_of(&Version::Tag(tag.clone()))? {
            listed.entry(digest).or_default().tags.push(tag);
        }
    }
    Ok(listed)
}
