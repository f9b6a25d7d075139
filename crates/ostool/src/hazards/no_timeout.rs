//! Nothing ends a guest that hangs.

use super::{Found, Subject};
use crate::Generation;

pub(super) fn find(subject: &Subject) -> Vec<Found> {
    let found = subject.unlimited.map(|place| {
        let message = "no `timeout`, or one of 0: a guest that hangs is waited for until the job is killed";
        let hint = match subject.generation {
            Some(Generation::V0_8) => "ostool 0.8 knows no limit: give bootgate one with `--timeout`, or it takes 5 minutes",
            _ => "add a limit in seconds, such as `timeout = 300`; bootgate takes 5 minutes",
        };
        Found::new(place, message, hint)
    });
    found.into_iter().collect()
}
