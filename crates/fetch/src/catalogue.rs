//! Catalogues of images, as AxVisor and ostool keep them: TOML files that name images and further files.
//!
//! ```toml
//! [[includes]]
//! url = "https://images.example/v0.0.22.toml"
//!
//! [[images]]
//! name = "qemu_x86_64_nimbos"
//! version = "0.0.22"
//! released_at = "2026-01-06T03:10:51Z"
//! sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
//! arch = "x86_64"
//! url = "https://images.example/qemu_x86_64_nimbos.tar.gz"
//! ```

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

use problem::Problem;
use serde::{Deserialize, Deserializer, de::Error as _};
use tempfile::TempDir;
use wire::{Http, join, shown};

use crate::Digest;
use crate::download::{Download, Expect, to_file};

/// No catalogue is larger, in bytes.
const LARGEST: u64 = 4 << 20;

/// How many files one catalogue may be made of, and how far they may be from the first.
const MOST_FILES: usize = 64;
const DEEPEST: usize = 8;

/// One image of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Image {
    /// Such as `qemu_x86_64_nimbos`.
    pub name: String,
    /// Empty in the oldest catalogues.
    #[serde(default)]
    pub version: String,
    /// In UTC.
    #[serde(default, deserialize_with = "moment")]
    pub released_at: Option<SystemTime>,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// Of the archive.
    #[serde(deserialize_with = "digest")]
    pub sha256: Digest,
    /// Such as `x86_64`.
    pub arch: String,
    /// Of the archive; relative to the catalogue that names it.
    pub url: String,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    includes: Vec<Include>,
    #[serde(default)]
    images: Vec<Image>,
}

#[derive(Deserialize)]
struct Include {
    url: String,
}

fn digest<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

/// As text, or as TOML's own kind of time.
fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SystemTime>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Time(toml::value::Datetime),
    }
    let text = match Either::deserialize(from)? {
        Either::Text(text) => text,
        Either::Time(time) => time.to_string(),
    };
    let wrong = |_| D::Error::custom(format!("`{text}` is no time in UTC"));
    humantime::parse_rfc3339_weak(&text).map(Some).map_err(wrong)
}

/// All images of a catalogue and of those that it includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    images: Vec<Image>,
}

/// Where something is: an address, or a path of this host.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place(String);

impl Place {
    fn is_remote(&self) -> bool {
        self.0.contains("://")
    }

    /// What stands there for `reference`. An address never leads to a path of this host.
    fn refer(&self, reference: &str) -> Result<Place, Problem> {
        let wrong = || {
            Problem::user(format!(
                "`{}` refers to `{}`, which is no address",
                self.shown(),
                shown(reference)
            ))
        };
        if reference.contains("://") {
            let is_web = reference.starts_with("https://") || reference.starts_with("http://");
            return if is_web { Ok(Place(reference.into())) } else { Err(wrong()) };
        }
        if self.is_remote() {
            return join(&self.0, reference).map(Place).ok_or_else(wrong);
        }
        let folder = Path::new(&self.0).parent().unwrap_or(Path::new(""));
        Ok(Place(folder.join(reference).to_string_lossy().into_owned()))
    }

    fn shown(&self) -> String {
        shown(&self.0)
    }

    fn read(&self, http: &Http) -> Result<String, Problem> {
        let folder =
            TempDir::new().map_err(Problem::path("make a folder in", &std::env::temp_dir()))?;
        let fetched = folder.path().join("catalogue");
        let path = if self.is_remote() {
            let download = Download { most: LARGEST, ..Download::new(&self.0, Expect::Unverified) };
            to_file(http, &download, &fetched, &mut |_, _| {})?;
            &fetched
        } else {
            Path::new(&self.0)
        };
        let file = File::open(path).map_err(Problem::path("open", path))?;
        let mut text = String::new();
        file.take(LARGEST + 1).read_to_string(&mut text).map_err(Problem::path("read", path))?;
        if text.len() as u64 > LARGEST {
            return Err(Problem::user(format!(
                "`{}` is larger than {LARGEST} bytes",
                self.shown()
            )));
        }
        Ok(text)
    }
}

impl Catalogue {
    /// Reads a catalogue at an address or in a file, and all that it includes, each once.
    ///
    /// # Errors
    /// The user's: one of them is not there or malformed, or there are too many. Otherwise the network's.
    pub fn load(from: &str, http: &Http) -> Result<Catalogue, Problem> {
        let first = Place(from.into());
        let (mut seen, mut ahead) = (BTreeSet::from([first.clone()]), VecDeque::from([(first, 0)]));
        let mut images = Vec::new();
        while let Some((place, depth)) = ahead.pop_front() {
            let raw = parse(&place, &place.read(http)?)?;
            for include in raw.includes {
                let next = place.refer(&include.url)?;
                if depth >= DEEPEST || seen.len() >= MOST_FILES {
                    return Err(Problem::user(format!("`{}` includes too much", shown(from)))
                        .hint(format!("at most {MOST_FILES} files, at most {DEEPEST} deep")));
                }
                if seen.insert(next.clone()) {
                    ahead.push_back((next, depth + 1));
                }
            }
            for image in raw.images {
                let url = place.refer(&image.url)?.0;
                images.push(Image { url, ..image });
            }
        }
        Ok(Catalogue { images })
    }

    /// The image of a name, or of `name:version`, for an architecture if one is given. Without a version it is the one that
    /// was released last; those without a date come before all others.
    ///
    /// # Errors
    /// There is none, or it is described in two ways.
    pub fn find(&self, name: &str, arch: Option<&str>) -> Result<&Image, Problem> {
        let (base, version) =
            name.split_once(':').map_or((name, None), |(base, version)| (base, Some(version)));
        let fits = |image: &&Image| {
            image.name == base
                && version.is_none_or(|version| image.version == version)
                && arch.is_none_or(|arch| image.arch == arch)
        };
        let found = self.images.iter().filter(fits).max_by_key(|image| image.released_at);
        let Some(found) = found else { return Err(self.absent(name, base, arch)) };
        let differs =
            |image: &&Image| image.version == found.version && image.sha256 != found.sha256;
        if let Some(other) = self.images.iter().filter(fits).find(differs) {
            let why = format!("`{name}` is two things: `{}` and `{}`", found.url, other.url);
            return Err(Problem::user(why).hint("name an architecture, or correct the catalogue"));
        }
        Ok(found)
    }

    fn absent(&self, name: &str, base: &str, arch: Option<&str>) -> Problem {
        let wanted =
            arch.map_or_else(|| format!("`{name}`"), |arch| format!("`{name}` for `{arch}`"));
        let same = self.images.iter().filter(|image| image.name == base);
        let same: BTreeSet<String> = same
            .map(|image| format!("{}:{} for {}", image.name, image.version, image.arch))
            .collect();
        let names: BTreeSet<String> = self.images.iter().map(|image| image.name.clone()).collect();
        let known: Vec<String> =
            if same.is_empty() { names } else { same }.into_iter().take(30).collect();
        Problem::user(format!("the catalogue has no {wanted}"))
            .hint(format!("it has {}", known.join(", ")))
    }

    /// All images, in the order of the files.
    pub fn images(&self) -> &[Image] {
        &self.images
    }
}

fn parse(place: &Place, text: &str) -> Result<Raw, Problem> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        let why: String = error.message().chars().take(300).flat_map(char::escape_debug).collect();
        Problem::user(format!("`{}`, line {line}: {why}", place.shown()))
    })
}
