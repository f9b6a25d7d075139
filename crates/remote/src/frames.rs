//! Messages on a pipe: some JSON and the bytes that belong to it, with the lengths of both before them.

use std::io::{self, BufRead, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most bytes of a message itself, and of what goes with it.
const LARGEST: [usize; 2] = [1 << 16, 1 << 26];

/// What the host says before its first message: a shell may have printed a welcome of its own.
const HELLO: &[u8] = b"\0bootgate\0";

/// The most bytes of such a welcome.
const WELCOME: u64 = 1 << 16;

/// Begins to speak.
///
/// # Errors
/// The other side is gone.
pub(crate) fn greet(to: &mut impl Write) -> io::Result<()> {
    to.write_all(HELLO)?;
    to.flush()
}

/// Reads up to the other side's first message.
///
/// # Errors
/// It does not greet.
pub(crate) fn greeted(from: &mut impl BufRead) -> io::Result<()> {
    let (mut welcome, mut from) = (Vec::new(), from.take(WELCOME));
    // Its last byte ends it, and is in it once more.
    while !welcome.ends_with(HELLO) {
        if from.read_until(0, &mut welcome)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

/// Writes a message with its bytes.
///
/// # Errors
/// The other side is gone.
pub(crate) fn send(to: &mut impl Write, message: &impl Serialize, bytes: &[u8]) -> io::Result<()> {
    let message = serde_json::to_vec(message)?;
    let lengths = [length(message.len(), LARGEST[0])?, length(bytes.len(), LARGEST[1])?];
    to.write_all(&[&lengths.concat(), &message[..], bytes].concat())?;
    to.flush()
}

/// Reads a message with its bytes; none at the end.
///
/// # Errors
/// It is cut off, too long, or no message of this kind.
pub(crate) fn receive<T: DeserializeOwned>(
    from: &mut impl Read,
) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut first = [0];
    if from.read(&mut first)? == 0 {
        return Ok(None);
    }
    let mut head = [first[0], 0, 0, 0, 0, 0, 0, 0];
    from.read_exact(&mut head[1..])?;
    let (message, bytes) = head.split_at(4);
    let message = exactly(from, message, LARGEST[0])?;
    let bytes = exactly(from, bytes, LARGEST[1])?;
    Ok(Some((serde_json::from_slice(&message)?, bytes)))
}

fn length(length: usize, most: usize) -> io::Result<[u8; 4]> {
    let fits = u32::try_from(length).ok().filter(|_| length <= most);
    fits.map(u32::to_le_bytes)
        .ok_or_else(|| io::Error::other(format!("a message of {length} bytes is too long")))
}

/// As many bytes as `length` says; memory grows only with what really comes.
fn exactly(from: &mut impl Read, length: &[u8], most: usize) -> io::Result<Vec<u8>> {
    let length = length.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    if length > most as u64 {
        return Err(io::Error::other(format!("a message claims {length} bytes")));
    }
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn messages_come_as_they_went(sent in proptest::collection::vec((".*", any::<Vec<u8>>()), 0..5)) {
            let mut pipe = Vec::new();
            for (message, bytes) in &sent {
                send(&mut pipe, message, bytes).expect("a message");
            }
            let mut pipe = &pipe[..];
            for message in sent {
                prop_assert_eq!(receive(&mut pipe).expect("a message"), Some(message));
            }
            prop_assert_eq!(receive::<String>(&mut pipe).expect("the end"), None);
        }

        #[test]
        fn whatever_a_shell_prints_first_is_no_message(welcome in any::<Vec<u8>>()) {
            let mut pipe = welcome;
            greet(&mut pipe).expect("a greeting");
            send(&mut pipe, &"first", &[]).expect("a message");
            let mut pipe = &pipe[..];
            greeted(&mut pipe).expect("a greeting");
            prop_assert_eq!(receive(&mut pipe).expect("a message"), Some(("first".to_owned(), vec![])));
        }

        #[test]
        fn any_bytes_are_a_message_or_an_error(bytes in any::<Vec<u8>>()) {
            let mut pipe = &bytes[..];
            while let Ok(Some((_, _))) = receive::<serde_json::Value>(&mut pipe) {}
        }
    }
}
