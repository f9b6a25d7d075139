//! Relays that delay what they pass on, as distance does, or count it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many bytes are passed on at once.
const SOME: usize = 1 << 16;

/// How many of these are on their way at most: more than any link of the tests holds.
const DEEP: usize = 16;

/// Passes on what comes to a port of 127.0.0.1, each byte `delay` late in each direction, and gives the port.
///
/// It ends with the process.
///
/// # Panics
/// No port can be listened on.
pub fn delaying(to: SocketAddr, delay: Duration) -> u16 {
    relay(to, delay, &Counts::default())
}

/// What a relay has passed on so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// How often somebody connected.
    pub connections: Arc<AtomicU64>,
    requests: Arc<AtomicU64>,
    /// Bytes to the server.
    pub up: Arc<AtomicU64>,
    /// Bytes from the server.
    pub down: Arc<AtomicU64>,
}

impl Counts {
    /// Connections, bytes to the server, and bytes from it.
    pub fn now(&self) -> [u64; 3] {
        [&self.connections, &self.up, &self.down].map(|count| count.load(Ordering::SeqCst))
    }

    /// Requests of HTTP, of those who wait for an answer before they send the next.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// A request begins what comes: the one before it has been answered.
    fn add(&self, is_up: bool, bytes: &[u8]) {
        let methods = ["GET /", "HEAD /", "POST /", "PUT /", "PATCH /", "DELETE /"];
        if is_up && methods.iter().any(|method| bytes.starts_with(method.as_bytes())) {
            self.requests.fetch_add(1, Ordering::SeqCst);
        }
        let count = if is_up { &self.up } else { &self.down };
        count.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    }
}

/// The same without delay, with what it passes on.
///
/// # Panics
/// No port can be listened on.
pub fn counting(to: SocketAddr) -> (u16, Counts) {
    let counts = Counts::default();
    (relay(to, Duration::ZERO, &counts), counts)
}

/// Hangs up once, on the connection that sends a piece with this text in it: `after` bytes later.
#[derive(Debug)]
struct Cut {
    text: &'static str,
    after: u64,
    is_done: AtomicBool,
}

/// The same without delay, but it hangs up once: `after` bytes behind a piece with this text on its way to the server.
/// Gives also whether it has.
///
/// # Panics
/// No port can be listened on.
pub fn cutting(to: SocketAddr, text: &'static str, after: u64) -> (u16, impl Fn() -> bool) {
    let cut = Arc::new(Cut { text, after, is_done: AtomicBool::new(false) });
    let port = relay_unless(to, Duration::ZERO, &Counts::default(), Some(Arc::clone(&cut)));
    (port, move || cut.is_done.load(Ordering::SeqCst))
}

impl Cut {
    /// Whether it is time, after another piece of a connection.
    fn is_due(&self, seen: &mut Option<u64>, bytes: &[u8]) -> bool {
        match seen {
            Some(seen) => *seen += bytes.len() as u64,
            None => {
                let is_here = bytes.windows(self.text.len()).any(|it| it == self.text.as_bytes());
                *seen = is_here.then_some(0);
            }
        }
        seen.is_some_and(|seen| seen >= self.after) && !self.is_done.swap(true, Ordering::SeqCst)
    }
}

fn relay(to: SocketAddr, delay: Duration, counts: &Counts) -> u16 {
    relay_unless(to, delay, counts, None)
}

fn relay_unless(to: SocketAddr, delay: Duration, counts: &Counts, cut: Option<Arc<Cut>>) -> u16 {
    let counts = counts.clone();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = TcpStream::connect(to) else { continue };
            counts.connections.fetch_add(1, Ordering::SeqCst);
            // A small part of a message must not wait for the answer to the part before it.
            for end in [&near, &far] {
                let _ = end.set_nodelay(true);
            }
            for (from, into, is_up) in [(&near, &far, true), (&far, &near, false)] {
                let (Ok(from), Ok(into)) = (from.try_clone(), into.try_clone()) else { continue };
                let (sender, receiver) = sync_channel(DEEP);
                let (counts, cut) = (counts.clone(), cut.clone().filter(|_| is_up));
                let ends = [&near, &far].map(|end| end.try_clone());
                thread::spawn(move || {
                    let mut seen = None;
                    take(from, &sender, delay, &mut |bytes| {
                        counts.add(is_up, bytes);
                        if cut.as_ref().is_some_and(|cut| cut.is_due(&mut seen, bytes)) {
                            for end in ends.iter().flatten() {
                                let _gone = end.shutdown(Shutdown::Both);
                            }
                        }
                    });
                });
                thread::spawn(move || give(into, &receiver));
            }
        }
    });
    port
}

fn take(
    mut from: TcpStream,
    sender: &SyncSender<(Instant, Vec<u8>)>,
    delay: Duration,
    count: &mut dyn FnMut(&[u8]),
) {
    let mut bytes = vec![0; SOME];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        count(&bytes[..length]);
        if sender.send((Instant::now() + delay, bytes[..length].to_vec())).is_err() {
            return;
        }
    }
}

fn give(mut into: TcpStream, receiver: &Receiver<(Instant, Vec<u8>)>) {
    for (due, bytes) in receiver {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if into.write_all(&bytes).is_err() {
            return;
        }
    }
    let _gone = into.shutdown(Shutdown::Write);
}
