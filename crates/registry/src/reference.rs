//! What an image or an artifact is called, by the grammar of the `distribution` project.

use std::fmt;
use std::str::FromStr;

use fetch::Digest;

/// The registry where none is named.
const DEFAULT: &str = "docker.io";

/// The longest name of a registry with a repository, in bytes.
const LONGEST: usize = 255;

/// Such as `ghcr.io/owner/image:tag@sha256:…`. Without a registry it is one of Docker's, and with a single word there one
/// of its `library`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The host, with its port if it has one.
    pub registry: String,
    /// Words with `/` between them.
    pub repository: String,
    /// A name that may change its meaning.
    pub tag: Option<String>,
    /// Exactly this, whatever the tag.
    pub digest: Option<Digest>,
}

/// One version of what is in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// Whatever has this name at the moment.
    Tag(String),
    /// Always the same.
    Digest(Digest),
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Version::Tag(tag) => f.write_str(tag),
            Version::Digest(digest) => digest.fmt(f),
        }
    }
}

impl Reference {
    /// The digest if it has one, otherwise the tag, otherwise `latest`.
    pub fn version(&self) -> Version {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => Version::Digest(*digest),
            (None, Some(tag)) => Version::Tag(tag.clone()),
            (None, None) => Version::Tag("latest".into()),
        }
    }

    /// Where it is: `registry/repository`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// Whether its registry is on the machine that we run on.
    pub fn is_here(&self) -> bool {
        let host = self.registry.rsplit_once(':').map_or(&*self.registry, |(host, _)| host);
        wire::is_this_machine(host)
    }

    /// The host that is spoken to.
    pub(crate) fn host(&self) -> &str {
        if self.registry == DEFAULT { "registry-1.docker.io" } else { &self.registry }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// Why a text is no reference, as a lower-case fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAReference(&'static str);

impl fmt::Display for NotAReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotAReference {}

impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Reference, NotAReference> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) if digest.starts_with("sha256:") => {
                let wrong = NotAReference("its digest is not `sha256:` and 64 hexadecimal digits");
                (rest, Some(digest.parse().map_err(|_| wrong)?))
            }
            Some(_) => return Err(NotAReference("only digests of `sha256:` are supported")),
            None => (text, None),
        };
        // A colon before the last slash belongs to a port.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        if !tag.is_none_or(is_tag) {
            return Err(NotAReference("its tag is none"));
        }
        let (registry, repository) = located(name);
        if !is_host(&registry) {
            return Err(NotAReference("its registry is none"));
        }
        if !repository.split('/').all(is_word) || registry.len() + repository.len() >= LONGEST {
            return Err(NotAReference(
                "its repository has lower-case letters, digits, and single `.`, `_` or `-` between them",
            ));
        }
        Ok(Reference { registry, repository, tag: tag.map(str::to_owned), digest })
    }
}

fn located(name: &str) -> (String, String) {
    let (registry, repository) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => (DEFAULT, name),
    };
    let registry = if registry == "index.docker.io" { DEFAULT } else { registry };
    let is_short = registry == DEFAULT && !repository.contains('/');
    let repository = if is_short { format!("library/{repository}") } else { repository.to_owned() };
    (registry.to_owned(), repository)
}

pub(crate) fn is_tag(tag: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    (1..=128).contains(&tag.len()) && tag.chars().all(inner) && !tag.starts_with(['.', '-'])
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) if address.parse::<std::net::Ipv6Addr>().is_ok() => ("v6", rest),
        Some(_) => return false,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_part = |part: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !part.is_empty()
            && part.chars().all(inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let port = port.strip_prefix(':').or(port.is_empty().then_some("1"));
    name.split('.').all(is_part) && port.is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_word(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators: Vec<&str> = word.split(is_plain).collect();
    let between =
        |joint: &&str| matches!(*joint, "" | "." | "_" | "__") || joint.chars().all(|c| c == '-');
    let ends = [separators.first(), separators.last()];
    separators.len() > 1
        && ends.into_iter().flatten().all(|end| end.is_empty())
        && separators.iter().all(between)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SUM: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn what_is_not_said_is_as_docker_has_it() {
        for (text, expected) in [
            ("busybox", "docker.io/library/busybox"),
            ("owner/image:1.0", "docker.io/owner/image:1.0"),
            ("index.docker.io/busybox", "docker.io/library/busybox"),
            ("ghcr.io/a/b/c", "ghcr.io/a/b/c"),
            ("localhost/x", "localhost/x"),
            ("127.0.0.1:5000/x:T_1.2-3", "127.0.0.1:5000/x:T_1.2-3"),
            ("[::1]:5000/x", "[::1]:5000/x"),
            ("a__b/c---d/e.f", "docker.io/a__b/c---d/e.f"),
        ] {
            let reference: Reference = text.parse().unwrap();
            assert_eq!(reference.to_string(), expected);
            let pinned: Reference = format!("{text}@{SUM}").parse().unwrap();
            assert_eq!(pinned.to_string(), format!("{expected}@{SUM}"));
            assert_eq!(pinned.version(), Version::Digest(SUM.parse().unwrap()));
            let here = ["localhost/", "127.0.0.1:", "[::1]:"];
            assert_eq!(pinned.is_here(), here.iter().any(|it| text.starts_with(it)), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "/",
            "x/",
            "/x",
            "X",
            "a//b",
            "a..b",
            "a___b",
            "_a",
            "a-",
            "x:",
            "x:-a",
            "x@sha256:1",
            "x@sha512:00",
            "ghcr.io/",
            "ghcr..io/x",
            "-a.b/x",
            "a.b:x/y",
            "a.b:99999/y",
            "[::g]:1/x",
            "a b",
            "ä",
            "https://x.example/y",
            "a.b/x?y",
            "a.b/../x",
            "a.b/x#y",
            "me@a.b/x",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_reference_is_read_as_it_is_written(text in "[a-zA-Z0-9.:/@_\\-\\[\\]]{0,60}|.*") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(reference.to_string().parse(), Ok(reference));
            }
        }
    }
}
