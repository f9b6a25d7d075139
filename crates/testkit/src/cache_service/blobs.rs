//! The store: block blobs in files, so that a large one needs no memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Fault, SIGNATURE, Shared, locked};
use crate::exchange::{Head, answer};

/// What Microsoft's client makes: 48 bytes in Base64.
const ID_LENGTH: usize = 64;

#[derive(Debug)]
pub(super) struct Blobs {
    folder: TempDir,
    blobs: Mutex<BTreeMap<usize, Blob>>,
}

#[derive(Debug, Default)]
struct Blob {
    /// Where the blocks are, and how long, by their ids.
    blocks: BTreeMap<String, (PathBuf, u64)>,
    /// The blocks that make the blob, in order, once it is one.
    parts: Option<Vec<(PathBuf, u64)>>,
}

impl Blobs {
    /// In memory where there is a file system for that: what is measured against us must not wait for our disk.
    pub(super) fn new() -> Blobs {
        let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
        let folder = folder.expect("a folder for blobs");
        Blobs { folder, blobs: Mutex::default() }
    }

    /// In bytes, once it is whole.
    pub(super) fn size(&self, blob: usize) -> Option<u64> {
        Some(self.parts(blob)?.iter().map(|(_, length)| length).sum())
    }

    fn parts(&self, blob: usize) -> Option<Vec<(PathBuf, u64)>> {
        locked(&self.blobs).get(&blob)?.parts.clone()
    }

    fn change(
        &self,
        blob: usize,
        change: impl FnOnce(&mut Blob) -> Result<(), String>,
    ) -> Result<(), String> {
        change(locked(&self.blobs).entry(blob).or_default())
    }

    fn file(&self, blob: usize, id: &str) -> PathBuf {
        self.folder.path().join(format!("{blob}-{id}"))
    }

