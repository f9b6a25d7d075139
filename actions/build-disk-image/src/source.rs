//! The container image: found once, by its digest from then on.

use fetch::Digest;
use gha::Note;
use problem::Problem;
use registry::{
    Access, Descriptor, Keychain, Kind, Manifest, Parts, Platform, Reference, Repository, Version,
    usual_files,
};
use serde::Deserialize;
use spec::Arch;
use wire::{Http, Patience};

/// How many connections are kept.
const CONNECTIONS: usize = 8;

/// The largest configuration, in bytes.
const LARGEST_CONFIG: u64 = 4 << 20;

/// An image for one architecture.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) repository: Repository,
    /// Without tag, with the digest of what was named.
    pub(crate) reference: Reference,
    /// Of what was named, which may be an index.
    pub(crate) digest: Digest,
    /// For the architecture.
    pub(crate) manifest: Manifest,
}

/// What a configuration says about who can run the image.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
}

/// What everything is fetched by.
pub(crate) fn http() -> Http {
    Http::new(Patience::default(), CONNECTIONS)
}

/// The repository of a reference, with the keys that docker and podman keep.
pub(crate) fn open(reference: &Reference, access: Access) -> Result<Repository, Problem> {
    Repository::open(reference, access, &Keychain::Files(usual_files()), http())
}

impl Source {
    /// Finds out what a reference means now, and says it where a tag may mean another image tomorrow.
    ///
    /// # Errors
    /// It is not there or not for us, is no container image, or has nothing for the architecture.
    pub(crate) fn find(
        named: &Reference,
        arch: Arch,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<Source, Problem> {
        let repository = open(named, Access::Pull)?;
        let version = named.version();
        let found = repository.manifest(&version)?;
        let digest = found.digest;
        if matches!(version, Version::Tag(_)) {
            say(Note::Step(&format!("`{named}` is `{digest}` now")));
        }
        let manifest = match &found.kind {
            Kind::Single(_) => found,
            Kind::Index(_) => {
                let chosen = found.choose(&Platform::linux(arch.as_str()))?.digest;
                repository.manifest(&Version::Digest(chosen))?
            }
        };
        let reference = Reference { tag: None, digest: Some(digest), ..named.clone() };
        let source = Source { repository, reference, digest, manifest };
        source.check(arch)?;
        Ok(source)
    }

    /// An image without an index says in its configuration what it is for.
    fn check(&self, arch: Arch) -> Result<(), Problem> {
        let config = &self.parts()?.config;
        if !rootfs::is_image(&self.manifest) {
            return Err(Problem::user(format!("`{}` is no container image", self.reference))
                .hint("name the image; an artifact with its disk is fetched by `from-artifact`"));
        }
        let bytes = self.repository.bytes(config, LARGEST_CONFIG)?;
        let said: Config = serde_json::from_slice(&bytes).map_err(|error| {
            Problem::user(format!(
                "the configuration of `{}` cannot be read: {error}",
                self.reference
            ))
        })?;
        let wanted = Platform::linux(arch.as_str());
        if (&said.os, &said.architecture) == (&wanted.os, &wanted.architecture) {
            return Ok(());
        }
        let there = format!("{}/{}", said.os, said.architecture).escape_debug().to_string();
        Err(Problem::user(format!("`{}` has nothing for `{wanted}`", self.reference))
            .hint(format!("it has something for {there}")))
    }

    fn parts(&self) -> Result<&Parts, Problem> {
        match &self.manifest.kind {
            Kind::Single(parts) => Ok(parts),
            Kind::Index(_) => Err(Problem::user(format!(
                "`{}` is an index in an index, and no image",
                self.manifest.digest
            ))),
        }
    }

    /// From the bottom to the top.
    pub(crate) fn layers(&self) -> &[Descriptor] {
        self.parts().map_or(&[], |parts| &parts.layers)
    }

    /// What all of them take in the registry, in bytes.
    pub(crate) fn packed(&self) -> u64 {
        packed(&self.manifest)
    }
}

/// What the layers of a manifest take in the registry, in bytes.
pub(crate) fn packed(manifest: &Manifest) -> u64 {
    let Kind::Single(parts) = &manifest.kind else { return 0 };
    parts.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.size))
}
