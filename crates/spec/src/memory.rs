//! Sizes of memory, with their unit.

use crate::error::{Complaint, Place, quoted};

/// What QEMU takes behind a number, and how many bytes it stands for.
const UNITS: [(char, u64); 4] = [('K', 1 << 10), ('M', 1 << 20), ('G', 1 << 30), ('T', 1 << 40)];

/// No machine of QEMU's has less or more.
const SENSIBLE: std::ops::RangeInclusive<u64> = (1 << 20)..=(64 << 40);

/// Checks `512M` or `2G`: QEMU would take a bare number for megabytes, and refuse `512MB` only once it is started.
pub(crate) fn check(text: &str, place: Option<Place>) -> Result<(), Complaint> {
    match bytes(text) {
        Some(bytes) if SENSIBLE.contains(&bytes) => Ok(()),
        Some(_) => {
            Err(Complaint::new(place, format!("{} of memory is out of reach", quoted(text)))
                .hint(Some("give between `1M` and `64T`".into())))
        }
        None => Err(Complaint::new(place, format!("{} is not a size with its unit", quoted(text)))
            .hint(repair(text))),
    }
}

fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = unit.chars().next()?.to_ascii_uppercase();
    let (_, factor) = UNITS.into_iter().find(|(known, _)| *known == unit)?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse().unwrap_or(u64::MAX).saturating_mul(factor))
}

/// `512` is meant as `512M`, and `512MB`, `512 MiB` and `512 M` are too.
fn repair(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text[digits.len()..].trim().chars().next().unwrap_or('M').to_ascii_uppercase();
    let known = UNITS.iter().any(|(known, _)| *known == unit) && (1..=9).contains(&digits.len());
    Some(if known {
        format!("write `{digits}{unit}`")
    } else {
        "write it like `512M` or `2G`".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_with_their_unit_are_taken() {
        for text in ["1M", "512M", "2G", "2g", "524288K", "64T"] {
            assert_eq!(check(text, None), Ok(()), "{text}");
        }
    }

    #[test]
    fn sizes_without_one_are_repaired() {
        for (text, hint) in [("512", "512M"), ("512MB", "512M"), ("2 GiB", "2G"), ("2gb", "2G")] {
            assert_eq!(repair(text), Some(format!("write `{hint}`")), "{text}");
            assert!(check(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_out_of_reach_are_refused() {
        for text in ["0M", "1K", "65T", "99999999999999999999999G", "-1M", "M", "", "é", "1é"] {
            assert!(check(text, None).is_err(), "{text}");
        }
    }
}
