//! Where Debian's archive is: what this system already uses, never a host written down here.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::packages::{Package, Purpose};
use crate::setup;

/// Names the archive when the system's own sources do not.
const VARIABLE: &str = "BOOTGATE_DEBIAN_MIRROR";

/// Suites by which a Debian archive is told from others; those of its security archive end in `-security`.
const SUITES: &[&str] = &[
    "oldoldstable",
    "oldstable",
    "stable",
    "testing",
    "unstable",
    "bullseye",
    "bookworm",
    "trixie",
    "forky",
    "sid",
];

/// On other distributions, the scripts of this one know where Debian's archive is.
const DEBOOTSTRAP: Package = Package {
    names: &["debootstrap"],
    why: "knows where Debian's archive is",
    purpose: Purpose::Guests,
};

/// The archive's address, without a slash at its end.
pub(crate) fn find() -> Result<String, Failure> {
    let given = env::var(VARIABLE).ok().filter(|set| !set.is_empty());
    let known = given.or_else(from_sources).or_else(from_debootstrap);
    let found = match known {
        None if is_ubuntu() => {
            setup::install(&[&DEBOOTSTRAP])?;
            from_debootstrap()
        }
        known => known,
    };
    found.map(|address| address.trim_end_matches('/').to_owned()).ok_or_else(|| {
        Failure::user("no Debian archive is in the sources of this system's apt").hint(format!(
            "set `{VARIABLE}` to the address of a mirror, the one that ends in `/debian`"
        ))
    })
}

fn is_ubuntu() -> bool {
    fs::read_to_string("/etc/os-release")
        .is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu"))
}

fn from_sources() -> Option<String> {
    choose(source_files(Path::new("/etc/apt")).iter().flat_map(|path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        if path.extension().is_some_and(|end| end == "sources") {
            read_deb822(&text)
        } else {
            read_list(&text)
        }
    }))
}

/// The files that apt reads its sources from, in apt's order.
fn source_files(apt: &Path) -> Vec<PathBuf> {
    let parts = fs::read_dir(apt.join("sources.list.d"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut parts: Vec<PathBuf> = parts
        .filter(|path| path.extension().is_some_and(|end| end == "list" || end == "sources"))
        .collect();
    parts.sort();
    parts.insert(0, apt.join("sources.list"));
    parts
}

/// A place to get packages from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Source {
    address: String,
    suites: Vec<String>,
    components: Vec<String>,
}

/// Others use Debian's suite names for their own packages, so an address that ends as Debian's does goes first.
fn choose(sources: impl Iterator<Item = Source>) -> Option<String> {
    let debian: Vec<Source> = sources.filter(is_debian).collect();
    let usual = |source: &&Source| source.address.trim_end_matches('/').ends_with("/debian");
    debian.iter().find(usual).or_else(|| debian.first()).map(|source| source.address.clone())
}

fn is_debian(source: &Source) -> bool {
    source.components.iter().any(|component| component == "main")
        && source.suites.iter().any(|suite| SUITES.contains(&suite.as_str()))
}

/// Reads the one-line form: `deb [options] address suite component…`.
fn read_list(text: &str) -> Vec<Source> {
    text.lines().filter_map(read_line).collect()
}

fn read_line(line: &str) -> Option<Source> {
    let line = line.split('#').next()?.trim();
    let rest = line.strip_prefix("deb")?.strip_prefix([' ', '\t'])?.trim_start();
    let rest = if rest.starts_with('[') { rest.split_once(']')?.1 } else { rest };
    let mut words = rest.split_whitespace().map(str::to_owned);
    Some(Source {
        address: words.next()?,
        suites: vec![words.next()?],
        components: words.collect(),
    })
}

/// Reads the form of `.sources` files: paragraphs of fields.
fn read_deb822(text: &str) -> Vec<Source> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines.split(|line| line.trim().is_empty()).flat_map(read_paragraph).collect()
}

fn read_paragraph(lines: &[&str]) -> Vec<Source> {
    let words = |field: &str| words_of(lines, field);
    if !words("types").iter().any(|kind| kind == "deb")
        || words("enabled").iter().any(|set| set == "no")
    {
        return Vec::new();
    }
    let (suites, components) = (words("suites"), words("components"));
    let source =
        |address| Source { address, suites: suites.clone(), components: components.clone() };
    words("uris").into_iter().map(source).collect()
}

/// The words of a field, with those on its continuation lines.
fn words_of(lines: &[&str], field: &str) -> Vec<String> {
    let named =
        |line: &str| line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case(field));
    let Some(at) = lines.iter().position(|line| named(line)) else { return Vec::new() };
    let first = lines[at].split_once(':').map_or("", |(_, value)| value);
    let more = lines[at + 1..].iter().take_while(|line| line.starts_with([' ', '\t'])).copied();
    std::iter::once(first).chain(more).flat_map(str::split_whitespace).map(str::to_owned).collect()
}

fn from_debootstrap() -> Option<String> {
    fs::read_to_string("/usr/share/debootstrap/scripts/sid")
        .ok()
        .and_then(|text| read_default_mirror(&text))
}

fn read_default_mirror(script: &str) -> Option<String> {
    script
        .lines()
        .find_map(|line| line.trim().strip_prefix("default_mirror "))
        .map(|rest| rest.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(sources: Vec<Source>) -> Option<String> {
        choose(sources.into_iter())
    }

    #[test]
    fn the_archive_is_found_in_one_line_sources() {
        let text = "\
# deb http://old.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib # ours
";
        assert_eq!(chosen(read_list(text)), Some("http://mirror.example/debian/".into()));
    }

    #[test]
    fn the_archive_is_found_in_deb822_sources() {
        let text = "\
Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

# a comment
Types: deb deb-src
URIs: https://mirror.example/debian
 https://second.example/debian
suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
";
        assert_eq!(chosen(read_deb822(text)), Some("https://mirror.example/debian".into()));
    }

    #[test]
    fn a_disabled_source_is_not_used() {
        let text = "Enabled: no\nTypes: deb\nURIs: http://mirror.example/debian\nSuites: sid\nComponents: main\n";
        assert_eq!(chosen(read_deb822(text)), None);
    }

    #[test]
    fn other_archives_with_debians_suite_names_come_second() {
        let text = "deb http://vendor.example/packages bookworm main\ndeb http://mirror.example/debian bookworm main\n";
        assert_eq!(chosen(read_list(text)), Some("http://mirror.example/debian".into()));
    }

    #[test]
    fn ubuntus_archive_is_not_debians() {
        assert_eq!(
            chosen(read_list("deb http://mirror.example/ubuntu noble main universe\n")),
            None
        );
    }

    #[test]
    fn debootstraps_script_names_a_mirror() {
        let script = "case $ARCH in\n  amd64)\n    default_mirror http://mirror.example/debian\n    ;;\nesac\n";
        assert_eq!(read_default_mirror(script), Some("http://mirror.example/debian".into()));
        assert_eq!(read_default_mirror("mirror_style release\n"), None);
    }
}
