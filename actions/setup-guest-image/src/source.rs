//! Where files come from: the grammar of a line of the input `source`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use registry::Reference;
use release::ReleaseName;

/// Where files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of a release: `owner/repository@tag#glob`.
    Release {
        /// Which release.
        name: ReleaseName,
        /// Which of its files.
        glob: String,
    },
    /// An address.
    Url(String),
    /// An artifact by its digest: `oci://registry/repository@sha256:…`.
    Artifact(Reference),
    /// An image of a catalogue: `image:name` or `image:name:version`.
    Image(String),
    /// A file or folder of this machine.
    Path(PathBuf),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Source, String> {
        let text = text.trim();
        if let Some(reference) = text.strip_prefix("oci://") {
            let reference: Reference = reference.parse().map_err(|error| format!("{error}"))?;
            return match reference.digest {
                Some(_) => Ok(Source::Artifact(reference)),
                None => {
                    Err("what is in a registry is named by its digest: `oci://…@sha256:…`".into())
                }
            };
        }
        if let Some(name) = text.strip_prefix("image:") {
            return Ok(Source::Image(name.to_owned()));
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Ok(Source::Url(text.to_owned()));
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(format!(
                "`{}` cannot be fetched: write `https` or `oci`",
                scheme.escape_debug()
            ));
        }
        let (name, glob) = text.split_once('#').unwrap_or((text, "*"));
        // As other actions name a tag.
        if let Ok(name) = name.replace("@tags/", "@").parse::<ReleaseName>() {
            return Ok(Source::Release { name, glob: glob.to_owned() });
        }
        if text.is_empty() { Err("it is empty".into()) } else { Ok(Source::Path(text.into())) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Release { name, glob } => write!(f, "{name}#{glob}"),
            Source::Url(url) => f.write_str(url),
            Source::Artifact(reference) => write!(f, "oci://{reference}"),
            Source::Image(name) => write!(f, "image:{name}"),
            Source::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_told_by_how_it_looks() {
        let parse = |text: &str| text.parse::<Source>().unwrap();
        let Source::Release { name, glob } = parse("arceos-org/nimbos@tags/v0.7#x86_64_*.zip")
        else {
            panic!()
        };
        assert_eq!(
            (name.to_string().as_str(), glob.as_str()),
            ("arceos-org/nimbos@v0.7", "x86_64_*.zip")
        );
        assert!(matches!(parse("o/r@v1"), Source::Release { glob, .. } if glob == "*"));
        assert_eq!(parse("https://x.example/a.tar"), Source::Url("https://x.example/a.tar".into()));
        assert_eq!(parse("image:nimbos:0.1"), Source::Image("nimbos:0.1".into()));
        assert_eq!(parse("./out"), Source::Path("./out".into()));
        assert_eq!(parse("out/a@b c"), Source::Path("out/a@b c".into()));
        let digest = format!("oci://ghcr.io/o/r@sha256:{}", "ab".repeat(32));
        assert_eq!(parse(&digest).to_string(), digest);
    }

    #[test]
    fn what_may_change_its_meaning_is_refused() {
        assert!(
            "oci://ghcr.io/o/r:latest".parse::<Source>().unwrap_err().contains("by its digest")
        );
        assert!("ftp://x.example".parse::<Source>().unwrap_err().contains("`ftp`"));
    }
}
