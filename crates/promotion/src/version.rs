//! Which tags are versions.

/// Whether a tag names a version, exact or not: `v1`, `v1.2`, `1.2.3`, `v1.2.3-rc.1`, but not `7`, which may count builds.
pub fn is_version(tag: &str) -> bool {
    is_exact_version(tag) || tag.strip_prefix('v').is_some_and(|rest| after_number(rest).is_some())
}

/// Whether a tag names a version of at least two numbers, which never moves unless the policy says so: `v1.2`, `1.2.3`,
/// `v1.2.3-rc.1`. `v1` is none: it is what moves along with every release of 1.
pub fn is_exact_version(tag: &str) -> bool {
    let numbers = tag.strip_prefix('v').unwrap_or(tag);
    let behind_dot = after_number(numbers).and_then(|rest| rest.strip_prefix('.'));
    behind_dot.is_some_and(|rest| after_number(rest).is_some())
}

/// What follows a number; none where the text begins with none.
fn after_number(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_numbers_and_an_exact_one_at_least_two() {
        for tag in ["v1.2", "1.2", "v1.2.3", "1.2.3", "v1.2.3-rc.1", "v1.2rc1", "2026.11.21"] {
            assert!(is_version(tag) && is_exact_version(tag), "{tag}");
        }
        for tag in ["v1", "v12", "v1-rc.1"] {
            assert!(is_version(tag) && !is_exact_version(tag), "{tag}");
        }
        for tag in [
            "", "v", "latest", "stable", "7", "20261121", "v.1", "1.", "1.x", "vv1.2", "next-1.2",
            "V1.2", "sha-1.2",
        ] {
            assert!(!is_version(tag) && !is_exact_version(tag), "{tag}");
        }
    }
}
