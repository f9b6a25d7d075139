//! One list of texts of which any is enough, for several guests: each guest passes by what another one would print.

use super::subject::Claim;
use super::{Found, Subject};

/// What is found in each subject.
pub(super) fn find(subjects: &[Subject], guests: usize) -> Vec<Vec<Found>> {
    let of_subject = |(index, subject): (usize, &Subject)| {
        let lists = subject.claims.iter().filter(|claim| claim.any && claim.signs.len() > 1);
        let found = lists.filter_map(|claim| {
            let other = sharer(subjects, index, claim);
            let why = match (guests > 1, other) {
                (true, _) => format!("and {guests} guests are booted by this file"),
                (false, Some(other)) => format!("and `{}` has the same list", other.file.display()),
                (false, None) => return None,
            };
            let texts: Vec<String> =
                claim.signs.iter().map(|sign| spec::quoted(&sign.written)).collect();
            let message = format!(
                "any one of {} passes, {why}: each guest passes by another's text",
                texts.join(", ")
            );
            Some(Found::new(
                claim.signs.first()?.place,
                message,
                "give each guest a file of its own, with its own text alone",
            ))
        });
        found.collect()
    };
    subjects.iter().enumerate().map(of_subject).collect()
}

/// Another file with the same texts, in any order.
fn sharer<'a>(subjects: &'a [Subject], index: usize, claim: &Claim) -> Option<&'a Subject> {
    let wanted = texts(claim);
    let shares =
        |other: &Subject| other.claims.iter().any(|claim| claim.any && texts(claim) == wanted);
    let mut others = subjects.iter().enumerate().filter(|(other, _)| *other != index);
    others.find(|(_, other)| shares(other)).map(|(_, other)| other)
}

fn texts(claim: &Claim) -> Vec<&str> {
    let mut texts: Vec<&str> = claim.signs.iter().map(|sign| sign.pattern.as_str()).collect();
    texts.sort_unstable();
    texts
}
