//! What an image says of itself.

use std::collections::{BTreeMap, BTreeSet};

use fetch::Digest;
use problem::Problem;
use serde_json::Value;

use crate::manifest::{Descriptor, Kind, Parts};
use crate::repository::Repository;
use crate::tree::Tree;

/// No config or bill of materials is larger, in bytes.
const LARGEST: u64 = 64 << 20;

/// An image for however many platforms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// By platform, such as `linux/arm/v7`.
    pub images: BTreeMap<String, Image>,
}

/// An image for one platform: names and values, as they are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Of its manifest.
    pub digest: Digest,
    /// Sizes by digest.
    pub layers: BTreeMap<String, String>,
    /// Settings by path, without labels.
    pub config: BTreeMap<String, String>,
    /// Of the config.
    pub labels: BTreeMap<String, String>,
    /// Of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// Versions by name: none if there is no bill of materials.
    pub packages: Option<BTreeMap<String, String>>,
}

impl Contents {
    /// Reads the configs and the bills of materials of a tree.
    ///
    /// # Errors
    /// As [`Repository::bytes`]; also a config that is none.
    pub fn of(repository: &Repository, tree: &Tree) -> Result<Contents, Problem> {
        let mut contents = Contents::default();
        contents.add(repository, tree, None)?;
        Ok(contents)
    }

    fn add(&mut self, from: &Repository, tree: &Tree, name: Option<String>) -> Result<(), Problem> {
        match &tree.manifest.kind {
            Kind::Single(parts) => {
                let (image, own) = image(from, tree, parts)?;
                self.images.insert(name.unwrap_or(own), image);
            }
            Kind::Index(entries) => {
                for child in &tree.children {
                    let entry = entries.iter().find(|it| it.digest == child.manifest.digest);
                    let platform = entry.and_then(|it| it.platform.as_ref());
                    // So buildx marks what is about an image, and none.
                    if platform.is_none_or(|it| it.os != "unknown") {
                        self.add(from, child, platform.map(ToString::to_string))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// With the platform that its config names.
fn image(from: &Repository, tree: &Tree, parts: &Parts) -> Result<(Image, String), Problem> {
    let raw: Value =
        serde_json::from_slice(&from.bytes(&parts.config, LARGEST)?).map_err(|error| {
            Problem::user(format!("the config `{}` cannot be read: {error}", parts.config.digest))
        })?;
    let mut config = BTreeMap::new();
    flatten("", &raw, &mut config);
    let labels = raw["config"]["Labels"].as_object().into_iter().flatten();
    let labels = labels.map(|(name, value)| (name.clone(), plain(value))).collect();
    let part = |name| config.get(name).map_or("unknown", String::as_str);
    let platform = format!("{}/{}", part("os"), part("architecture"));
    let layers = parts.layers.iter().map(|of| (of.digest.to_string(), of.size.to_string()));
    let image = Image {
        digest: tree.manifest.digest,
        layers: layers.collect(),
        labels,
        annotations: tree.manifest.annotations.clone(),
        packages: packages(from, tree)?,
        config,
    };
    Ok((image, platform))
}

/// Each setting by its path: not the labels, which have a place of their own, and not what follows from the layers.
fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        _ if matches!(path, "config.Labels" | "history" | "rootfs") => {}
        Value::Object(parts) => {
            for (name, value) in parts {
                let joint = if path.is_empty() { "" } else { "." };
                flatten(&format!("{path}{joint}{name}"), value, into);
            }
        }
        Value::Array(lines) if path == "config.Env" => {
            for line in lines.iter().filter_map(Value::as_str) {
                let (name, value) = line.split_once('=').unwrap_or((line, ""));
                into.insert(format!("{path}.{name}"), value.to_owned());
            }
        }
        other => drop(into.insert(path.to_owned(), plain(other))),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What the bills of materials name that are attached to it.
fn packages(from: &Repository, tree: &Tree) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let cosigns = tree.tags.iter().filter(|(tag, _)| tag.ends_with(".sbom")).map(|(_, it)| it);
    let mut found: Option<BTreeMap<String, BTreeSet<String>>> = None;
    for attached in tree.referrers.iter().chain(cosigns) {
        let Kind::Single(parts) = &attached.manifest.kind else { continue };
        let kind = attached.manifest.artifact_type.as_deref();
        for layer in parts.layers.iter().filter(|layer| is_bill(kind, layer)) {
            let Ok(bill) = serde_json::from_slice::<Value>(&from.bytes(layer, LARGEST)?) else {
                continue;
            };
            for (name, version) in named(&bill) {
                found.get_or_insert_default().entry(name).or_default().insert(version);
            }
        }
    }
    let joined = |versions: BTreeSet<String>| versions.into_iter().collect::<Vec<_>>().join(", ");
    Ok(found.map(|all| all.into_iter().map(|(name, it)| (name, joined(it))).collect()))
}

fn is_bill(kind: Option<&str>, layer: &Descriptor) -> bool {
    let says = |kind: &str| kind.contains("spdx") || kind.contains("cyclonedx");
    layer.size <= LARGEST && (says(&layer.media_type) || kind.is_some_and(says))
}

/// The packages of SPDX, or the components of CycloneDX.
fn named(bill: &Value) -> Vec<(String, String)> {
    let (list, version) = match bill.get("spdxVersion") {
        Some(_) => ("packages", "versionInfo"),
        None => ("components", "version"),
    };
    let entry = |it: &Value| {
        Some((it["name"].as_str()?.to_owned(), it[version].as_str().unwrap_or_default().to_owned()))
    };
    bill[list].as_array().into_iter().flatten().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_have_paths_and_labels_a_place_of_their_own() {
        let config = json!({ "os": "linux", "history": [1], "rootfs": {}, "config": {
            "Labels": { "a": "b" }, "Env": ["PATH=/bin", "X"], "Cmd": ["sh", "-c"], "User": "" } });
        let mut flat = BTreeMap::new();
        flatten("", &config, &mut flat);
        let expected = [
            ("config.Cmd", "[\"sh\",\"-c\"]"),
            ("config.Env.PATH", "/bin"),
            ("config.Env.X", ""),
            ("config.User", ""),
            ("os", "linux"),
        ];
        assert_eq!(flat, expected.map(|(name, value)| (name.into(), value.into())).into());
    }

    #[test]
    fn packages_are_found_in_both_kinds_of_bills() {
        let pair = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let spdx = json!({ "spdxVersion": "SPDX-2.3",
            "packages": [{ "name": "musl", "versionInfo": "1.2" }, { "name": "x" }, {}] });
        assert_eq!(named(&spdx), [pair("musl", "1.2"), pair("x", "")]);
        let cyclone =
            json!({ "bomFormat": "CycloneDX", "components": [{ "name": "musl", "version": "1" }] });
        assert_eq!(named(&cyclone), [pair("musl", "1")]);
        assert_eq!(named(&json!([])), []);
    }

    proptest! {
        #[test]
        fn no_config_makes_it_fall(text in "[\\[\\]{}\":, a-z0-9]{0,40}") {
            if let Ok(value) = serde_json::from_str(&text) {
                flatten("", &value, &mut BTreeMap::new());
            }
        }
    }
}
