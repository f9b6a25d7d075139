//! What someone probably meant.

use crate::error::{Complaint, Place, quoted};

/// Complains about a name that is none of `known`, and suggests the nearest.
pub(crate) fn unknown(
    place: impl Into<Option<Place>>,
    what: &str,
    name: &str,
    known: &[&str],
) -> Complaint {
    let hint = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use one of {}", listed(known)),
    };
    Complaint::new(place, format!("unknown {what} {}", quoted(name))).hint(Some(hint))
}

fn listed(known: &[&str]) -> String {
    known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name that `name` is a slip away from: one more slip is forgiven for every four letters.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name: String = name.chars().take(64).collect::<String>().to_lowercase().replace('_', "-");
    let slips = |near: &str| strsim::damerau_levenshtein(&name, &near.replace('_', "-"));
    let (distance, near) =
        known.iter().map(|near| (slips(near), *near)).min_by_key(|(slips, _)| *slips)?;
    (distance <= 1 + near.chars().count() / 4).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_the_name() {
        for slip in ["tmeout", "timeuot", "Timeout", "timeouts"] {
            assert_eq!(nearest(slip, &["total", "timeout"]), Some("timeout"), "{slip}");
        }
        assert_eq!(nearest("fast_boot", &["fast-boot", "reboot"]), Some("fast-boot"));
    }

    #[test]
    fn something_else_finds_nothing() {
        assert_eq!(nearest("disk", &["kernel", "memory"]), None);
    }
}
