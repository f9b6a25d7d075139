//! A blob that is sent in blocks, several at once, while it is still being made.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire::{Http, Signed, Store};

/// The size of a block, in bytes. The store takes 50,000 of them.
const BLOCK: usize = 64 << 20;

/// What an archive is to the store.
const MEDIA_TYPE: &str = "application/octet-stream";

/// How many blocks are under way at once. One more is being filled, so this bounds the memory.
pub(super) const PARALLEL: usize = 4;

/// Why nothing was sent.
pub(super) enum Failure<E> {
    /// The bytes could not be made.
    Source(E),
    /// The store did not take them.
    Store(String),
}

/// Sends what `make` writes, and gives its size in bytes. If anything fails, the blocks never become a blob.
pub(super) fn upload<E>(
    http: &Http,
    address: &Signed,
    make: impl FnOnce(&mut Blocks<'_>) -> Result<(), E>,
) -> Result<u64, Failure<E>> {
    let failed = Mutex::new(None);
    let (sender, receiver) = sync_channel::<(String, Vec<u8>)>(0);
    let receiver = Mutex::new(receiver);
    let store = Store { http, address };
    thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| send_all(&store, &receiver, &failed));
        }
        let mut blocks = Blocks {
            sender,
            failed: &failed,
            block: Vec::with_capacity(BLOCK),
            ids: Vec::new(),
            size: 0,
            uuid: uuid(),
        };
        let made = make(&mut blocks);
        if let Some(why) = locked(&failed).take() {
            return Err(Failure::Store(why));
        }
        made.map_err(Failure::Source)?;
        blocks.finish()
    })
    .and_then(|rest: Rest| {
        // All other blocks have arrived, or failed, by now.
        if let Some(why) = locked(&failed).take() {
            return Err(Failure::Store(why));
        }
        rest.complete(&store).map_err(Failure::Store)
    })
}

/// Takes the bytes and passes them on as soon as a block is full.
pub(super) struct Blocks<'a> {
    sender: SyncSender<(String, Vec<u8>)>,
    failed: &'a Mutex<Option<String>>,
    block: Vec<u8>,
    ids: Vec<String>,
    size: u64,
    uuid: String,
}

/// What is left when all blocks are under way.
enum Rest {
    /// All of it: one request is enough.
    Small(Vec<u8>),
    Ids {
        ids: Vec<String>,
        size: u64,
    },
}

impl Blocks<'_> {
    fn pass_on(&mut self) -> io::Result<()> {
        // 48 characters, as Microsoft's client has them: some servers read the number. No other spelling is needed in a query.
        let id = STANDARD.encode(format!("{}{:012}", self.uuid, self.ids.len()));
        self.ids.push(id.clone());
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        self.sender.send((id, block)).map_err(|_| io::Error::other("nobody sends any more"))
    }

    fn finish<E>(mut self) -> Result<Rest, Failure<E>> {
        if self.ids.is_empty() {
            return Ok(Rest::Small(self.block));
        }
        if !self.block.is_empty() {
            self.pass_on().map_err(|error| Failure::Store(error.to_string()))?;
        }
        Ok(Rest::Ids { ids: self.ids, size: self.size })
    }
}

impl Write for Blocks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if locked(self.failed).is_some() {
            return Err(io::Error::other("the upload has failed"));
        }
        let now = &bytes[..bytes.len().min(BLOCK - self.block.len())];
        self.block.extend_from_slice(now);
        self.size += now.len() as u64;
        if self.block.len() == BLOCK {
            self.pass_on()?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Rest {
    /// Makes the blocks a blob.
    fn complete(self, store: &Store<'_>) -> Result<u64, String> {
        match self {
            Rest::Small(bytes) => {
                store.put(&bytes)?;
                Ok(bytes.len() as u64)
            }
            Rest::Ids { ids, size } => {
                store.complete(&ids, MEDIA_TYPE)?;
                Ok(size)
            }
        }
    }
}

/// After a failure blocks are taken and thrown away, so that nobody waits for us.
fn send_all(
    store: &Store<'_>,
    blocks: &Mutex<Receiver<(String, Vec<u8>)>>,
    failed: &Mutex<Option<String>>,
) {
    loop {
        let received = locked(blocks).recv();
        let Ok((id, block)) = received else { return };
        if locked(failed).is_some() {
            continue;
        }
        if let Err(why) = store.put_block(&id, &block) {
            *locked(failed) = Some(why);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A random one: 36 characters.
fn uuid() -> String {
    let mut bytes = [0; 16];
    // Zeros do as well: the ids of one blob differ by their number.
    let _zeros = getrandom::fill(&mut bytes);
    let hex = crate::paths::hex(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
