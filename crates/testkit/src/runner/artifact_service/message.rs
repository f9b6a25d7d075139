//! HTTP/1.1 as far as a client of the artifact service speaks it.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// A request; its body comes last.
pub(super) struct Message {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) host: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// Reads up to the blank line: none when the client has hung up.
    pub(super) fn head(stream: &mut TcpStream) -> io::Result<Option<Message>> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte)? == 0 {
                return Ok(None);
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (method, target) = (words.next(), words.next());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let (method, target) = (method.unwrap_or_default(), target.unwrap_or_default());
        let mut message =
            Message { method, target, host: String::new(), headers, body: Vec::new() };
        message.host = message.header("host").unwrap_or_default().to_owned();
        Ok(Some(message))
    }

    pub(super) fn body(mut self, stream: &mut TcpStream) -> io::Result<Message> {
        self.body = vec![0; self.length()];
        stream.read_exact(&mut self.body)?;
        Ok(self)
    }

    pub(super) fn some_body(&self, stream: &mut TcpStream) -> io::Result<()> {
        stream.read_exact(&mut vec![0; self.length() / 2])
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn length(&self) -> usize {
        self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)
    }
}

pub(super) fn answer(stream: &mut TcpStream, status: u16, body: &Value) -> io::Result<()> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let retry = if status == 429 { "retry-after: 0\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{retry}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes())
}

/// Base64 for addresses, without padding.
pub(super) fn base64_url(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letters = |chunk: &[u8]| {
        let bits =
            chunk.iter().chain(&[0, 0]).take(3).fold(0usize, |bits, &b| bits << 8 | usize::from(b));
        let all = [18, 12, 6, 0].map(|shift| LETTERS[bits >> shift & 63] as char);
        all.into_iter().take(chunk.len() + 1).collect::<String>()
    };
    bytes.chunks(3).map(letters).collect()
}
