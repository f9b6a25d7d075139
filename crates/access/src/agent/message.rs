//! What an agent answers, typed.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use trial::Said;

/// The most that is told of an agent's own words, in characters.
const TOLD: usize = 200;

#[derive(Deserialize)]
struct Answer<T> {
    #[serde(rename = "return")]
    result: Option<T>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    desc: String,
}

/// Of `guest-exec`.
#[derive(Debug, Deserialize)]
pub(super) struct Started {
    pub(super) pid: i64,
}

/// Of `guest-exec-status`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Status {
    exited: bool,
    exitcode: Option<i64>,
    signal: Option<i64>,
    #[serde(default)]
    out_data: String,
    #[serde(default)]
    err_data: String,
    #[serde(default)]
    out_truncated: bool,
    #[serde(default)]
    err_truncated: bool,
}

/// Whether a script has ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Running {
    Still,
    Ended(Said),
}

/// What a line holds, or in words why it holds nothing of the kind.
pub(super) fn result<T: DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    let nonsense = || "what the guest agent answers is not its protocol".to_owned();
    let answer: Answer<T> = serde_json::from_slice(line).map_err(|_| nonsense())?;
    match answer.error {
        Some(refusal) => {
            let plain = |c: char| if c.is_control() { '?' } else { c };
            let words: String = refusal.desc.chars().take(TOLD).map(plain).collect();
            Err(format!("the guest agent refuses: {words}"))
        }
        None => answer.result.ok_or_else(nonsense),
    }
}

impl Status {
    /// What was said, of each output at most `most` bytes.
    pub(super) fn said(self, most: usize) -> Result<Running, String> {
        if !self.exited {
            return Ok(Running::Still);
        }
        let ((stdout, out_cut), (stderr, err_cut)) =
            (decode(&self.out_data, most)?, decode(&self.err_data, most)?);
        let is_cut = out_cut || err_cut || self.out_truncated || self.err_truncated;
        let by_signal = self.signal.map(|signal| signal.saturating_add(128));
        let status = by_signal.or(self.exitcode).ok_or("the guest agent tells no exit status")?;
        // A status that no program can have is none of success.
        let status = u8::try_from(status).unwrap_or(u8::MAX);
        Ok(Running::Ended(Said { status, stdout, stderr, is_cut }))
    }
}

/// The bytes, and whether that are not all.
fn decode(text: &str, most: usize) -> Result<(Vec<u8>, bool), String> {
    let mut bytes = BASE64_STANDARD
        .decode(text.trim_end())
        .map_err(|_| "what the guest agent says of an output is not base64")?;
    let is_cut = bytes.len() > most;
    bytes.truncate(most);
    Ok((bytes, is_cut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(line: &str) -> Result<Running, String> {
        result::<Status>(line.as_bytes())?.said(3)
    }

    #[test]
    fn outputs_status_and_signals_are_read_and_cut() {
        let ended = |status, stdout: &str, is_cut| {
            Ok(Running::Ended(Said { status, stdout: stdout.into(), stderr: Vec::new(), is_cut }))
        };
        assert_eq!(said(r#"{"return":{"exited":false}}"#), Ok(Running::Still));
        let line = r#"{"return":{"exited":true,"exitcode":7,"out-data":"YWJj"}}"#;
        assert_eq!(said(line), ended(7, "abc", false));
        let line = r#"{"return":{"exited":true,"signal":9,"out-data":"YWJjZA=="}}"#;
        assert_eq!(said(line), ended(137, "abc", true));
        assert_eq!(said(r#"{"return":{"exited":true,"exitcode":256}}"#), ended(255, "", false));
    }

    #[test]
    fn what_an_agent_refuses_is_told_without_control_characters() {
        let line = br#"{"error":{"class":"CommandNotFound","desc":"no\u001b[31m such"}}"#;
        let refused = result::<Status>(line).unwrap_err();
        assert_eq!(refused, "the guest agent refuses: no?[31m such");
    }

    proptest! {
        #[test]
        fn no_line_breaks_the_reader(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _read = result::<Status>(&line).map(|status| status.said(10));
        }

        #[test]
        fn no_numbers_break_it(exitcode: i64, signal: Option<i64>, data in "[A-Za-z0-9=\n ]{0,20}") {
            let line = serde_json::json!({ "return": { "exited": true, "exitcode": exitcode, "signal": signal, "out-data": data } });
            let _read = said(&line.to_string());
        }
    }
}
