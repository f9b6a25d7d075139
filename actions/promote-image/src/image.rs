//! The images that are promoted, and the tags that they get.

use gha::Note;
use problem::Problem;
use promotion::{Expected, Target};
use registry::{Manifest, Version};

use crate::registries::{Registries, reference};

/// An image as it was when we looked; from then on only its digest counts.
pub(crate) struct Image {
    /// As `registry/repository`.
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
    /// The tag by which it was named.
    pub(crate) tag: Option<Target>,
}

/// Looks at each image, once.
pub(crate) fn resolve(
    images: &[String],
    registries: &Registries,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Vec<Image>, Problem> {
    images.iter().map(|text| one(text, registries, say)).collect()
}

fn one(
    text: &str,
    registries: &Registries,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Image, Problem> {
    let reference = reference(text)?;
    let name = reference.name();
    let tag = reference.tag.map(|tag| Target { image: name.clone(), tag });
    let version = match (reference.digest, &tag) {
        (Some(digest), _) => Version::Digest(digest),
        (None, Some(tag)) => Version::Tag(tag.tag.clone()),
        (None, None) => {
            let why = format!("`{name}` names no tag and no digest");
            return Err(Problem::user(why).hint("add `@sha256:…`, or a tag"));
        }
    };
    let manifest = registries.get(&name)?.manifest(&version)?;
    if let Some(subject) = &manifest.subject {
        let (what, about) = (manifest.digest, subject.digest);
        let why = format!("`{name}@{what}` is about `{about}`, and no image itself");
        return Err(Problem::user(why).hint("name the image, which takes along what is about it"));
    }
    if matches!(version, Version::Tag(_)) {
        say(Note::Step(&format!("{text} is {}", manifest.digest)));
    }
    Ok(Image { name, manifest, tag })
}

/// The tags that an image gets. One in another repository can be meant for one image only.
pub(crate) fn targets(image: &Image, to: &[String], images: usize) -> Result<Vec<Target>, Problem> {
    let one = |to: &String| {
        if !to.contains(['/', ':']) {
            // The grammar of tags is that of references.
            reference(&format!("{}:{to}", image.name))?;
            return Ok(Target { image: image.name.clone(), tag: to.clone() });
        }
        let target = reference(to)?;
        let image = target.name();
        match (target.tag, target.digest) {
            _ if images > 1 => Err(Problem::user(format!("`{to}` cannot be for several images"))
                .hint("give tags alone, or promote one image after the other")),
            (Some(tag), None) => Ok(Target { image, tag }),
            _ => Err(Problem::user(format!("`{to}` is no tag")).hint("end it with `:tag`")),
        }
    };
    to.iter().map(one).collect()
}

/// What a tag is taken to have, by `expect-current`.
pub(crate) fn expected(target: &Target, lines: &[String]) -> Result<Option<Expected>, Problem> {
    let mut found = None;
    for line in lines {
        let (tag, what) = line
            .rsplit_once('=')
            .map_or((None, line.as_str()), |(tag, what)| (Some(tag.trim()), what.trim()));
        let what = match what {
            "none" => Expected::Nothing,
            digest => Expected::Digest(digest.parse().map_err(|_| {
                Problem::user(format!("`{}` is no digest", digest.escape_debug()))
                    .hint("give `sha256:` and 64 digits, or `none` for a tag that is new")
            })?),
        };
        if tag.is_none_or(|tag| tag == target.tag || tag == target.to_string()) {
            found = Some(what);
        }
    }
    Ok(found)
}
