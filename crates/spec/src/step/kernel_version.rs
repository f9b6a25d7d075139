//! `kernel-version`: bounds for a release such as `6.1.0-56-cloud-amd64`.

use std::cmp::Ordering;
use std::fmt;

use super::System;
use crate::error::{Complaint, quoted};
use crate::node::Node;

/// How many numbers of a release are looked at.
const MOST: usize = 8;

/// What a release has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions(Vec<Bound>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Bound {
    relation: &'static str,
    numbers: Vec<u64>,
}

/// Longer ones come first, so that `>=` is not read as `>`.
const RELATIONS: [&str; 5] = [">=", "<=", ">", "<", "="];

/// The checked form of what stands at `node`.
pub(super) fn lower(text: &str, node: &Node) -> Result<System, Complaint> {
    let bounds: Option<Vec<Bound>> = text.split(',').map(|part| bound(part.trim())).collect();
    bounds.map(|bounds| System::KernelVersion(Versions(bounds))).ok_or_else(|| {
        Complaint::new(node.place, format!("{} is no bound of versions", quoted(text)))
            .hint(Some("write it like `>=6.1`, or `>=6.1, <7`".into()))
    })
}

fn bound(text: &str) -> Option<Bound> {
    let relation = RELATIONS.into_iter().find(|relation| text.starts_with(relation))?;
    let version = text[relation.len()..].trim();
    let parts: Option<Vec<u64>> = version.split(['.', '-']).map(|part| part.parse().ok()).collect();
    let is_plain = version.chars().all(|c| c.is_ascii_digit() || ".-".contains(c));
    let numbers = parts.filter(|parts| is_plain && parts.len() <= MOST)?;
    Some(Bound { relation, numbers })
}

impl Versions {
    /// Whether they hold for a release as `uname -r` prints it: number by number, as many as a bound has. `None` where it
    /// begins with no number.
    pub fn admit(&self, release: &str) -> Option<bool> {
        let numbers = numbers(release);
        (!numbers.is_empty()).then(|| self.0.iter().all(|bound| bound.admits(&numbers)))
    }
}

impl Bound {
    fn admits(&self, release: &[u64]) -> bool {
        let of_release = (0..self.numbers.len()).map(|index| release.get(index).unwrap_or(&0));
        let order = of_release.cmp(self.numbers.iter());
        match self.relation {
            ">=" => order != Ordering::Less,
            "<=" => order != Ordering::Greater,
            ">" => order == Ordering::Greater,
            "<" => order == Ordering::Less,
            _ => order == Ordering::Equal,
        }
    }
}

/// The numbers that a release begins with: 6, 1, 0 and 56 of `6.1.0-56-cloud-amd64`.
fn numbers(release: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    for part in release.split(['.', '-', '+', '_']).take(MOST) {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Ok(number) = part[..digits].parse() else { break };
        numbers.push(number);
        if digits < part.len() {
            break;
        }
    }
    numbers
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, bound) in self.0.iter().enumerate() {
            let numbers: Vec<String> = bound.numbers.iter().map(u64::to_string).collect();
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}{}", bound.relation, numbers.join("."))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn admits(text: &str, release: &str) -> Option<bool> {
        let node = Node::read("x: y", std::path::Path::new("s")).unwrap();
        let Ok(System::KernelVersion(versions)) = lower(text, &node) else { panic!("{text}") };
        versions.admit(release)
    }

    #[test]
    fn a_release_is_compared_number_by_number() {
        for (bound, release, holds) in [
            (">=6.1", "6.1.0-56-cloud-amd64", true),
            (">=6.2", "6.1.0-56-cloud-amd64", false),
            (">=6.9", "6.10.3", true),
            ("=6.1", "6.1.99-rt", true),
            (">6.1", "6.1.99-rt", false),
            ("<=6.1", "6.1.99-rt", true),
            (">=6.1.0-57", "6.1.0-56-cloud-amd64", false),
            (">=6.1, <7", "7.0.0-rc1", false),
            (">= 5, <7", "6.19.0-rc1+", true),
            ("<6.2.0", "6.1", true),
            ("=6.1.0", "6.1", true),
            (">=6.1", "99999999999999999999999.1", false),
        ] {
            let expected =
                if release.starts_with("999999999999999999999") { None } else { Some(holds) };
            assert_eq!(admits(bound, release), expected, "{bound} {release}");
        }
        assert_eq!(admits(">=6", "generic"), None);
    }

    proptest! {
        #[test]
        fn bounds_are_an_order(release in prop::collection::vec(0u64..20, 1..5), bound in prop::collection::vec(0u64..20, 1..5), tail in "(-[a-z]{1,4})?") {
            let dots = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
            let release = dots(&release) + &tail;
            let holds = |relation: &str| admits(&format!("{relation}{}", dots(&bound)), &release).unwrap();
            prop_assert_eq!(holds(">="), !holds("<"));
            prop_assert_eq!(holds("<="), !holds(">"));
            prop_assert_eq!(holds("="), holds(">=") && holds("<="));
        }

        #[test]
        fn no_release_is_too_odd(release in any::<String>()) {
            let _answer = admits(">=1.2.3", &release);
        }
    }
}
