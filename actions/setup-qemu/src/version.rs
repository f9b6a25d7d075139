//! A version of QEMU.

use std::fmt;

use serde::{Serialize, Serializer};

/// A version of QEMU: major, minor and micro. A release candidate of 8.2 is 8.1.90 or above, as QEMU itself counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub [u32; 3]);

impl Version {
    /// The version in what `qemu-system-… --version` prints; whatever a distribution adds to it is left out.
    pub fn of_banner(banner: &str) -> Option<Version> {
        let words = banner.lines().next()?.split_whitespace();
        let number = words.skip_while(|word| *word != "version").nth(1)?;
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        numbers(number[..end].trim_end_matches('.')).map(Version::from_parts)
    }

    /// The version with up to three parts; those that are not there are 0.
    pub(crate) fn from_parts(parts: Vec<u32>) -> Version {
        let part = |index: usize| parts.get(index).copied().unwrap_or_default();
        Version([part(0), part(1), part(2)])
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version([major, minor, micro]) = self;
        write!(f, "{major}.{minor}.{micro}")
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One to three decimal numbers with a dot between them, and nothing else.
pub(crate) fn numbers(text: &str) -> Option<Vec<u32>> {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    let parts: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
    (parts.len() <= 3).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_version_is_read_off_what_each_distribution_prints() {
        for (banner, version) in [
            (
                "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright (c) 2003",
                "7.2.22",
            ),
            ("QEMU emulator version 9.1.3 (qemu-9.1.3-2.fc41)", "9.1.3"),
            ("QEMU emulator version 10.0.0\n", "10.0.0"),
            ("QEMU emulator version 8.1.91 (v8.2.0-rc1)", "8.1.91"),
            ("QEMU emulator version 8.2.0-dirty", "8.2.0"),
            ("QEMU emulator version 1.0, Copyright (c) 2003-2008 Fabrice Bellard", "1.0.0"),
        ] {
            let read = Version::of_banner(banner).map(|version| version.to_string());
            assert_eq!(read.as_deref(), Some(version), "{banner}");
        }
    }

    #[test]
    fn what_is_no_banner_has_no_version() {
        for banner in
            ["", "version", "qemu: not found", "QEMU emulator version unknown", "version 1..2"]
        {
            assert_eq!(Version::of_banner(banner), None, "{banner}");
        }
    }

    proptest! {
        #[test]
        fn no_banner_makes_the_reader_fail(banner in "\\PC*|QEMU emulator version [0-9.]{0,30}.*") {
            let _read = Version::of_banner(&banner);
        }

        #[test]
        fn a_version_comes_back_from_its_banner(parts: [u32; 3]) {
            let version = Version(parts);
            let banner = format!("QEMU emulator version {version} (anything)");
            prop_assert_eq!(Version::of_banner(&banner), Some(version));
        }
    }
}
