//! A blob that is written in blocks to a signed address.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use problem::Problem;
use sha2::{Digest, Sha256};
use wire::Store;

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
    store: Store<'a>,
    block: Vec<u8>,
    blocks: Vec<String>,
    hash: Sha256,
    size: u64,
    failed: bool,
}

impl<'a> Blob<'a> {
    pub(super) fn new(store: Store<'a>) -> Blob<'a> {
        Blob {
            store,
            block: Vec::new(),
            blocks: Vec::new(),
            hash: Sha256::new(),
            size: 0,
            failed: false,
        }
    }

    /// Sends what is left, and the list of blocks, which makes them a blob.
    pub(super) fn finish(mut self) -> Result<Sent, Problem> {
        self.send_block()?;
        self.store.complete(&self.blocks, "zip").map_err(Problem::infrastructure)?;
        let mut digest = String::from("sha256:");
        for byte in self.hash.finalize() {
            let _infallible = write!(digest, "{byte:02x}");
        }
        Ok(Sent { size: self.size, digest })
    }

    fn send_block(&mut self) -> Result<(), Problem> {
        if self.block.is_empty() {
            return Ok(());
        }
        // All ids of a blob are of one length, and of letters and digits that a query takes as they are.
        let id = STANDARD.encode(format!("block-{:09}", self.blocks.len()));
        self.store.put_block(&id, &self.block).map_err(Problem::infrastructure)?;
        self.blocks.push(id);
        self.block.clear();
        Ok(())
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
