//! What a build needs of the machine, and the packages that bring what is missing.

use trial::Problem;

use crate::distribution::Distribution;
use crate::host::Host;
use crate::plan::Packages;
use crate::{facts, installation};
use gha::Note;

/// Programs that every build calls.
const PROGRAMS: [&str; 7] = ["cc", "make", "ninja", "meson", "pkg-config", "python3", "patchelf"];

/// Libraries that every build is linked with, by their names in pkg-config.
const LIBRARIES: [&str; 3] = ["glib-2.0", "pixman-1", "zlib"];

/// One that pkg-config does not know everywhere, by its header.
const HEADER: (&str, &str) = ("libfdt.h", "libfdt");

/// Python modules that QEMU's `configure` imports from its release 8.1 on: what is asked, and how it is called here.
const MODULES: [(&str, &str); 2] = [
    ("import ensurepip, venv", "python3-venv"),
    ("import sys; sys.version_info >= (3, 11) or __import__('tomli')", "python3-tomli"),
];

/// The libraries of a feature. One that is not here is left to `configure`, which says what it misses.
const OF_FEATURES: [(&str, &str); 14] = [
    ("slirp", "slirp"),
    ("seccomp", "libseccomp"),
    ("curl", "libcurl"),
    ("linux-io-uring", "liburing"),
    ("libusb", "libusb-1.0"),
    ("usb-redir", "libusbredirparser-0.5"),
    ("virtfs", "libcap-ng"),
    ("gnutls", "gnutls"),
    ("nettle", "nettle"),
    ("gcrypt", "libgcrypt"),
    ("zstd", "libzstd"),
    ("numa", "numa"),
    ("gtk", "gtk+-3.0"),
    ("sdl", "sdl2"),
];

/// Installs what a build with these features needs and the machine does not have.
///
/// # Errors
/// Something is missing, and no package of it is known or none can be installed.
pub(crate) fn provide(
    features: &[String],
    host: &Host,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<(), Problem> {
    let missing = missing(features, host);
    if missing.is_empty() {
        return Ok(());
    }
    let (release, distribution) = facts::system(host);
    let unknown = || {
        Problem::infrastructure(format!(
            "building QEMU needs {}, and how `{}` installs them is not known",
            missing.join(", "),
            release.shown()
        ))
        .hint("install them in a step before this one")
    };
    let distribution: &'static Distribution = distribution.ok_or_else(unknown)?;
    let names: Vec<&'static str> =
        missing.iter().filter_map(|need| distribution.package_of(need)).collect();
    if names.len() < missing.len() {
        return Err(unknown());
    }
    host.may_install(&missing.join(", "))?;
    let packages = Packages {
        why: missing.iter().map(|need| format!("`{need}` is missing")).collect(),
        system: release.shown().to_owned(),
        distribution,
        names,
    };
    installation::install(&packages, host, say)
}

/// What is not there, by the names that distributions translate.
fn missing(features: &[String], host: &Host) -> Vec<&'static str> {
    let programs = PROGRAMS.into_iter().filter(|program| host.find(program).is_none());
    let succeeds = |program: &str, arguments: &[&str]| {
        host.job(program, arguments).run_unheard().is_ok_and(|ended| ended.succeeded())
    };
    let asked = OF_FEATURES.iter().filter(|(feature, _)| features.iter().any(|it| it == feature));
    let libraries = LIBRARIES.into_iter().chain(asked.map(|(_, library)| *library));
    let libraries = libraries.filter(|library| !succeeds("pkg-config", &["--exists", library]));
    let modules = MODULES
        .iter()
        .filter(|(code, _)| !succeeds("python3", &["-c", code]))
        .map(|(_, name)| *name);
    let (header, library) = HEADER;
    let has_header = succeeds("cc", &["-E", "-include", header, "-xc", "/dev/null"]);
    let headers = (!has_header).then_some(library);
    programs.chain(libraries).chain(headers).chain(modules).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution;

    #[test]
    fn every_distribution_has_a_package_for_every_need() {
        let features = OF_FEATURES.iter().map(|(_, library)| *library);
        let needs: Vec<&str> = PROGRAMS
            .into_iter()
            .chain(LIBRARIES)
            .chain(features)
            .chain(MODULES.map(|(_, name)| name))
            .chain([HEADER.1])
            .collect();
        for distribution in distribution::ALL {
            for need in &needs {
                assert!(
                    distribution.package_of(need).is_some(),
                    "{distribution:?} has nothing for {need}"
                );
            }
        }
    }

    #[test]
    fn on_an_empty_machine_everything_is_missing_and_only_what_was_asked_for() {
        let empty = tempfile::tempdir().unwrap();
        let host = Host::with(empty.path(), crate::host::Privilege::Root);
        let missing = missing(&["seccomp".to_owned()], &host);
        assert!(
            missing.contains(&"cc")
                && missing.contains(&"libseccomp")
                && !missing.contains(&"slirp"),
            "{missing:?}"
        );
    }
}
