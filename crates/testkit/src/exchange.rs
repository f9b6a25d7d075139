//! HTTP/1.1 as far as the servers here speak it.

use std::io::{self, BufRead, Read, Write};

use serde_json::Value;

/// A request without its body.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads up to the blank line: none when the client has hung up.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Head>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = (words.next(), words.next());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let (method, target) = (method.unwrap_or_default(), target.unwrap_or_default());
        Ok(Some(Head { method, target, headers }))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn length(&self) -> u64 {
        self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn body(&self, from: &mut impl BufRead) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        from.take(self.length()).read_to_end(&mut body)?;
        Ok(body)
    }

    pub(crate) fn skip(&self, from: &mut impl BufRead, length: u64) -> io::Result<()> {
        io::copy(&mut from.take(length), &mut io::sink()).map(drop)
    }

    /// The bytes that are asked for, of so many: the first, and the one after the last.
    pub(crate) fn range(&self, length: u64) -> Option<(u64, u64)> {
        let (from, to) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        let to = to.parse::<u64>().map_or(length, |last| length.min(last + 1));
        Some((from.parse().ok()?, to))
    }
}

pub(crate) fn answer(to: &mut impl Write, status: u16, body: &Value) -> io::Result<()> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let retry = if status == 429 { "retry-after: 0\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{retry}content-length: {}\r\n\r\n",
        body.len()
    );
    to.write_all((head + &body).as_bytes())
}
