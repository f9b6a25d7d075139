//! What QEMU says on its control socket, typed.

use serde::Deserialize;
use serde_json::Value;

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    /// The first message of all.
    Greeting,
    /// The answer to the command of this number.
    Reply(u64, Result<Value, String>),
    /// Something happened.
    Event(Event),
}

/// What happened; what does not matter here is [`Event::Other`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The guest told a panic device that it panicked.
    GuestPanicked,
    /// The machine was reset; by the guest, or by a command.
    Reset {
        by_guest: bool,
    },
    Shutdown(Shutdown),
    Other,
}

/// Why QEMU is about to end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Shutdown {
    /// Whether the guest wanted it.
    #[serde(default, rename = "guest")]
    pub(crate) by_guest: bool,
    /// QEMU's word for it, such as `guest-reset`.
    #[serde(default)]
    pub(crate) reason: String,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "QMP")]
    greeting: Option<Value>,
    id: Option<u64>,
    #[serde(default, rename = "return", deserialize_with = "present")]
    result: Option<Value>,
    error: Option<RawError>,
    event: Option<String>,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct RawError {
    desc: String,
}

/// `null` is an answer too.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Reads one line; none where it is no message of the protocol.
pub(crate) fn parse(line: &[u8]) -> Option<Message> {
    let raw: Raw = serde_json::from_slice(line).ok()?;
    match raw {
        Raw { greeting: Some(_), .. } => Some(Message::Greeting),
        Raw { event: Some(name), data, .. } => Some(Message::Event(event(&name, data))),
        Raw { id: Some(id), error: Some(error), .. } => Some(Message::Reply(id, Err(error.desc))),
        Raw { id: Some(id), result: Some(result), .. } => Some(Message::Reply(id, Ok(result))),
        _ => None,
    }
}

fn event(name: &str, data: Value) -> Event {
    match name {
        "GUEST_PANICKED" => Event::GuestPanicked,
        "RESET" => {
            Event::Reset { by_guest: data.get("guest").and_then(Value::as_bool).unwrap_or(true) }
        }
        "SHUTDOWN" => serde_json::from_value(data).map_or(Event::Other, Event::Shutdown),
        _ => Event::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shutdown(by_guest: bool, reason: &str) -> Option<Message> {
        Some(Message::Event(Event::Shutdown(Shutdown { by_guest, reason: reason.to_owned() })))
    }

    #[test]
    fn what_qemu_really_says_is_understood() {
        let greeting = br#"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}"#;
        assert_eq!(parse(greeting), Some(Message::Greeting));
        assert_eq!(
            parse(br#"{"return": {}, "id": 7}"#),
            Some(Message::Reply(7, Ok(serde_json::json!({}))))
        );
        let refused = br#"{"id": 8, "error": {"class": "CommandNotFound", "desc": "The command x has not been found"}}"#;
        assert_eq!(
            parse(refused),
            Some(Message::Reply(8, Err("The command x has not been found".into())))
        );
        let ends = br#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}"#;
        assert_eq!(parse(ends), shutdown(true, "guest-reset"));
    }

    #[test]
    fn a_shutdown_without_a_reason_is_not_taken_for_the_guests() {
        assert_eq!(parse(br#"{"event": "SHUTDOWN", "data": {}}"#), shutdown(false, ""));
    }

    #[test]
    fn what_is_no_message_is_none() {
        for line in [
            "",
            "null",
            "[]",
            "{}",
            "garbage",
            r#"{"return": 1}"#,
            r#"{"id": -1, "return": 1}"#,
            r#"{"id": 1}"#,
        ] {
            assert_eq!(parse(line.as_bytes()), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(line in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse(&line);
        }

        #[test]
        fn no_json_makes_it_panic(key in "QMP|event|return|id|error|data", value in r#"[\[\]{}":,a-z0-9]{0,40}"#) {
            parse(format!(r#"{{"{key}": {value}}}"#).as_bytes());
        }
    }
}
