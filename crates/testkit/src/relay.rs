//! A relay that delays what it passes on, as distance does.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
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
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = TcpStream::connect(to) else { continue };
            for (from, into) in [(&near, &far), (&far, &near)] {
                let (Ok(from), Ok(into)) = (from.try_clone(), into.try_clone()) else { continue };
                let (sender, receiver) = sync_channel(DEEP);
                thread::spawn(move || take(from, &sender, delay));
                thread::spawn(move || give(into, &receiver));
            }
        }
    });
    port
}

fn take(mut from: TcpStream, sender: &SyncSender<(Instant, Vec<u8>)>, delay: Duration) {
    let mut bytes = vec![0; SOME];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
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
