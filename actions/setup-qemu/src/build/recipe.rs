//! Everything that a built QEMU depends on, and the key that all of it makes.

use std::collections::BTreeMap;

use fetch::Digest;
use serde::Serialize;
use spec::Arch;

/// How we build. Change it with anything that makes another QEMU of the same recipe.
const VERSION: u32 = 1;

/// Variables of the environment that a build obeys.
pub(crate) const FLAGS: [&str; 5] = ["CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS"];

/// Everything that a built QEMU depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recipe {
    /// A short name for people.
    #[serde(skip)]
    pub label: String,
    /// What tells this source from every other one: a digest or a commit.
    pub source: String,
    /// What it emulates.
    pub targets: Vec<Arch>,
    /// What it is built with, besides what every machine needs.
    pub features: Vec<String>,
    /// More words for `configure`.
    pub configure_args: Vec<String>,
    /// The compiler's flags.
    pub flags: BTreeMap<String, String>,
    /// The distribution and its release, whose libraries it is built with.
    pub system: String,
    /// What it runs on.
    pub machine: &'static str,
}

impl Recipe {
    /// The name of what comes of it: in the cache, and as a folder.
    pub fn key(&self) -> String {
        #[derive(Serialize)]
        struct Whole<'a> {
            version: u32,
            recipe: &'a Recipe,
        }
        let mut recipe = self.clone();
        recipe.targets.sort_by_key(|arch| arch.as_str());
        recipe.features.sort();
        // Strings, lists and maps of strings are always JSON.
        let text =
            serde_json::to_vec(&Whole { version: VERSION, recipe: &recipe }).unwrap_or_default();
        let hash = &Digest::of(&text).hex()[..20];
        format!("qemu-{}-{}-{}-{hash}", plain(&self.label), plain(&self.system), self.machine)
    }
}

/// What can stand in the name of a folder and in a key.
fn plain(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.chars().take(40).map(|c| if fits(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            label: "8.2.0".into(),
            source: "sha256:aa".into(),
            targets: vec![Arch::X86_64, Arch::Riscv64],
            features: vec!["slirp".into(), "tools".into()],
            configure_args: Vec::new(),
            flags: BTreeMap::new(),
            system: "debian-12".into(),
            machine: "x86_64",
        }
    }

    #[test]
    fn the_key_says_what_it_is_and_depends_on_everything() {
        let key = recipe().key();
        assert!(key.starts_with("qemu-8.2.0-debian-12-x86_64-"), "{key}");
        let others = [
            Recipe { source: "sha256:bb".into(), ..recipe() },
            Recipe { targets: vec![Arch::X86_64], ..recipe() },
            Recipe { features: vec!["slirp".into()], ..recipe() },
            Recipe { configure_args: vec!["--enable-lto".into()], ..recipe() },
            Recipe { flags: BTreeMap::from([("CC".into(), "clang".into())]), ..recipe() },
            Recipe { system: "debian-13".into(), ..recipe() },
            Recipe { machine: "aarch64", ..recipe() },
        ];
        let keys: std::collections::BTreeSet<String> = others.iter().map(Recipe::key).collect();
        assert!(keys.len() == others.len() && !keys.contains(&key));
    }

    #[test]
    fn the_order_of_targets_and_features_does_not_matter_and_that_of_arguments_does() {
        let mut other = recipe();
        other.targets.reverse();
        other.features.reverse();
        assert_eq!(other.key(), recipe().key());
        let with = |args: [&str; 2]| Recipe {
            configure_args: args.map(String::from).to_vec(),
            ..recipe()
        };
        assert_ne!(with(["-a", "-b"]).key(), with(["-b", "-a"]).key());
    }

    #[test]
    fn no_label_makes_a_path_of_the_key() {
        let key = Recipe { label: "../../x y".into(), ..recipe() }.key();
        assert!(key.starts_with("qemu-.._.._x_y-"), "{key}");
    }
}
