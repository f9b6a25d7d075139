//! Where the source of QEMU comes from: the small grammar of the input `source`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::version::Version;

/// The digits of a commit's name.
const COMMIT: usize = 40;

/// Where the source of QEMU comes from, or QEMU itself, if it was built before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The project's own tarball.
    Release(Version),
    /// A tarball that is fetched.
    Url(String),
    /// A tarball or a folder of this machine.
    Path(PathBuf),
    /// A commit of a repository.
    Git {
        /// As `git fetch` takes it.
        url: String,
        /// Its whole name.
        commit: String,
    },
    /// A QEMU that was built before, in an OCI registry: `registry/repository@sha256:…`.
    Artifact(String),
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Origin, String> {
        let text = text.trim();
        if let Some(reference) = text.strip_prefix("oci://") {
            return match reference.split_once("@sha256:") {
                Some((_, digest)) if is_hex(digest, 64) => {
                    Ok(Origin::Artifact(reference.to_owned()))
                }
                _ => Err("a QEMU in a registry is named by its digest: `oci://…@sha256:…`".into()),
            };
        }
        if let Some(repository) = text.strip_prefix("git+") {
            return match repository.rsplit_once('@') {
                Some((url, commit)) if is_hex(commit, COMMIT) => {
                    Ok(Origin::Git { url: url.into(), commit: commit.to_lowercase() })
                }
                _ => Err(
                    "a repository is named with a whole commit: `git+https://…@COMMIT`, 40 digits"
                        .into(),
                ),
            };
        }
        let is_git = text.ends_with(".git")
            || text.rsplit_once('@').is_some_and(|(_, commit)| is_hex(commit, COMMIT));
        match text.split_once("://") {
            Some(("https" | "http", _)) if is_git => Err("a repository begins with `git+`".into()),
            Some(("https" | "http", _)) => Ok(Origin::Url(text.into())),
            Some((scheme, _)) => Err(format!(
                "`{}` cannot be fetched: write `https`, `git+https` or `oci`",
                scheme.escape_debug()
            )),
            None if text.is_empty() => Err("it is empty".into()),
            None => Ok(Origin::Path(text.into())),
        }
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Release(version) => write!(f, "the release {version}"),
            Origin::Url(url) => f.write_str(url),
            Origin::Path(path) => write!(f, "{}", path.display()),
            Origin::Git { url, commit } => write!(f, "git+{url}@{commit}"),
            Origin::Artifact(reference) => write!(f, "oci://{reference}"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn each_form_is_told_by_how_it_begins() {
        let parse = |text: &str| text.parse::<Origin>().unwrap();
        assert_eq!(
            parse("https://x.example/q.tar.xz"),
            Origin::Url("https://x.example/q.tar.xz".into())
        );
        assert_eq!(parse(" ./qemu "), Origin::Path("./qemu".into()));
        let git = Origin::Git { url: "https://x.example/q.git".into(), commit: DIGITS.into() };
        assert_eq!(parse(&format!("git+https://x.example/q.git@{DIGITS}")), git);
        let reference = format!("ghcr.example/o/qemu@sha256:{}", "a".repeat(64));
        assert_eq!(parse(&format!("oci://{reference}")), Origin::Artifact(reference));
    }

    #[test]
    fn what_could_mean_another_source_tomorrow_is_refused() {
        for (text, what) in [
            ("git+https://x.example/q.git@master", "whole commit"),
            ("git+https://x.example/q.git", "whole commit"),
            ("oci://ghcr.example/o/qemu:latest", "by its digest"),
            ("oci://ghcr.example/o/qemu@sha256:abc", "by its digest"),
            ("https://x.example/q.git", "git+"),
            ("ftp://x.example/q.tar", "`ftp`"),
            ("", "empty"),
        ] {
            let said = text.parse::<Origin>().unwrap_err();
            assert!(said.contains(what), "{text}: {said}");
        }
    }
}
