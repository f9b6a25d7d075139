//! What of a spec still holds today: `verdict` has no clock, so what is over is taken out before.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};
use spec::{Allow, Spec};

use crate::Problem;

/// The spec as it holds today, and what a reader should know about what no longer does.
///
/// # Errors
/// A quarantine that ends too far ahead.
pub(crate) fn today(spec: &Spec) -> Result<(Spec, Vec<String>), Problem> {
    on(DateTime::<Utc>::from(SystemTime::now()).date_naive(), spec.clone())
}

fn on(day: NaiveDate, mut spec: Spec) -> Result<(Spec, Vec<String>), Problem> {
    let over = |allow: &Allow| allow.until.is_some_and(|until| day > until);
    let mut notes: Vec<String> =
        spec.allow.iter().filter(|it| over(it)).map(allow_is_over).collect();
    spec.allow.retain(|allow| !over(allow));
    if let Some(quarantine) = spec.quarantine.take() {
        if quarantine.holds(day)? {
            spec.quarantine = Some(quarantine);
        } else {
            let (owner, until) = (&quarantine.owner, quarantine.until);
            notes.push(format!("the quarantine by {owner} was over after {until}: it counts"));
        }
    }
    Ok((spec, notes))
}

fn allow_is_over(allow: &Allow) -> String {
    let until = allow.until.unwrap_or_default();
    format!("`{}` was allowed until {until}: it counts again", allow.pattern.as_str())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_has_an_end_holds_through_its_last_day() {
        let text = "machine: { qemu: { arch: x86_64, kernel: k } }\npass: x\n\
                    allow: [a, { pattern: b, until: 2026-03-01 }]\n\
                    quarantine: { owner: \"@me\", until: 2026-03-01 }\n";
        let on = |day| {
            on(NaiveDate::from_ymd_opt(2026, 3, day).unwrap_or_default(), {
                spec::parse(text, Path::new("a.yaml")).unwrap_or_else(|error| panic!("{error}"))
            })
        };
        let count = |(spec, notes): (Spec, Vec<String>)| {
            (spec.allow.len(), spec.quarantine.is_some(), notes.len())
        };
        assert_eq!(on(1).map(count), Ok((2, true, 0)));
        assert_eq!(on(2).map(count), Ok((1, false, 2)));
    }
}
