//! The list of sums that lies beside the files, as `sha256sum` writes and checks it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fetch::Digest;

/// What the list is called.
pub(crate) const NAME: &str = "SHA256SUMS";

/// No list is larger, in bytes.
pub(crate) const LARGEST: usize = 1 << 20;

/// The sums of the files in a folder, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums(pub(crate) BTreeMap<String, Digest>);

impl Sums {
    /// Reads a list: none if a line is something else, or a name has two sums.
    pub(crate) fn parse(text: &str) -> Option<Sums> {
        let mut sums = BTreeMap::new();
        for line in text.lines() {
            let (digits, name) = line.split_at_checked(64)?;
            let name = name.strip_prefix("  ").or_else(|| name.strip_prefix(" *"))?;
            let digest = digits.parse().ok().filter(|_| !name.is_empty())?;
            if sums.insert(name.to_owned(), digest).is_some_and(|other| other != digest) {
                return None;
            }
        }
        Some(Sums(sums))
    }

    pub(crate) fn text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, (name, digest)| {
            // Writing to a string does not fail.
            let _infallible = writeln!(text, "{}  {name}", digest.hex());
            text
        })
    }

    /// A name that both have, with different sums.
    pub(crate) fn against(&self, ours: &Sums) -> Option<(&String, &Digest)> {
        self.0.iter().find(|(name, digest)| ours.0.get(*name).is_some_and(|our| our != *digest))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_and_nothing_panics(
            names in proptest::collection::btree_set("[a-z.]{1,9}", 0..9),
            text in "([0-9a-f]{62,66} [ *][a-z]{0,3}\n|.{0,80}\n){0,4}",
        ) {
            let sums = Sums(names.into_iter().map(|name| (name.clone(), Digest::of(name.as_bytes()))).collect());
            prop_assert_eq!(Sums::parse(&sums.text()), Some(sums.clone()));
            if let Some(read) = Sums::parse(&text) {
                prop_assert_eq!(Sums::parse(&read.text()), Some(read));
            }
            prop_assert_eq!(sums.against(&sums), None);
        }
    }

    #[test]
    fn a_name_with_two_sums_is_no_list() {
        let line = |text: &str| format!("{} *x\n", Digest::of(text.as_bytes()).hex());
        assert_eq!(Sums::parse(&(line("a") + &line("b"))), None);
        let (one, other) = (Sums::parse(&line("a")).unwrap(), Sums::parse(&line("b")).unwrap());
        assert_eq!(one.against(&other).map(|(name, _)| name.as_str()), Some("x"));
    }
}
