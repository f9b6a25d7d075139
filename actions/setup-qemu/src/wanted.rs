//! Which versions of QEMU will do: the small grammar of the input `version`.
//!
//! ```text
//! any       every version
//! 8         8.0.0 and whatever begins with 8
//! 8.2       8.2.0, 8.2.1 …
//! 8.2.1     that one
//! >=8.2     8.2.0 and every later one
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::version::{Version, numbers};

/// Which versions of QEMU will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every version.
    Any,
    /// Versions that begin with these numbers: one to three.
    Prefix(Vec<u32>),
    /// This version and every later one.
    AtLeast(Version),
}

impl Wanted {
    /// Whether `version` will do.
    pub fn accepts(&self, version: Version) -> bool {
        match self {
            Wanted::Any => true,
            Wanted::Prefix(parts) => version.0.starts_with(parts),
            Wanted::AtLeast(least) => version >= *least,
        }
    }
}

impl FromStr for Wanted {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Wanted, Malformed> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("any") {
            return Ok(Wanted::Any);
        }
        let wanted = match text.strip_prefix(">=") {
            Some(least) => {
                numbers(least.trim_start()).map(|parts| Wanted::AtLeast(Version::from_parts(parts)))
            }
            None => numbers(text).map(Wanted::Prefix),
        };
        wanted.ok_or_else(|| Malformed(text.to_owned()))
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Any => f.write_str("any"),
            Wanted::Prefix(parts) => {
                f.write_str(&parts.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
            }
            Wanted::AtLeast(version) => write!(f, ">={version}"),
        }
    }
}

impl Serialize for Wanted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that names no versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, what) = (self.0.escape_debug(), self.what());
        write!(f, "`{text}` {what}; write `any`, `8`, `8.2`, `8.2.1` or `>=8.2`")
    }
}

impl Malformed {
    fn what(&self) -> &'static str {
        match self.0.as_str() {
            "" => "names no version",
            "latest" | "newest" | "stable" => "depends on the day, and a test should not",
            text if text.starts_with(['<', '=', '>', '^', '~', '!']) => {
                "is a comparison that is not known: there is `>=` only"
            }
            text if text.starts_with(['v', 'V']) => "is the name of a tag, not a version",
            text if text.contains(['x', '*']) => {
                "has a wildcard, which a shorter version does without"
            }
            _ => "is no version of QEMU",
        }
    }
}

impl std::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted(text: &str) -> Wanted {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn each_form_accepts_what_it_says_and_nothing_else() {
        for (text, accepted, refused) in [
            ("any", vec![[0, 0, 0], [10, 2, 1]], vec![]),
            ("ANY", vec![[7, 2, 0]], vec![]),
            ("8", vec![[8, 0, 0], [8, 2, 50]], vec![[7, 2, 0], [80, 0, 0], [0, 8, 0]]),
            ("8.2", vec![[8, 2, 0], [8, 2, 9]], vec![[8, 1, 92], [8, 20, 0], [9, 8, 2]]),
            ("8.2.1", vec![[8, 2, 1]], vec![[8, 2, 0], [8, 2, 10]]),
            (
                ">=8.2",
                vec![[8, 2, 0], [8, 10, 0], [9, 0, 0], [10, 0, 0]],
                vec![[8, 1, 91], [7, 9, 9]],
            ),
            (" >= 10 ", vec![[10, 0, 0], [11, 1, 0]], vec![[9, 2, 4]]),
        ] {
            let wanted = wanted(text);
            accepted
                .into_iter()
                .for_each(|it| assert!(wanted.accepts(Version(it)), "{text} {it:?}"));
            refused
                .into_iter()
                .for_each(|it| assert!(!wanted.accepts(Version(it)), "{text} {it:?}"));
        }
    }

    #[test]
    fn what_is_no_version_is_refused_with_what_is_wrong_and_what_is_right() {
        for (text, what) in [
            ("", "names no version"),
            ("latest", "depends on the day"),
            ("v8.2.0", "name of a tag"),
            ("8.x", "wildcard"),
            ("8.*", "wildcard"),
            ("<9", "there is `>=` only"),
            (">8", "there is `>=` only"),
            ("~8.2", "there is `>=` only"),
            (">=", "there is `>=` only"),
            ("8.2.0.1", "no version"),
            ("8..2", "no version"),
            ("8.", "no version"),
            ("-8", "no version"),
            ("8.2.0-rc1", "no version"),
            ("99999999999", "no version"),
            ("eight\u{1b}[2J", "\\u{1b}"),
        ] {
            let said = text.parse::<Wanted>().unwrap_err().to_string();
            assert!(said.contains(what) && said.ends_with("`>=8.2`"), "{text}: {said}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_fail_otherwise_than_by_saying_so(text in "\\PC*|[>=<~ ]*[0-9.]{0,40}") {
            if let Ok(wanted) = text.parse::<Wanted>() {
                prop_assert_eq!(wanted.to_string().parse::<Wanted>(), Ok(wanted));
            }
        }

        #[test]
        fn a_longer_prefix_accepts_no_more_than_a_shorter(version: [u32; 3], other: [u32; 3]) {
            let forms = (1..=3).map(|length| Wanted::Prefix(version[..length].to_vec()));
            let accepted: Vec<bool> = forms.map(|wanted| wanted.accepts(Version(other))).collect();
            prop_assert!(accepted.is_sorted_by(|shorter, longer| shorter >= longer), "{accepted:?}");
            prop_assert!(Wanted::Prefix(version.to_vec()).accepts(Version(version)));
        }

        #[test]
        fn at_least_is_the_order_of_versions(least: [u32; 3], other: [u32; 3]) {
            let wanted = Wanted::AtLeast(Version(least));
            prop_assert_eq!(wanted.accepts(Version(other)), other >= least);
        }
    }
}
