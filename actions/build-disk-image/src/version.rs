//! Which of two kernels is the newer one.

use std::cmp::Ordering;

/// Compares versions such as `6.1.0-56-cloud-amd64`: numbers as numbers, and a release candidate before its release.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (parts(one), parts(other));
    loop {
        let order = match (one.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (Some(part), None) => beside_nothing(part),
            (None, Some(part)) => beside_nothing(part).reverse(),
            (Some(one), Some(other)) => {
                is_early(other).cmp(&is_early(one)).then_with(|| compare_parts(one, other))
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Runs of digits and runs of letters.
fn parts(version: &str) -> impl Iterator<Item = &str> {
    let kind = |c: char| (c.is_ascii_digit(), c.is_alphanumeric());
    let mut rest = version;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let first = kind(rest.chars().next()?);
        let end = rest.find(|c| kind(c) != first).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

fn is_early(part: &str) -> bool {
    ["rc", "alpha", "beta"].contains(&part)
}

fn beside_nothing(part: &str) -> Ordering {
    if is_early(part) { Ordering::Less } else { Ordering::Greater }
}

fn compare_parts(one: &str, other: &str) -> Ordering {
    let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    match (number(one), number(other)) {
        (true, true) => {
            let [one, other] = [one, other].map(|part| part.trim_start_matches('0'));
            one.len().cmp(&other.len()).then_with(|| one.cmp(other))
        }
        (is_number, is_other) => is_number.cmp(&is_other).then_with(|| one.cmp(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_newer_kernel_is_the_one_that_people_take_for_it() {
        for pair in [
            ["6.1.0-9-cloud-amd64", "6.1.0-56-cloud-amd64"],
            ["6.9.12", "6.10.0"],
            ["6.12.0-rc7", "6.12.0"],
            ["6.12.0-rc7", "6.12.0-1-amd64"],
            ["5.14.0-427.el9.x86_64", "5.14.0-503.11.1.el9_5.x86_64"],
            ["6.11.4-301.fc41", "6.11.10-300.fc41"],
            ["6.8.0-45-generic", "6.8.0-045-generic-x"],
        ] {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
    }

    proptest! {
        #[test]
        fn any_versions_have_one_order(a in ".{0,12}", b in "[0-9a-z.~-]{0,12}", c in "[0-9rc.]{0,12}") {
            prop_assert_eq!(compare(&a, &a), Ordering::Equal);
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            let mut all = [&a, &b, &c];
            all.sort_by(|one, other| compare(one, other));
            prop_assert!(compare(all[0], all[2]).is_le());
        }
    }
}
