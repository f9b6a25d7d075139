//! What the system says it is: the file `os-release`, as freedesktop.org describes it.

use std::fs::File;
use std::io::Read;

/// Where it is, the first that can be read.
const PLACES: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// No such file is longer, in bytes.
const LONGEST: u64 = 64 << 10;

/// What matters of it here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OsRelease {
    /// `ID`, such as `ubuntu`.
    pub(crate) id: String,
    /// `ID_LIKE`, the closest relative first.
    pub(crate) like: Vec<String>,
    /// `VERSION_ID`, such as `24.04`; a rolling distribution has none.
    pub(crate) version: String,
    /// `PRETTY_NAME`, such as `Ubuntu 24.04.1 LTS`.
    pub(crate) name: String,
}

impl OsRelease {
    /// This system's; empty where there is none.
    pub(crate) fn here() -> OsRelease {
        PLACES.into_iter().find_map(read).map(|text| OsRelease::parse(&text)).unwrap_or_default()
    }

    /// Reads lines such as `ID="debian"`. What is not one is passed over, and the last of two holds, as in a shell.
    pub(crate) fn parse(text: &str) -> OsRelease {
        let mut release = OsRelease::default();
        for (name, value) in text.lines().filter_map(assignment) {
            match name {
                "ID" => release.id = value,
                "VERSION_ID" => release.version = value,
                "ID_LIKE" => release.like = value.split_whitespace().map(str::to_owned).collect(),
                "PRETTY_NAME" => release.name = value,
                _ => {}
            }
        }
        release
    }

    /// What tells it from other systems and from its own other releases.
    pub(crate) fn identity(&self) -> String {
        match (self.id.as_str(), self.version.as_str()) {
            ("", _) => "linux".to_owned(),
            (id, "") => id.to_owned(),
            (id, version) => format!("{id}-{version}"),
        }
    }

    /// What a person calls it.
    pub(crate) fn shown(&self) -> &str {
        match (self.name.as_str(), self.id.as_str()) {
            ("", "") => "this system",
            ("", id) => id,
            (name, _) => name,
        }
    }
}

fn read(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A name and its value, which is one word of a shell.
fn assignment(line: &str) -> Option<(&str, String)> {
    let (name, value) = line.trim().split_once('=')?;
    let mut words = shlex::split(value)?;
    (words.len() <= 1)
        .then(|| (name, words.pop().unwrap_or_default().replace(char::is_control, " ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> (String, Vec<String>, String) {
        let OsRelease { id, like, name, .. } = OsRelease::parse(text);
        (id, like, name)
    }

    #[test]
    fn quotes_of_both_kinds_and_escapes_are_a_shells() {
        let text = "PRETTY_NAME=\"A \\\"B\\\" \\$C\"\nID='x y'\nID_LIKE=debian\n";
        assert_eq!(parsed(text), ("x y".into(), vec!["debian".into()], "A \"B\" $C".into()));
    }

    #[test]
    fn what_is_no_assignment_is_passed_over() {
        let text =
            "# a comment\n\nno assignment\nID=two words\nID=\"not closed\nID=arch\nVERSION\n";
        assert_eq!(parsed(text).0, "arch");
    }

    #[test]
    fn of_two_the_last_holds() {
        assert_eq!(parsed("ID=one\nID=two\n").0, "two");
    }

    #[test]
    fn a_system_without_a_name_is_still_called_something() {
        assert_eq!(OsRelease::parse("").shown(), "this system");
        assert_eq!(OsRelease::parse("ID=void").shown(), "void");
    }

    proptest! {
        #[test]
        fn no_file_makes_the_parser_fail(text in "(?s).*|((ID|ID_LIKE|PRETTY_NAME)=\\PC{0,20}\n){0,5}") {
            let release = OsRelease::parse(&text);
            prop_assert!(!release.shown().contains(char::is_control));
        }
    }
}
