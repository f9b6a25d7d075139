//! Durations, which carry their unit.

use std::time::Duration;

use crate::error::{Complaint, Place, quoted};

/// The longest limit: sums of limits stay far from what a clock can count to.
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Reads `90s`, `5m` or `1h 30m`.
pub(crate) fn parse(text: &str, place: Option<Place>) -> Result<Duration, Complaint> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Complaint::new(place, format!("{} has no unit", quoted(text)))
            .hint(Some(format!("write `{text}s`"))));
    }
    match humantime::parse_duration(text) {
        Ok(duration) => bounded(duration, text, place),
        Err(_) => Err(Complaint::new(place, format!("{} is not a duration", quoted(text)))
            .hint(Some("write it like `90s`, `5m` or `1h 30m`".into()))),
    }
}

fn bounded(duration: Duration, text: &str, place: Option<Place>) -> Result<Duration, Complaint> {
    if duration.is_zero() {
        return Err(Complaint::new(place, format!("{} leaves no time at all", quoted(text)))
            .hint(Some("take the key out to get the default".into())));
    }
    if duration > WEEK {
        return Err(Complaint::new(place, format!("{} is longer than a week", quoted(text)))
            .hint(Some("the longest limit is `7d`".into())));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_unit() {
        for (text, millis) in [
            ("90s", 90_000),
            ("5m", 300_000),
            ("1h 30m", 5_400_000),
            ("250ms", 250),
            ("7d", 604_800_000),
        ] {
            assert_eq!(parse(text, None), Ok(Duration::from_millis(millis)), "{text}");
        }
    }
}
