//! The hypervisor greets before any guest runs.

use super::subject::Claim;
use super::{Found, Subject};
use crate::fields::Sign;

/// What AxVisor prints by itself: its shell's welcome and its prompt.
const GREETINGS: [&str; 2] = ["Welcome to AxVisor Shell!", "axvisor:/$ "];

pub(super) fn find(subject: &Subject) -> Vec<Found> {
    subject.claims.iter().filter(|claim| claim.last).flat_map(greeted).collect()
}

/// Of signs that are all needed, one other than a greeting is proof.
fn greeted(claim: &Claim) -> Vec<Found> {
    let greets = |sign: &&Sign| sign.pattern.first_match(GREETINGS).is_some();
    let greetings: Vec<&Sign> = claim.signs.iter().filter(greets).collect();
    if !claim.any && greetings.len() < claim.signs.len() {
        return Vec::new();
    }
    let found = greetings.into_iter().map(|sign| {
        let message = format!(
            "{} is met by the hypervisor's own greeting, before any guest runs",
            spec::quoted(&sign.written)
        );
        Found::new(sign.place, message, "wait for a text that only the guest prints")
    });
    found.collect()
}
