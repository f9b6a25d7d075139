//! What differs between two images, as far as their manifests, configs and bills of materials tell: no layer is fetched.

mod contents;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use contents::{Contents, Image};

/// Something that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Of a platform, a layer, a setting, a label, an annotation or a package.
    pub name: String,
    /// None where only the second has it.
    pub before: Option<String>,
    /// None where only the first has it.
    pub after: Option<String>,
}

/// What differs in an image for one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// By digest, with their sizes in bytes.
    pub layers: Vec<Change>,
    /// By path, such as `config.Entrypoint`.
    pub config: Vec<Change>,
    /// Of the config.
    pub labels: Vec<Change>,
    /// Of the manifest.
    pub annotations: Vec<Change>,
    /// By name, with their versions: none unless both have a bill of materials.
    pub packages: Option<Vec<Change>>,
}

/// What differs between two images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// Platforms that only one has, with the digests of their manifests.
    pub platforms: Vec<Change>,
    /// What differs for those that both have: nothing for those that do not.
    pub images: BTreeMap<String, Difference>,
}

impl Differences {
    /// From the first to the second.
    pub fn between(before: &Contents, after: &Contents) -> Differences {
        let digests = |of: &Contents| -> BTreeMap<String, String> {
            of.images.iter().map(|(name, image)| (name.clone(), image.digest.to_string())).collect()
        };
        let mut platforms = changes(&digests(before), &digests(after));
        platforms.retain(|it| it.before.is_none() || it.after.is_none());
        let both = before.images.iter().filter_map(|(name, old)| {
            let difference = old.difference(after.images.get(name)?);
            (!difference.is_empty()).then(|| (name.clone(), difference))
        });
        Differences { platforms, images: both.collect() }
    }
}

impl Difference {
    fn is_empty(&self) -> bool {
        let all = [&self.layers, &self.config, &self.labels, &self.annotations];
        all.into_iter().chain(&self.packages).all(Vec::is_empty)
    }
}

impl Image {
    fn difference(&self, after: &Image) -> Difference {
        let packages = self.packages.as_ref().zip(after.packages.as_ref());
        Difference {
            layers: changes(&self.layers, &after.layers),
            config: changes(&self.config, &after.config),
            labels: changes(&self.labels, &after.labels),
            annotations: changes(&self.annotations, &after.annotations),
            packages: packages.map(|(before, after)| changes(before, after)),
        }
    }
}

fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Change> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |name: &String| Change {
        name: name.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    };
    names.into_iter().map(change).filter(|it| it.before != it.after).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn changes_lead_from_one_to_the_other(
            before in prop::collection::btree_map("[a-c]", "[x-z]", 0..4),
            after in prop::collection::btree_map("[a-c]", "[x-z]", 0..4),
        ) {
            let mut changed = before.clone();
            for change in changes(&before, &after) {
                prop_assert_eq!(changed.remove(&change.name), change.before);
                changed.extend(change.after.map(|value| (change.name, value)));
            }
            prop_assert_eq!(changed, after);
        }
    }
}