    /// Reads a body into a file: its length, none when the client hung up before the end.
    fn keep(&self, head: &Head, from: &mut impl BufRead, path: &PathBuf) -> io::Result<u64> {
        let mut file = File::create(path)?;
        let length = io::copy(&mut from.take(head.length()), &mut file)?;
        if length == head.length() { Ok(length) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// The blob of `/blobs/<number>`, and what its query has behind the signature.
fn parse(target: &str) -> Option<(usize, &str)> {
    let (path, query) = target.split_once('?')?;
    let blob = path.strip_prefix("/blobs/")?.parse().ok()?;
    let rest = query.strip_prefix(SIGNATURE)?;
    Some((blob, rest.strip_prefix('&').unwrap_or(rest)))
}

impl Shared {
    pub(super) fn put(&self, head: &Head, from: &mut impl BufRead) -> io::Result<(u16, Value)> {
        let Some((blob, what)) = parse(&head.target) else {
            head.skip(from, head.length())?;
            return Ok(self.complain(403, format!("the signed address became `{}`", head.target)));
        };
        if head.header("authorization").is_some() {
            head.skip(from, head.length())?;
            return Ok(self.complain(400, "the job's token was shown to the store".into()));
        }
        let block_id = what.split('&').find_map(|pair| pair.strip_prefix("blockid="));
        let taken = if let Some(id) = block_id {
            let id = id.replace("%3D", "=").replace("%2F", "_").replace("%2B", "-");
            let path = self.blobs.file(blob, &id);
            let length = self.blobs.keep(head, from, &path)?;
            self.blobs.change(blob, |blob| blob.block(id, path, length))
        } else if what.contains("comp=blocklist") {
            let list = String::from_utf8_lossy(&head.body(from)?).into_owned();
            self.blobs.change(blob, |blob| blob.list(&list))
        } else {
            let path = self.blobs.file(blob, "whole");
            let length = self.blobs.keep(head, from, &path)?;
            let is_block = head.header("x-ms-blob-type") == Some("BlockBlob");
            self.blobs.change(blob, |blob| blob.whole(is_block, path, length))
        };
        Ok(taken.map_or_else(|why| self.complain(400, why), |()| (201, Value::Null)))
    }

    pub(super) fn get(
        &self,
        head: &Head,
        to: &mut impl Write,
        fault: Option<Fault>,
    ) -> io::Result<()> {
        let blob = parse(&head.target).filter(|(_, rest)| rest.is_empty());
        let Some((blob, _)) = blob else {
            let (status, body) = self.complain(403, format!("a get of `{}`", head.target));
            return answer(to, status, &body);
        };
        let size = self.blobs.size(blob).filter(|_| fault != Some(Fault::Lost));
        let (Some(size), Some(parts)) = (size, self.blobs.parts(blob)) else {
            return answer(to, 404, &json!({"code": "BlobNotFound"}));
        };
        let length = if fault == Some(Fault::Truncated) { size / 2 } else { size };
        let range = head.range(length).filter(|_| fault != Some(Fault::NoRanges));
        let (from, until) = range.unwrap_or((0, length));
        let status = if range.is_some() { 206 } else { 200 };
        let etag = format!("\"blob-{blob}\"");
        if head.header("if-match").is_some_and(|wanted| wanted != etag) {
            return answer(to, 412, &Value::Null);
        }
        write!(
            to,
            "HTTP/1.1 {status} X\r\netag: {etag}\r\ncontent-length: {}\r\ncontent-range: bytes {from}-{}/{length}\r\n\r\n",
            until - from,
            until.saturating_sub(1)
        )?;
        let dies = fault == Some(Fault::DieInDownload);
        let hangs_up = dies || matches!(fault, Some(Fault::HangUpInDownload(_)));
        let until = if hangs_up { from + (until - from) / 2 } else { until };
        let wrong = (fault == Some(Fault::Corrupt)).then_some(size / 2);
        send(to, &parts, from, until, wrong)?;
        self.is_down.fetch_or(dies, Ordering::SeqCst);
        if hangs_up { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }
}

/// Sends the bytes `from..until` of the parts, that at `wrong` with all of its bits turned.
fn send(
    to: &mut impl Write,
    parts: &[(PathBuf, u64)],
    from: u64,
    until: u64,
    wrong: Option<u64>,
) -> io::Result<()> {
    let mut start = 0;
    for (path, length) in parts {
        let (first, last) = (from.max(start), until.min(start + length));
        if first < last {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(first - start))?;
            match wrong.filter(|at| (first..last).contains(at)) {
                None => drop(io::copy(&mut file.take(last - first), to)?),
                Some(at) => {
                    io::copy(&mut (&file).take(at - first), to)?;
                    let mut byte = [0];
                    (&file).read_exact(&mut byte)?;
                    to.write_all(&[!byte[0]])?;
                    io::copy(&mut file.take(last - at - 1), to)?;
                }
            }
        }
        start += length;
    }
    Ok(())
}

impl Blob {
    fn block(&mut self, id: String, path: PathBuf, length: u64) -> Result<(), String> {
        if id.len() != ID_LENGTH {
            return Err(format!("the block id `{id}`"));
        }
        self.blocks.insert(id, (path, length));
        Ok(())
    }

    fn list(&mut self, list: &str) -> Result<(), String> {
        let ids = list.split("<Latest>").skip(1).filter_map(|rest| rest.split_once("</Latest>"));
        let block = |(id, _): (&str, &str)| {
            let id = id.replace('/', "_").replace('+', "-");
            self.blocks.get(&id).cloned().ok_or_else(|| format!("the unknown block `{id}`"))
        };
        self.parts = Some(ids.map(block).collect::<Result<_, _>>()?);
        Ok(())
    }

    fn whole(&mut self, is_block: bool, path: PathBuf, length: u64) -> Result<(), String> {
        if !is_block || !fs::exists(&path).unwrap_or(false) {
            return Err("a blob of no type".into());
        }
        self.parts = Some(vec![(path, length)]);
        Ok(())
    }
}
