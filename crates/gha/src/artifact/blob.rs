//! A blob that is written in blocks to a signed address.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::http::{Http, Request};
use crate::Error;

/// The size of a block, in bytes; the store takes 50,000 of them.
const BLOCK: usize = 8 << 20;

/// What was sent.
pub(super) struct Sent {
    pub(super) size: u64,
    pub(super) digest: String,
}

/// Gathers bytes, and sends them on as soon as a block is full. After a failure it takes everything and sends nothing: an
/// archive that is given up still writes its end.
pub(super) struct Blob<'a> {
    http: &'a Http,
    address: &'a str,
    block: Vec<u8>,
    blocks: Vec<String>,
    hash: Sha256,
    size: u64,
    failed: bool,
}

impl<'a> Blob<'a> {
    /// The address is used as it is: changing so much as the spelling of its query would break its signature.
    pub(super) fn new(http: &'a Http, address: &'a str) -> Blob<'a> {
        Blob {
            http,
            address,
            block: Vec::new(),
            blocks: Vec::new(),
            hash: Sha256::new(),
            size: 0,
            failed: false,
        }
    }

    /// Sends what is left, and the list of blocks, which makes them a blob.
    pub(super) fn finish(mut self) -> Result<Sent, Error> {
        self.send_block()?;
        let mut list = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
        for id in &self.blocks {
            // Writing to a string does not fail.
            let _infallible = write!(list, "<Latest>{id}</Latest>");
        }
        list.push_str("</BlockList>");
        self.put("comp=blocklist", &[("x-ms-blob-content-type", "zip")], list.as_bytes())?;
        let mut digest = String::from("sha256:");
        for byte in self.hash.finalize() {
            let _infallible = write!(digest, "{byte:02x}");
        }
        Ok(Sent { size: self.size, digest })
    }

    fn send_block(&mut self) -> Result<(), Error> {
        if self.block.is_empty() {
            return Ok(());
        }
        // All ids of a blob are of one length, and of letters and digits that a query takes as they are.
        let id = STANDARD.encode(format!("block-{:09}", self.blocks.len()));
        self.put(&format!("comp=block&blockid={id}"), &[], &self.block)?;
        self.blocks.push(id);
        self.block.clear();
        Ok(())
    }

    fn put(&self, query: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(), Error> {
        let joint = if self.address.contains('?') { '&' } else { '?' };
        let url = format!("{}{joint}{query}", self.address);
        let headers: Vec<_> =
            headers.iter().copied().chain([("x-ms-version", "2021-08-06")]).collect();
        let request = Request { method: "PUT", url: &url, headers: &headers, body };
        match self.http.send(&request)?.status {
            200..300 => Ok(()),
            status => Err(Error::infrastructure(format!(
                "the store refused a block with status {status}"
            ))),
        }
    }
}

impl Write for Blob<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(bytes.len());
        }
        let now = &bytes[..bytes.len().min(BLOCK - self.block.len())];
        self.hash.update(now);
        self.size += now.len() as u64;
        self.block.extend_from_slice(now);
        if self.block.len() == BLOCK {
            self.send_block().map_err(|error| {
                self.failed = true;
                io::Error::other(error)
            })?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
