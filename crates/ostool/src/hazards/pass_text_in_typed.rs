//! What is typed comes back on the console, and looks like what it was to make the guest print.

use super::subject::Claim;
use super::{Found, Subject};
use crate::fields::Sign;

pub(super) fn find(subject: &Subject) -> Vec<Found> {
    subject.claims.iter().flat_map(of_claim).collect()
}

fn of_claim(claim: &Claim) -> impl Iterator<Item = Found> {
    claim.signs.iter().filter_map(|sign| {
        let echo = sign.pattern.first_match(claim.echoes.iter().map(String::as_str))?;
        Some(found(sign, echo))
    })
}

fn found(sign: &Sign, echo: &str) -> Found {
    let message = format!(
        "{} is met by the echo of what is typed, {}: a shell that only echoes passes",
        spec::quoted(&sign.written),
        spec::quoted(echo),
    );
    Found::new(
        sign.place,
        message,
        "begin the pattern with `^`, or type the text in two parts: `echo guest\" passed\"`",
    )
}
