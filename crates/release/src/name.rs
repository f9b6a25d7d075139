//! What a release is called.

use std::fmt;
use std::str::FromStr;

/// Such as `owner/repository@v1.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseName {
    /// A user or an organisation.
    pub owner: String,
    /// One of its repositories.
    pub repository: String,
    /// A tag there.
    pub tag: String,
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}@{}", self.owner, self.repository, self.tag)
    }
}

/// A text is no name of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAName;

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a release is named as `owner/repository@tag`")
    }
}

impl std::error::Error for NotAName {}

impl FromStr for ReleaseName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<ReleaseName, NotAName> {
        let (path, tag) = text.split_once('@').ok_or(NotAName)?;
        let (owner, repository) = path.split_once('/').ok_or(NotAName)?;
        let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(inner) && !word.chars().all(|c| c == '.')
        };
        let is_tag =
            !tag.is_empty() && !tag.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_word(owner) || !is_word(repository) || !is_tag {
            return Err(NotAName);
        }
        let (owner, repository, tag) = (owner.into(), repository.into(), tag.into());
        Ok(ReleaseName { owner, repository, tag })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_has_three_parts() {
        let name: ReleaseName = "arceos-hypervisor/x.y_z@release/v0.0.22@a".parse().unwrap();
        assert_eq!((name.repository.as_str(), name.tag.as_str()), ("x.y_z", "release/v0.0.22@a"));
        for text in
            ["", "a/b", "a@b", "a/b@", "/b@c", "a/@c", "a/../b@c", "a/..@c", "a/b/c@d", "a/b@c d"]
        {
            assert!(text.parse::<ReleaseName>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_it_is_written(text in "[a-z./@-]{0,20}|.*") {
            if let Ok(name) = text.parse::<ReleaseName>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
