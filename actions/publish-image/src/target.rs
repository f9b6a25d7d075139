//! Where it goes, as the user writes it.

use problem::Problem;

/// What kind of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    S3,
    Gcs,
    Azure,
    /// HTTP, with WebDAV where the server has it.
    Web,
    Folder,
}

/// A place for files, without what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    /// The bucket or container; the address or folder for the others.
    pub(crate) root: String,
    /// The folder in the bucket; empty for the others.
    pub(crate) prefix: String,
    /// As the user has it, with a slash at its end.
    shown: String,
}

impl Target {
    /// Reads an address or a path.
    ///
    /// # Errors
    /// The user's: it is none, or holds what must not be seen.
    pub(crate) fn parse(text: &str) -> Result<Target, Problem> {
        let shown = format!("{}/", text.trim_end_matches('/'));
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Target {
                kind: Kind::Folder,
                root: shown.clone(),
                prefix: String::new(),
                shown,
            });
        };
        let wrong = |why: &str| {
            Problem::user(format!("`{}` {why}", wire::shown(text).escape_debug())).hint(
                "name a place like `s3://bucket/os/v1.2.3/`, `https://host/folder/` or a folder",
            )
        };
        if rest.contains(['?', '#', '@']) || rest.chars().any(char::is_control) {
            return Err(wrong("must not hold a user, a query or control characters"));
        }
        let kind = match scheme {
            "s3" => Kind::S3,
            "gs" => Kind::Gcs,
            "az" => Kind::Azure,
            "http" | "https" => Kind::Web,
            "file" => Kind::Folder,
            _ => return Err(wrong("is no place that we know")),
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let (root, prefix) = match kind {
            Kind::Folder if bucket.is_empty() => (format!("/{prefix}"), ""),
            Kind::Web if !bucket.is_empty() => (shown.clone(), ""),
            Kind::S3 | Kind::Gcs | Kind::Azure if !bucket.is_empty() => (bucket.to_owned(), prefix),
            _ => return Err(wrong("names no bucket and no host")),
        };
        Ok(Target { kind, root, prefix: prefix.trim_matches('/').to_owned(), shown })
    }

    /// The address of a file there.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("{}{name}", self.shown)
    }

    /// Whether this name, or the folder that it is in, has a version: then it never changes.
    pub(crate) fn has_version(&self, name: &str) -> bool {
        let folder = self.shown.trim_end_matches('/').rsplit('/').next();
        [folder, Some(name)].into_iter().flatten().any(is_versioned)
    }
}

/// Digits on both sides of a dot.
fn is_versioned(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|three| three[1] == b'.' && three[0].is_ascii_digit() && three[2].is_ascii_digit())
}

/// Refuses names that would be another thing in a path, in an address, or in a list of sums.
pub(crate) fn check_name(name: &str) -> Result<(), Problem> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        return Err(Problem::user(format!("`{}` cannot be a name there", name.escape_debug()))
            .hint(
                "give a `name` of letters, digits and `._+~-`, which does not begin with a dot",
            ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for (text, kind, root, prefix, url) in [
            ("s3://b", Kind::S3, "b", "", "s3://b/x"),
            ("s3://b/os/v1/", Kind::S3, "b", "os/v1", "s3://b/os/v1/x"),
            ("gs://b/os", Kind::Gcs, "b", "os", "gs://b/os/x"),
            ("az://c//os//", Kind::Azure, "c", "os", "az://c//os/x"),
            ("https://h:1/a", Kind::Web, "https://h:1/a/", "", "https://h:1/a/x"),
            ("file:///srv/a", Kind::Folder, "/srv/a", "", "file:///srv/a/x"),
            ("out/a", Kind::Folder, "out/a/", "", "out/a/x"),
            ("/", Kind::Folder, "/", "", "/x"),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(
                (target.kind, &*target.root, &*target.prefix),
                (kind, root, prefix),
                "{text}"
            );
            assert_eq!(target.url("x"), url);
        }
        for text in ["s3://", "s3:///os", "ftp://h/", "file://h/a", "https:///a", "s3://b/a?x"] {
            assert_eq!(Target::parse(text).unwrap_err().exit_code(), 2, "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_shown() {
        let problem = Target::parse("https://me:hunter2@h/a").unwrap_err();
        assert!(problem.message.contains("must not hold a user"), "{problem}");
        assert!(!problem.message.contains("hunter2"), "{problem}");
    }

    #[test]
    fn a_version_is_seen_in_the_name_and_in_its_folder() {
        let has = |to: &str, name: &str| Target::parse(to).unwrap().has_version(name);
        assert!(has("s3://b/os/v1.2.3/", "disk.img") && has("s3://b/os", "os-10.0.img"));
        assert!(has("/srv/v1.2", "disk.img"));
        assert!(!has("s3://b/v1.2/latest/", "disk-x86_64.img") && !has("latest", "disk.7z"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_no_name_leaves_the_folder(text in ".*", name in ".*") {
            let _ = Target::parse(&text);
            if check_name(&name).is_ok() {
                prop_assert!(!name.contains(['/', '\\', '\n', ' ', '%']) && name != "..");
            }
        }
    }
}
