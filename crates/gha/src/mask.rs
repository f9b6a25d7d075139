//! Secrets that the runner is to hide in the log.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::command::command;

/// A shorter text, in bytes, is not masked: it would turn half of the log into stars, and guard nothing.
const SHORTEST: usize = 4;

/// The commands that hide `secret` in all of the log from now on: itself, each of its lines, and what these look like in
/// Base64 and in a URL. Print them before the secret is used for the first time.
pub fn mask(secret: &str) -> String {
    let forms: BTreeSet<String> = [secret.trim()]
        .into_iter()
        .chain(secret.lines().map(str::trim))
        .filter(|part| part.len() >= SHORTEST)
        .flat_map(forms)
        .collect();
    forms.iter().map(|form| command("add-mask", &[], form)).collect()
}

fn forms(part: &str) -> [String; 6] {
    [
        part.to_owned(),
        STANDARD.encode(part),
        // What stands before the padding also appears where more text follows.
        STANDARD_NO_PAD.encode(part),
        URL_SAFE_NO_PAD.encode(part),
        utf8_percent_encode(part, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(part, UNRESERVED).to_string(),
    ]
}

/// What `encodeURIComponent` and most libraries leave as it is.
const UNRESERVED: &percent_encoding::AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_and_form_of_a_secret_is_masked() {
        let commands = mask("pass word+1%\r\nsecond-line/x\n");
        for form in [
            "pass word+1%25%0D%0Asecond-line/x",
            "pass word+1%25",
            "cGFzcyB3b3JkKzEl",
            "pass%2520word%252B1%2525",
            "second-line/x",
            "c2Vjb25kLWxpbmUveA==",
            "c2Vjb25kLWxpbmUveA",
            "second-line%252Fx",
        ] {
            assert!(commands.contains(&format!("::add-mask::{form}\n")), "{form}\n{commands}");
        }
    }

    #[test]
    fn nothing_short_or_empty_is_masked() {
        assert_eq!(mask(""), "");
        assert_eq!(mask(" \n\na\n}\n\tabc \n"), mask("a\n}\n\tabc"));
        assert!(!mask("long enough\n}\n").contains("::add-mask::}\n"));
        assert!(
            mask("long enough\n\n")
                .lines()
                .all(|line| line.len() >= "::add-mask::".len() + SHORTEST)
        );
    }
}
