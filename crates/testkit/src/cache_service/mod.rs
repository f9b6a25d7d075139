//! GitHub's cache service with its blob store, on loopback: strict about what it gets, and lying on request. And the two
//! that keep it honest: GitHub's own client, and Azurite as another store.

mod azurite;
mod blobs;
mod entries;
mod official;

use std::io::{self, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};

pub use azurite::{ACCOUNT, Azurite};
pub use official::{Official, Run};

use crate::exchange::{Head, answer};
use blobs::Blobs;
use entries::Entries;

/// What the service does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers this many requests, of any kind, with 429 and `retry-after: 0`.
    TooMany(u32),
    /// Answers this many requests with 500.
    Broken(u32),
    /// Hangs up in the middle of this many uploads.
    HangUpInUpload(u32),
    /// Goes down in the middle of an upload, for good.
    DieInUpload,
    /// Hangs up in the middle of this many downloads.
    HangUpInDownload(u32),
    /// Goes down in the middle of a download, for good.
    DieInDownload,
    /// Gives blobs with one wrong byte in their middle.
    Corrupt,
    /// Gives the first half of blobs, as if that were all.
    Truncated,
    /// Has lost the blobs: 404.
    Lost,
    /// Knows no ranges: gives whole blobs whatever was asked for.
    NoRanges,
    /// Forbids to save, by policy.
    WriteDenied,
    /// Forbids to restore, by policy.
    ReadDenied,
}

/// A service that runs until it is dropped.
#[derive(Debug)]
pub struct CacheService {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    entries: Mutex<Entries>,
    blobs: Blobs,
    fault: Mutex<Option<Fault>>,
    complaints: Mutex<Vec<String>>,
    requests: AtomicUsize,
    is_down: AtomicBool,
    stopped: AtomicBool,
}

/// What the job shows.
const TOKEN: &str = "the-jobs-token";

/// Characters that a client which spells the query anew would change.
pub(crate) const SIGNATURE: &str =
    "se=2030-01-01T00%3A00%3A00Z&sig=s3cr%2Ft%2Bsig%3D&sv=2025-01-05";

impl CacheService {
    /// Starts the service with a store of its own.
    ///
    /// # Panics
    /// When there is no loopback, or no room for blobs.
    pub fn start() -> CacheService {
        CacheService::with(None)
    }

    /// Starts the service in front of another store.
    ///
    /// # Panics
    /// When there is no loopback.
    pub fn before(store: &Azurite) -> CacheService {
        CacheService::with(Some((store.container(), store.signature())))
    }

    fn with(elsewhere: Option<(String, String)>) -> CacheService {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port on loopback");
        let port = listener.local_addr().expect("an address").port();
        let store = elsewhere
            .unwrap_or_else(|| (format!("http://127.0.0.1:{port}/blobs"), SIGNATURE.to_owned()));
        let shared = Arc::new(Shared {
            entries: Mutex::new(Entries::new(store)),
            blobs: Blobs::new(),
            fault: Mutex::new(None),
            complaints: Mutex::default(),
            requests: AtomicUsize::new(0),
            is_down: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let thread = Some(thread::spawn(move || serve(&listener, &served)));
        CacheService { port, shared, thread }
    }

    /// `ACTIONS_RESULTS_URL`, with a path that a client must drop.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/some/prefix/", self.port)
    }

    /// `ACTIONS_RUNTIME_TOKEN`.
    pub fn token(&self) -> &'static str {
        TOKEN
    }

    /// From now on this goes wrong.
    pub fn lie(&self, fault: Fault) {
        *locked(&self.shared.fault) = Some(fault);
    }

    /// From now on nothing goes wrong, and the service is up again.
    pub fn behave(&self) {
        *locked(&self.shared.fault) = None;
        self.shared.is_down.store(false, Ordering::SeqCst);
    }

    /// The keys of the entries that were completed, in this order.
    pub fn keys(&self) -> Vec<String> {
        locked(&self.shared.entries).keys()
    }

    /// Every rule that a client has broken.
    pub fn complaints(&self) -> Vec<String> {
        locked(&self.shared.complaints).clone()
    }

    /// How many requests came, those that met a fault among them.
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }
}

impl Drop for CacheService {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the one who waits for a connection.
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    /// The fault of this request, which is counted.
    fn fault(&self, head: &Head) -> Option<Fault> {
        let mut fault = locked(&self.fault);
        let (up, down) = (head.method == "PUT", head.method == "GET");
        let (now, next) = match *fault {
            Some(Fault::TooMany(n)) if n > 0 => (*fault, Some(Fault::TooMany(n - 1))),
            Some(Fault::Broken(n)) if n > 0 => (*fault, Some(Fault::Broken(n - 1))),
            Some(Fault::HangUpInUpload(n)) if n > 0 && up => {
                (*fault, Some(Fault::HangUpInUpload(n - 1)))
            }
            Some(Fault::HangUpInDownload(n)) if n > 0 && down => {
                (*fault, Some(Fault::HangUpInDownload(n - 1)))
            }
            Some(Fault::DieInUpload) if up => (*fault, *fault),
            Some(Fault::TooMany(_) | Fault::Broken(_) | Fault::DieInUpload) => (None, *fault),
            Some(Fault::HangUpInUpload(_) | Fault::HangUpInDownload(_)) => (None, *fault),
            _ => (*fault, *fault),
        };
        *fault = next;
        now
    }

    fn complain(&self, status: u16, why: String) -> (u16, Value) {
        let answer = json!({"code": "invalid_argument", "msg": why});
        locked(&self.complaints).push(why);
        (status, answer)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let shared = Arc::clone(shared);
        // One connection each: a client's idle one must not keep the others waiting.
        let converse = |stream| thread::spawn(move || drop(converse(stream, &shared)));
        let _detached = stream.map(converse);
    }
}

/// Answers request after request, until either side hangs up.
fn converse(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    // A head and a body are two writes, and nobody is to wait between them.
    stream.set_nodelay(true)?;
    let mut from = BufReader::with_capacity(1 << 18, stream.try_clone()?);
    let mut to = stream;
    while let Some(head) = Head::read(&mut from)? {
        if shared.is_down.load(Ordering::SeqCst) {
            return Ok(());
        }
        shared.requests.fetch_add(1, Ordering::SeqCst);
        let fault = shared.fault(&head);
        match fault {
            Some(Fault::HangUpInUpload(_) | Fault::DieInUpload) => {
                shared.is_down.store(fault == Some(Fault::DieInUpload), Ordering::SeqCst);
                // Some of the body has come, the rest will find nobody.
                return head.skip(&mut from, head.length() / 2);
            }
            Some(Fault::TooMany(_) | Fault::Broken(_)) => {
                head.skip(&mut from, head.length())?;
                let status = if matches!(fault, Some(Fault::Broken(_))) { 500 } else { 429 };
                answer(&mut to, status, &json!({"code": "internal", "msg": "no luck"}))?;
            }
            _ if head.target.starts_with("/twirp/") => {
                let (status, body) = shared.call(&head, &head.body(&mut from)?, fault);
                answer(&mut to, status, &body)?;
            }
            _ if head.method == "PUT" => {
                let (status, body) = shared.put(&head, &mut from)?;
                answer(&mut to, status, &body)?;
            }
            _ => shared.get(&head, &mut to, fault)?,
        }
    }
    Ok(())
}
