//! What an image says of itself.

use std::collections::BTreeMap;

use fetch::Digest;
use problem::Problem;
use registry::{Descriptor, Repository};
use serde::Deserialize;

/// What configurations of containers are called.
const KINDS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// The most that one may have, in bytes.
const LARGEST: u64 = 4 << 20;

/// What a container image says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// In Go's words, such as `amd64`.
    pub architecture: String,
    /// What its maker has written on it.
    pub labels: BTreeMap<String, String>,
    /// When it was made, as it is written there.
    pub created: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    architecture: String,
    os: String,
    created: Option<String>,
    config: Option<Container>,
    rootfs: Layers,
}

#[derive(Deserialize)]
struct Container {
    #[serde(rename = "Labels")]
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Layers {
    diff_ids: Vec<Digest>,
}

/// Whether it is the configuration of a container.
pub(crate) fn is_one(of: &Descriptor) -> bool {
    KINDS.contains(&of.media_type.as_str())
}

/// The configuration, and the digest of each layer when it is not packed.
pub(crate) fn read(
    repository: &Repository,
    of: &Descriptor,
) -> Result<(Config, Vec<Digest>), Problem> {
    parse(&repository.bytes(of, LARGEST)?)
        .map_err(|why| Problem::user(format!("the configuration `{}` {why}", of.digest)))
}

fn parse(bytes: &[u8]) -> Result<(Config, Vec<Digest>), String> {
    let raw: Raw =
        serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
    let Raw { architecture, os, created, config, rootfs } = raw;
    if os != "linux" {
        return Err(format!("is for `{}`, not for `linux`", os.escape_debug()));
    }
    let labels = config.and_then(|config| config.labels).unwrap_or_default();
    Ok((Config { architecture, labels, created }, rootfs.diff_ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_need_not_be_there_may_also_be_null() {
        let sum = Digest::of(b"");
        let rest = format!(r#""os":"linux","rootfs":{{"type":"layers","diff_ids":["{sum}"]}}"#);
        let said = r#"{"architecture":"arm64","created":"then","config":{"Labels":{"a":"b"}},"#;
        let (config, sums) = parse(format!("{said}{rest}}}").as_bytes()).unwrap();
        assert_eq!(
            (config.architecture.as_str(), config.created.as_deref()),
            ("arm64", Some("then"))
        );
        assert_eq!((config.labels["a"].as_str(), sums), ("b", vec![sum]));
        for config in ["", r#""config":null,"#, r#""created":null,"config":{"Labels":null},"#] {
            let said = format!(r#"{{"architecture":"arm64",{config}{rest}}}"#);
            let (config, _) = parse(said.as_bytes()).unwrap();
            assert!(config.labels.is_empty() && config.created.is_none());
        }
    }

    #[test]
    fn an_image_for_another_system_is_refused_by_its_name() {
        let said = br#"{"architecture":"amd64","os":"windows","rootfs":{"diff_ids":[]}}"#;
        assert_eq!(parse(said).unwrap_err(), "is for `windows`, not for `linux`");
    }
}
