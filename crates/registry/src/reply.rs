//! A whole answer of a registry's, and what it says of a refusal.

use std::io::Read;

use serde::Deserialize;
use wire::{Body, Response, Vain};

use crate::manifest::LARGEST;

/// The most of a refusal that is read, in bytes.
const REFUSAL: u64 = 64 << 10;

/// The most of its words that is passed on, in characters.
const WORDS: usize = 200;

/// With its body.
pub(crate) type Reply = Response<Vec<u8>>;

/// Reads all of it, so that its connection serves the next request too.
pub(crate) fn read(answer: Response<Body>) -> Result<Reply, Vain> {
    let (head, body) = answer.into_parts();
    let (fine, mut bytes) = (head.status.is_success(), Vec::new());
    let limit = if fine { LARGEST } else { REFUSAL };
    body.into_reader().take(limit + 1).read_to_end(&mut bytes)?;
    if fine && bytes.len() as u64 > limit {
        return Err(Vain::for_good(format!("the answer has more than {limit} bytes")));
    }
    Ok(Response::from_parts(head, bytes))
}

/// The header of this name, if it is a text.
pub(crate) fn header<B>(answer: &Response<B>, name: &str) -> Option<String> {
    Some(answer.headers().get(name)?.to_str().ok()?.to_owned())
}

#[derive(Deserialize)]
struct Refusal {
    errors: Vec<Complaint>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// What the registry says of a refusal, such as `DENIED: no access`, in one line that a terminal can show: none if it says
/// nothing in the words of the specification.
fn complaint(body: &[u8]) -> Option<String> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    let said: Vec<String> = refusal
        .errors
        .iter()
        .map(|it| [it.code.as_str(), &it.message])
        .map(|words| words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>())
        .map(|words| words.join(": "))
        .collect();
    let said: String = said.join("; ").chars().take(WORDS).flat_map(harmless).collect();
    Some(said).filter(|said| !said.is_empty())
}

/// The same to be put behind a status.
pub(crate) fn said(reply: &Reply) -> String {
    complaint(reply.body()).map_or_else(String::new, |said| format!(", `{said}`"))
}

/// Nothing that moves a cursor, hides, or ends the backticks around it.
fn harmless(c: char) -> impl Iterator<Item = char> {
    let (kept, escaped) = match c {
        '`' => (Some('\''), None),
        '"' | '\'' | '\\' => (Some(c), None),
        _ => (None, Some(c.escape_debug())),
    };
    kept.into_iter().chain(escaped.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refusal_is_told_in_one_line() {
        let body =
            r#"{"errors":[{"code":"DENIED","message":"not\nfor `you`","detail":{}},{"code":"X"}]}"#;
        assert_eq!(complaint(body.as_bytes()).unwrap(), "DENIED: not\\nfor 'you'; X");
        for body in ["", "<html>", "{}", "[]", r#"{"errors":[]}"#, r#"{"errors":null}"#] {
            assert_eq!(complaint(body.as_bytes()), None, "{body}");
        }
    }

    proptest! {
        #[test]
        fn nothing_a_registry_says_reaches_the_terminal_but_as_text(words in ".{0,300}") {
            let body = serde_json::json!({ "errors": [{ "code": "X", "message": words }] });
            let said = complaint(body.to_string().as_bytes()).unwrap();
            prop_assert!(!said.contains('`') && !said.chars().any(char::is_control));
            let longest = "\\u{10ffff}".len();
            prop_assert!(said.len() <= WORDS * longest);
        }

        #[test]
        fn no_body_makes_it_fall(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _any = complaint(&body);
        }
    }
}
