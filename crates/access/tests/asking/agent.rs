//! A guest agent that lies: the real one is asked in a real guest.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::thread;

use access::Asker;
use serde_json::{Value, json};

use crate::{Asking, lost, not_ready, said};

/// Who asks an agent that answers every command, known by its name and its arguments, like this.
fn asking(answer: impl Fn(&str, &Value) -> Vec<u8> + Send + 'static) -> Asking {
    let (ours, theirs) = UnixStream::pair().unwrap();
    thread::spawn(move || {
        let mut socket = theirs.try_clone().unwrap();
        for line in BufReader::new(theirs).split(b'\n') {
            let line = line.unwrap();
            let json = line.rsplit(|byte| *byte == 0xff).next().unwrap();
            let command: Value = serde_json::from_slice(json).unwrap();
            let name = command["execute"].as_str().unwrap();
            if socket.write_all(&answer(name, &command["arguments"])).is_err() {
                return;
            }
        }
    });
    Asking::of(|signals| Asker::agent(ours, signals))
}

fn line(value: Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}

/// As the real one answers `guest-sync-delimited`.
fn synced(arguments: &Value) -> Vec<u8> {
    [&[0xff], line(json!({ "return": arguments["id"] })).as_slice()].concat()
}

#[test]
fn what_was_said_before_the_greeting_and_with_other_numbers_is_skipped() {
    let mut asking = asking(|name, arguments| match name {
        "guest-sync-delimited" => {
            let before =
                b"\x00garbage\n{\"return\": 7}\n\xff{\"return\": \"no\"}\n{\"return\":".to_vec();
            [before, synced(arguments)].concat()
        }
        "guest-exec" => line(json!({ "return": { "pid": 5 } })),
        _ => line(
            json!({ "return": { "exited": true, "exitcode": 4, "out-data": "b3V0", "err-data": "ZXJy" } }),
        ),
    });
    assert_eq!(asking.ask("true", 20, 9), said(4, "out", "err"));
    assert_eq!(asking.ask("true", 20, 9), said(4, "out", "err"));
}

#[test]
fn an_agent_that_says_nothing_is_not_ready_and_one_that_is_gone_is_too() {
    let mut silent = asking(|_, _| Vec::new());
    assert_eq!(silent.ask("true", 20, 9), not_ready("no guest agent answers"));
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(theirs);
    let mut gone = Asking::of(|signals| Asker::agent(ours, signals));
    let closed = gone.ask("true", 20, 9);
    assert!(matches!(closed, Err(trial::Unreached::NotReady(_))), "{closed:?}");
}

#[test]
fn an_agent_that_talks_nonsense_floods_or_refuses_loses_the_script() {
    for (answer, words) in [
        (b"[]\n".to_vec(), "what the guest agent answers is not its protocol"),
        (
            b"{\"return\": {\"pid\": 1e99}}\n".to_vec(),
            "what the guest agent answers is not its protocol",
        ),
        (line(json!({ "error": { "desc": "disabled" } })), "the guest agent refuses: disabled"),
        (vec![b'x'; 1 << 20], "the script did not end in time"),
    ] {
        let mut liar = asking(move |name, arguments| match name {
            "guest-sync-delimited" => synced(arguments),
            _ => answer.clone(),
        });
        assert_eq!(liar.ask("true", 2, 9), lost(words));
    }
}

#[test]
fn a_script_that_never_ends_is_lost_when_the_limit_is_over() {
    let mut asking = asking(|name, arguments| match name {
        "guest-sync-delimited" => synced(arguments),
        "guest-exec" => line(json!({ "return": { "pid": 5 } })),
        _ => line(json!({ "return": { "exited": false } })),
    });
    assert_eq!(asking.ask("true", 1, 9), lost("the script did not end in time"));
}
