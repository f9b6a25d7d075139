//! Manifests and indexes, with the bytes that their digests are of.

use std::collections::BTreeMap;
use std::fmt;

use fetch::Digest;
use problem::Problem;
use serde::{Deserialize, Serialize};

/// No registry has to take a larger manifest, in bytes.
pub(crate) const LARGEST: u64 = 4 << 20;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// All that we read.
pub(crate) fn accept() -> String {
    [MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX].join(", ")
}

/// A media type without its parameters.
pub(crate) fn plain(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// What a manifest says of a blob or of another manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What kind of bytes they are.
    pub media_type: String,
    /// What they are.
    pub digest: Digest,
    /// In bytes.
    pub size: u64,
    /// Where else they are, if not in the registry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// What else is said of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// What runs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What the artifact is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
}

impl Descriptor {
    /// Of these bytes.
    pub fn of(bytes: &[u8], media_type: &str) -> Descriptor {
        Descriptor::new(media_type, Digest::of(bytes), bytes.len() as u64)
    }

    pub(crate) fn new(media_type: &str, digest: Digest, size: u64) -> Descriptor {
        Descriptor {
            media_type: media_type.into(),
            digest,
            size,
            urls: Vec::new(),
            annotations: BTreeMap::new(),
            platform: None,
            artifact_type: None,
        }
    }
}

/// What a program runs on, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Such as `linux`.
    pub os: String,
    /// Such as `amd64`.
    pub architecture: String,
    /// Such as `v7` of `arm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl fmt::Display for Platform {
    /// Such as `linux/arm/v7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

impl Platform {
    /// Linux on an architecture by QEMU's or the kernel's name for it, such as `x86_64`, or by Go's.
    pub fn linux(arch: &str) -> Platform {
        let (architecture, variant) = match arch {
            "x86_64" => ("amd64", None),
            "aarch64" => ("arm64", None),
            "loongarch64" => ("loong64", None),
            "i386" | "i686" => ("386", None),
            "armv7l" | "armhf" => ("arm", Some("v7".into())),
            other => (other, None),
        };
        Platform { os: "linux".into(), architecture: architecture.into(), variant }
    }

    fn fits(&self, other: &Platform) -> bool {
        let variant =
            self.variant.as_ref().is_none_or(|variant| other.variant.as_ref() == Some(variant));
        self.os == other.os && self.architecture == other.architecture && variant
    }
}

/// What it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One image or artifact.
    Single(Box<Parts>),
    /// The same for several platforms.
    Index(Vec<Descriptor>),
}

/// What one image or artifact is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// What runs it, or says what it is.
    pub config: Descriptor,
    /// What it holds.
    pub layers: Vec<Descriptor>,
}

/// A manifest or an index, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What its digest is of.
    pub raw: Vec<u8>,
    /// Of `raw`.
    pub digest: Digest,
    /// How it is to be read.
    pub media_type: String,
    /// What artifact it is, where it says so.
    pub artifact_type: Option<String>,
    /// What it is about.
    pub subject: Option<Descriptor>,
    /// What else is said of it.
    pub annotations: BTreeMap<String, String>,
    /// What it says.
    pub kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    manifests: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
    annotations: Option<BTreeMap<String, String>>,
}

impl Manifest {
    /// Reads a manifest that came as `media_type`.
    ///
    /// # Errors
    /// It is none that we know, or says that it is another than it came as.
    pub fn parse(raw: Vec<u8>, media_type: &str) -> Result<Manifest, Problem> {
        let digest = Digest::of(&raw);
        let wrong = |why: &str| Problem::user(format!("the manifest `{digest}` {why}"));
        let read: Raw = serde_json::from_slice(&raw)
            .map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        if read.media_type.as_ref().is_some_and(|own| own != media_type) {
            return Err(wrong("came as another type than its own"));
        }
        let kind = match (media_type, read.config, read.manifests) {
            (MANIFEST | DOCKER_MANIFEST, Some(config), None) => {
                Kind::Single(Box::new(Parts { config, layers: read.layers }))
            }
            (INDEX | DOCKER_INDEX, None, Some(manifests)) => Kind::Index(manifests),
            _ => return Err(wrong("is none that we know")),
        };
        Ok(Manifest {
            raw,
            digest,
            media_type: media_type.into(),
            artifact_type: read.artifact_type,
            subject: read.subject,
            annotations: read.annotations.unwrap_or_default(),
            kind,
        })
    }

