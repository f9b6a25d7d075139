//! GitHub's artifact service and the store behind it, on loopback: strict about what it gets, and lying on request.

mod message;
mod store;

use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use message::{Message, answer};
use serde_json::{Value, json};
use store::Store;

/// What the service does wrong, before it does right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers this many requests, of any kind, with 429 and `retry-after: 0`.
    TooMany(u32),
    /// Answers this many requests with 500.
    Broken(u32),
    /// Hangs up in the middle of this many blocks.
    HangUp(u32),
    /// Refuses this many blocks with 403.
    Forbidden(u32),
    /// Knows no artifact service: 404.
    Absent,
}

/// A service that runs until it is dropped.
#[derive(Debug)]
pub struct ArtifactService {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    store: Mutex<Store>,
    fault: Mutex<Option<Fault>>,
    stopped: AtomicBool,
}

const RUN: &str = "run-backend-id";
const JOB: &str = "job-backend-id";

/// Characters that a client which spells the query anew would change.
const SIGNATURE: &str = "se=2030-01-01T00%3A00%3A00Z&sig=a%2Fb%2Bc%3D&sv=2025-01-05";

impl ArtifactService {
    /// Starts the service on a free port.
    ///
    /// # Panics
    /// When there is no loopback.
    pub fn start(fault: Option<Fault>) -> ArtifactService {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port on loopback");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            store: Mutex::new(Store::default()),
            fault: Mutex::new(fault),
            stopped: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let thread = Some(thread::spawn(move || serve(&listener, &served)));
        ArtifactService { port, shared, thread }
    }

    /// `ACTIONS_RESULTS_URL`, with a path that a client must drop.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/some/prefix/", self.port)
    }

    /// `ACTIONS_RUNTIME_TOKEN`: its claims name the run and the job, its signature is none.
    pub fn token(&self) -> String {
        let claims = json!({"scp": format!("Actions.GenericRead:1 Actions.Results:{RUN}:{JOB}")});
        format!("e30.{}.c2ln", message::base64_url(claims.to_string().as_bytes()))
    }

    /// The archive of an artifact that was completed.
    pub fn artifact(&self, name: &str) -> Option<Vec<u8>> {
        self.shared.store().finished(name)
    }

    /// Every rule that a client has broken.
    pub fn complaints(&self) -> Vec<String> {
        self.shared.store().complaints.clone()
    }

    /// How many requests came, those that met a fault among them.
    pub fn requests(&self) -> usize {
        self.shared.store().requests
    }
}

impl Drop for ArtifactService {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the one who waits for a connection.
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault for this request, which is counted.
    fn fault(&self, is_block: bool) -> Option<Fault> {
        let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, next) = match *fault {
            Some(Fault::TooMany(n)) if n > 0 => (*fault, Some(Fault::TooMany(n - 1))),
            Some(Fault::Broken(n)) if n > 0 => (*fault, Some(Fault::Broken(n - 1))),
            Some(Fault::HangUp(n)) if n > 0 && is_block => (*fault, Some(Fault::HangUp(n - 1))),
            Some(Fault::Forbidden(n)) if n > 0 && is_block => {
                (*fault, Some(Fault::Forbidden(n - 1)))
            }
            Some(Fault::Absent) => (*fault, *fault),
            _ => (None, *fault),
        };
        *fault = next;
        now
    }
}

fn serve(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let shared = Arc::clone(shared);
        // One connection each: a client's idle one must not keep the others waiting.
        let _detached = stream.map(|stream| thread::spawn(move || converse(stream, &shared)));
    }
}

fn converse(mut stream: TcpStream, shared: &Shared) {
    while let Ok(Some(head)) = Message::head(&mut stream) {
        shared.store().requests += 1;
        let fault = shared.fault(head.target.contains("comp=block&"));
        if matches!(fault, Some(Fault::HangUp(_))) {
            // Some of the body has come, the rest will find nobody.
            let _some = head.some_body(&mut stream);
            return;
        }
        let Ok(message) = head.body(&mut stream) else { return };
        let (status, body) = match fault {
            Some(Fault::TooMany(_)) => (429, Value::Null),
            Some(Fault::Broken(_)) => (500, json!({"code": "internal", "msg": "no luck"})),
            Some(Fault::Forbidden(_)) => (403, Value::Null),
            Some(Fault::Absent) => (404, json!({"code": "bad_route"})),
            _ => dispatch(&message, shared),
        };
        if answer(&mut stream, status, &body).is_err() {
            return;
        }
    }
}

fn dispatch(message: &Message, shared: &Shared) -> (u16, Value) {
    let mut store = shared.store();
    let (path, query) = message.target.split_once('?').unwrap_or((&message.target, ""));
    let service = "/twirp/github.actions.results.api.v1.ArtifactService/";
    match (message.method.as_str(), path.strip_prefix(service)) {
        ("POST", Some(method)) => store.call(method, message),
        ("PUT", None) => store.put(path, query, message),
        _ => store.complain(404, format!("{} {}", message.method, message.target)),
    }
}
