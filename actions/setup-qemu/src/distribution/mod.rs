//! The distributions whose packages can be installed: one file each, as data.

mod alpine;
mod arch;
mod debian;
mod fedora;

use std::fmt;

use serde::{Serialize, Serializer};
use spec::Arch;

use crate::host::Host;
use crate::os_release::OsRelease;
use crate::version::{Version, numbers};

/// Every distribution that is known.
pub(crate) const ALL: [&Distribution; 4] =
    [&debian::DEBIAN, &fedora::FEDORA, &alpine::ALPINE, &arch::ARCH];

/// How a family of distributions installs QEMU.
pub struct Distribution {
    /// What the family is called.
    pub name: &'static str,
    /// Its names in `ID` and `ID_LIKE` of `os-release`.
    pub(crate) ids: &'static [&'static str],
    /// The program that installs packages.
    pub(crate) manager: &'static str,
    /// The variables that it needs.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// Its arguments before the packages: nothing is asked, and nothing more than needed is installed.
    pub(crate) install: &'static [&'static str],
    /// Its arguments to learn of newer packages.
    pub(crate) refresh: &'static [&'static str],
    /// The program and arguments that say which version of a package could be installed, where there are such.
    pub(crate) policy: Option<(&'static str, &'static [&'static str])>,
    /// The program and arguments that bring in order what was cut off, where there are such.
    pub(crate) repair: Option<(&'static str, &'static [&'static str])>,
    /// The packages for an architecture: the emulator, and the firmware and option ROMs that its machines start with.
    pub(crate) packages: fn(Arch) -> &'static [&'static str],
    /// What a build of QEMU needs, and the packages that bring it.
    pub(crate) builds: &'static [(&'static str, &'static str)],
    /// What it says when something goes wrong that need not stay so.
    pub(crate) signs: Signs,
}

/// Parts of messages, in English and lower case.
pub(crate) struct Signs {
    /// Another package manager is at work.
    pub(crate) busy: &'static [&'static str],
    /// An earlier run of it was cut off.
    pub(crate) interrupted: &'static [&'static str],
    /// What it knows of its archive is out of date, or was never asked for.
    pub(crate) stale: &'static [&'static str],
    /// The network or the archive does not answer.
    pub(crate) unreachable: &'static [&'static str],
}

/// Why a package manager failed, as far as that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Wait for the other one.
    Busy,
    /// Repair, then try again.
    Interrupted,
    /// Refresh, then try again.
    Stale,
    /// Try again later.
    Unreachable,
    /// Nothing helps.
    Final,
}

impl Distribution {
    /// The one that `release` is, or descends from.
    pub(crate) fn of(release: &OsRelease) -> Option<&'static Distribution> {
        let names = std::iter::once(&release.id).chain(&release.like);
        names
            .into_iter()
            .find_map(|name| ALL.into_iter().find(|it| it.ids.contains(&name.as_str())))
    }

    /// What these lines of the package manager say about its failure.
    pub(crate) fn trouble<'a>(&self, lines: impl Iterator<Item = &'a str> + Clone) -> Trouble {
        let lines: Vec<String> = lines.map(str::to_lowercase).collect();
        let seen =
            |signs: &[&str]| lines.iter().any(|line| signs.iter().any(|sign| line.contains(sign)));
        match &self.signs {
            signs if seen(signs.busy) => Trouble::Busy,
            signs if seen(signs.interrupted) => Trouble::Interrupted,
            signs if seen(signs.stale) => Trouble::Stale,
            signs if seen(signs.unreachable) => Trouble::Unreachable,
            _ => Trouble::Final,
        }
    }

    /// The version that the packages for these targets would bring, where that can be asked without changing anything.
    pub(crate) fn offered(&self, targets: &[Arch], host: &Host) -> Option<Version> {
        let package = *self.packages_for(targets).first()?;
        let (program, arguments) = self.policy?;
        let ended = host.job(program, &[arguments, &[package]].concat()).run_unheard().ok()?;
        let candidate =
            ended.lines.iter().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
        // An epoch, the version, and what the distribution adds to it.
        let upstream = candidate.rsplit_once(':').map_or(candidate, |(_, version)| version);
        let end =
            upstream.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(upstream.len());
        numbers(&upstream[..end]).map(Version::from_parts)
    }

    /// The package that brings what a build needs.
    pub(crate) fn package_of(&self, need: &str) -> Option<&'static str> {
        self.builds.iter().find(|(name, _)| *name == need).map(|(_, package)| *package)
    }

    /// The packages for all these architectures, each once.
    pub(crate) fn packages_for(&self, targets: &[Arch]) -> Vec<&'static str> {
        let mut packages = Vec::new();
        for package in targets.iter().flat_map(|&arch| (self.packages)(arch)) {
            if !packages.contains(package) {
                packages.push(package);
            }
        }
        packages
    }
}

impl PartialEq for Distribution {
    fn eq(&self, other: &Distribution) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

#[cfg(test)]
mod tests;
