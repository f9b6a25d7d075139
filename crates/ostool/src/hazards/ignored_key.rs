//! A key that the file's ostool neither reads nor refuses.

use super::{Found, Subject};
use crate::Generation;
use crate::fields::Text;

pub(super) fn find(subject: &Subject) -> Vec<Found> {
    let Some(generation) = subject.generation else { return Vec::new() };
    subject.ignored.iter().map(|key| ignored(key, generation)).collect()
}

fn ignored(Text { text, place }: &Text, generation: Generation) -> Found {
    let message = format!("{} is ignored by {generation}, without a word", spec::quoted(text));
    let hint = match (text.as_str(), spec::nearest(text, &generation.keys())) {
        ("success_regex", _) => {
            "move it into the `[[shell_check_steps]]` that it belongs to".to_owned()
        }
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (_, None) => "take it out".to_owned(),
    };
    Found::new(*place, message, hint)
}
