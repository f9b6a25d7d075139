//! Archives from the wire or a disk back into a staging area: decompressed in one thread, unpacked in another.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::layout::Layout;
use crate::staging::Staging;
use crate::trouble::Trouble;
use crate::unpack::unpack;

/// What goes from one thread to the other at once, in bytes.
const CHUNK: usize = 1 << 20;

/// How many of these may wait.
const WAITING: usize = 4;

/// The largest window that an archive may ask for, as a power of two: older archives of GitHub's client have this one.
const LARGEST_WINDOW: u32 = 30;

type Chunk = io::Result<Vec<u8>>;

/// Restores a whole archive, and gives its size as it was packed, in bytes.
pub(crate) fn restore(
    packed: impl Read + Send,
    layout: &Layout,
) -> Result<(Staging, u64), Trouble> {
    thread::scope(|scope| {
        let (sender, chunks) = sync_channel(WAITING);
        let reader = scope.spawn(move || decompress(packed, &sender));
        let staging = unpack(Chunks { chunks, now: Vec::new(), at: 0 }, layout)?;
        let size = reader.join().unwrap_or_default();
        Ok((staging, size))
    })
}

/// Sends on what it reads, and at last what went wrong. Ends when nobody listens any more.
fn decompress(packed: impl Read, chunks: &SyncSender<Chunk>) -> u64 {
    let mut counted = Counted { from: packed, size: 0 };
    if let Err(error) = pour(&mut counted, chunks) {
        let _nobody_listens = chunks.send(Err(error));
    }
    counted.size
}

fn pour(packed: &mut impl Read, chunks: &SyncSender<Chunk>) -> io::Result<()> {
    let mut zstd = zstd::Decoder::new(packed)?;
    zstd.window_log_max(LARGEST_WINDOW)?;
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        (&mut zstd).take(CHUNK as u64).read_to_end(&mut chunk)?;
        if chunk.is_empty() || chunks.send(Ok(chunk)).is_err() {
            return Ok(());
        }
    }
}

struct Counted<R> {
    from: R,
    size: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.size += read as u64;
        Ok(read)
    }
}

/// The receiving end.
struct Chunks {
    chunks: Receiver<Chunk>,
    now: Vec<u8>,
    at: usize,
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.now.len() {
            let Ok(chunk) = self.chunks.recv() else { return Ok(0) };
            (self.now, self.at) = (chunk?, 0);
        }
        let read = (&self.now[self.at..]).read(into)?;
        self.at += read;
        Ok(read)
    }
}
