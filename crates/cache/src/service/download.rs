//! A blob that is read in order while its parts come several at once.

use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use wire::{Body, BodyReader, Http, Request, Response, Signed, Vain};

/// The size of a part, in bytes.
const PART: u64 = 8 << 20;

/// How many parts are under way, or wait to be read, at once.
pub(super) const PARALLEL: u64 = 8;

type Part = Result<Vec<u8>, String>;

/// What the first request brings.
enum First {
    /// The first part of so many bytes, and what tells this blob from a later one.
    Part {
        bytes: Vec<u8>,
        total: u64,
        etag: Option<String>,
    },
    /// All of it: the store knows no parts.
    Whole(BodyReader<'static>),
    Refused(u16),
}

/// The blob, as a stream.
pub(super) enum Blob {
    Parts { now: Cursor<Vec<u8>>, next: u64, lanes: Vec<Receiver<Part>> },
    Whole(BodyReader<'static>),
}

/// Begins to read the blob. The parts come in threads of `scope`, which end when the blob is dropped.
pub(super) fn open<'s, 'e>(
    http: &'e Http,
    address: &'e Signed,
    scope: &'s Scope<'s, 'e>,
) -> Result<Blob, String> {
    let range = format!("bytes=0-{}", PART - 1);
    let request =
        Request { method: "GET", url: &address.0, headers: &[("range", &range)], body: &[] };
    match http.send(&request, first)? {
        First::Refused(status) => Err(format!("the store answered {status}")),
        First::Whole(reader) => Ok(Blob::Whole(reader)),
        First::Part { bytes, total, etag } => {
            let parts = total.div_ceil(PART);
            let lane = |lane: u64| {
                let (sender, receiver) = sync_channel(0);
                let etag = etag.clone();
                scope.spawn(move || {
                    // The first part is there; each lane takes every so-manieth of the others.
                    let mine = (1 + lane..parts).step_by(PARALLEL as usize);
                    fetch(http, address, etag.as_deref(), total, mine, &sender);
                });
                receiver
            };
            let lanes = (0..PARALLEL.min(parts.saturating_sub(1))).map(lane).collect();
            Ok(Blob::Parts { now: Cursor::new(bytes), next: 0, lanes })
        }
    }
}

fn first(mut answer: Response<Body>) -> Result<First, Vain> {
    match answer.status().as_u16() {
        206 => {
            let total = total(&answer).ok_or_else(|| Vain::new("a part of unknown whole came"))?;
            let header = |name| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
            let etag = header("etag");
            let bytes = exactly(&mut answer, total.min(PART))?;
            Ok(First::Part { bytes, total, etag })
        }
        200 => Ok(First::Whole(answer.into_body().into_reader())),
        status => Ok(First::Refused(status)),
    }
}

/// From `bytes 0-99/12345`.
fn total(answer: &Response<Body>) -> Option<u64> {
    let range = answer.headers().get("content-range")?.to_str().ok()?;
    range.rsplit_once('/')?.1.parse().ok()
}

fn exactly(answer: &mut Response<Body>, length: u64) -> Result<Vec<u8>, Vain> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    answer.body_mut().as_reader().take(length + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(Vain::new("a part came in another length"));
    }
    Ok(bytes)
}

fn fetch(
    http: &Http,
    address: &Signed,
    etag: Option<&str>,
    total: u64,
    parts: impl Iterator<Item = u64>,
    sender: &SyncSender<Part>,
) {
    for part in parts {
        let (from, to) = (part * PART, total.min((part + 1) * PART));
        let range = format!("bytes={from}-{}", to - 1);
        let mut headers = vec![("range", range.as_str())];
        headers.extend(etag.map(|etag| ("if-match", etag)));
        let request = Request { method: "GET", url: &address.0, headers: &headers, body: &[] };
        let came = http.send(&request, |mut answer| match answer.status().as_u16() {
            206 => exactly(&mut answer, to - from).map(Ok),
            status => Ok(Err(format!("the store answered {status} in the middle"))),
        });
        let came = came.and_then(|came| came);
        let failed = came.is_err();
        if sender.send(came).is_err() || failed {
            return;
        }
    }
}

impl Read for Blob {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let (now, next, lanes) = match self {
            Blob::Whole(reader) => return reader.read(into),
            Blob::Parts { now, next, lanes } => (now, next, lanes),
        };
        let read = now.read(into)?;
        if read > 0 || into.is_empty() || lanes.is_empty() {
            return Ok(read);
        }
        let lane = &lanes[usize::try_from(*next % lanes.len() as u64).unwrap_or(0)];
        // A lane that hangs up without a word has given all of its parts.
        let Ok(part) = lane.recv() else { return Ok(0) };
        *now = Cursor::new(part.map_err(io::Error::other)?);
        *next += 1;
        now.read(into)
    }
}