    /// How others refer to it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::of(&self.raw, &self.media_type)
    }

    /// The same as a list of what refers to its subject has it: the type of a config stands for that of an artifact.
    pub(crate) fn as_referrer(&self) -> Descriptor {
        let config = match &self.kind {
            Kind::Single(parts) => Some(parts.config.media_type.clone()),
            Kind::Index(_) => None,
        };
        let artifact_type = self.artifact_type.clone().or(config);
        Descriptor { artifact_type, annotations: self.annotations.clone(), ..self.descriptor() }
    }

    /// What an index has for a platform: the first that fits.
    ///
    /// # Errors
    /// It has nothing, or is no index.
    pub fn choose(&self, platform: &Platform) -> Result<&Descriptor, Problem> {
        let Kind::Index(manifests) = &self.kind else {
            return Err(Problem::user(format!("`{}` is no index", self.digest)));
        };
        let fits = |of: &&Descriptor| of.platform.as_ref().is_some_and(|of| platform.fits(of));
        manifests.iter().find(fits).ok_or_else(|| {
            let named = |of: &Platform| format!("{}/{}", of.os, of.architecture);
            let known: Vec<String> =
                manifests.iter().filter_map(|of| of.platform.as_ref().map(named)).collect();
            Problem::user(format!("`{}` has nothing for `{}`", self.digest, named(platform)))
                .hint(format!("it has something for {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn index(platforms: &[(&str, Option<&str>)]) -> Manifest {
        let entries: Vec<_> = platforms
            .iter()
            .enumerate()
            .map(|(size, (arch, variant))| {
                serde_json::json!({ "mediaType": MANIFEST, "digest": SUM, "size": size,
                    "platform": { "os": "linux", "architecture": arch, "variant": variant } })
            })
            .collect();
        let raw = serde_json::json!({ "schemaVersion": 2, "manifests": entries }).to_string();
        Manifest::parse(raw.into_bytes(), INDEX).unwrap()
    }

    #[test]
    fn a_platform_is_chosen_by_either_name_and_its_variant() {
        let index = index(&[("arm", Some("v6")), ("arm", Some("v7")), ("amd64", None)]);
        let size = |arch| index.choose(&Platform::linux(arch)).unwrap().size;
        assert_eq!((size("x86_64"), size("amd64"), size("armhf"), size("arm")), (2, 2, 1, 0));
        let problem = index.choose(&Platform::linux("riscv64")).unwrap_err();
        assert!(problem.message.ends_with("has nothing for `linux/riscv64`"));
        assert_eq!(problem.hint.unwrap(), "it has something for linux/arm, linux/arm, linux/amd64");
    }

    #[test]
    fn a_manifest_that_could_be_read_in_two_ways_is_refused() {
        let both = format!(
            "{{\"config\":{{\"mediaType\":\"x\",\"digest\":\"{SUM}\",\"size\":1}},\"manifests\":[]}}"
        );
        for (raw, media_type) in [
            (both.as_str(), MANIFEST),
            (&both, INDEX),
            ("{\"manifests\":[]}", MANIFEST),
            ("{}", INDEX),
            ("{\"manifests\":[]}", "text/html"),
            ("{\"manifests\":[],\"mediaType\":\"x\"}", INDEX),
            ("<html>", INDEX),
        ] {
            assert!(Manifest::parse(raw.into(), media_type).is_err(), "{raw} as {media_type}");
        }
    }
}
