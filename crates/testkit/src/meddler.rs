//! A proxy that stands before a real registry, and changes what it likes.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::web::{Asked, Page, Web};

/// What becomes of a request.
pub enum Meddle {
    /// It goes to the registry, and the answer comes back.
    Pass,
    /// Another one goes in its place.
    Ask(Asked),
    /// It goes nowhere, and this comes back.
    Answer(Page),
    /// It goes to the registry, and something else comes back.
    Change(Box<dyn FnOnce(Page) -> Page>),
}

impl fmt::Debug for Meddle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Meddle::Pass => f.write_str("Pass"),
            Meddle::Ask(asked) => asked.fmt(f),
            Meddle::Answer(page) => page.fmt(f),
            Meddle::Change(_) => f.write_str("Change"),
        }
    }
}

impl Meddle {
    /// It goes to the registry, and this is made of what comes back.
    pub fn change(change: impl FnOnce(Page) -> Page + 'static) -> Meddle {
        Meddle::Change(Box::new(change))
    }

    /// A status without a word comes back. That of 429 has `retry-after: 0`.
    pub fn status(status: u16) -> Meddle {
        Meddle::Answer(Page { status, ..Page::default() })
    }
}

/// Stands before the registry on a host, such as `127.0.0.1:5000`, and does with each request what it is told: bodies are
/// held in memory, and the lengths of those that come are known.
///
/// # Panics
/// When there is no loopback.
pub fn before(host: &str, meddle: impl Fn(&Asked) -> Meddle + Send + Sync + 'static) -> Web {
    let (web, host) = (Web::start(), host.to_owned());
    let broken = |_| Page { status: 502, ..Page::default() };
    web.otherwise(move |asked| {
        let pass = |asked: &Asked| pass(&host, asked).unwrap_or_else(broken);
        Some(match meddle(asked) {
            Meddle::Pass => pass(asked),
            Meddle::Ask(other) => pass(&other),
            Meddle::Answer(page) => page,
            Meddle::Change(change) => change(pass(asked)),
        })
    });
    web
}

/// By HTTP/1.0, where an answer ends with its connection. The headers of `HEAD` are those of `GET`, so its length is right.
fn pass(host: &str, asked: &Asked) -> io::Result<Page> {
    let mut stream = TcpStream::connect(host)?;
    let method = if asked.method == "HEAD" { "GET" } else { &asked.method };
    let mut head = format!("{method} {} HTTP/1.0\r\n", asked.target);
    for (name, value) in asked.headers.iter().filter(|(name, _)| !of_connection(name)) {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", asked.body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(&asked.body)?;
    let mut from = BufReader::new(stream);
    let mut line = String::new();
    from.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or(io::ErrorKind::InvalidData)?;
    let (mut headers, mut body) = (Vec::new(), Vec::new());
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    headers.retain(|(name, _)| !of_connection(name));
    from.read_to_end(&mut body)?;
    Ok(Page { status, headers, body })
}

fn of_connection(name: &str) -> bool {
    ["content-length", "transfer-encoding", "connection", "accept-encoding"].contains(&name)
}
