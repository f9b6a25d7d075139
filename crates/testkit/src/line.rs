//! A line to a server of HTTP that refuses everything from some request on, as a server does when a token has ended.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What comes back then.
const REFUSAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// How many bytes are passed on at once: the head of a request comes in one piece.
const SOME: usize = 1 << 16;

/// From which request on it refuses: the first with this text in it, or all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Mood {
    #[default]
    Open,
    Until(String),
    Refusing,
}

/// Passes on what comes to a port of 127.0.0.1. It ends with the process.
#[derive(Debug)]
pub struct Line {
    port: u16,
    mood: Arc<Mutex<Mood>>,
}

impl Line {
    /// To a server, such as `127.0.0.1:5000`.
    ///
    /// # Panics
    /// No port can be listened on.
    pub fn to(host: &str) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let line = Line { port, mood: Arc::default() };
        let (host, mood) = (host.to_owned(), Arc::clone(&line.mood));
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&host) else { continue };
                let _lost = connect(&near, &far, &mood);
            }
        });
        line
    }

    /// Where it begins, as `127.0.0.1:port`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// From the first request with this text on, each is answered with 403.
    pub fn refuse_from(&self, text: &str) {
        self.set(Mood::Until(text.to_owned()));
    }

    /// Everything passes again. Says whether anything had been refused.
    pub fn mend(&self) -> bool {
        self.set(Mood::Open) == Mood::Refusing
    }

    fn set(&self, mood: Mood) -> Mood {
        std::mem::replace(&mut self.mood.lock().unwrap_or_else(PoisonError::into_inner), mood)
    }
}

fn connect(near: &TcpStream, far: &TcpStream, mood: &Arc<Mutex<Mood>>) -> io::Result<()> {
    // A small part of a message must not wait for the answer to the part before it.
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (mut request, mut server) = (near.try_clone()?, far.try_clone()?);
    let (mut answer, mut client, mood) = (far.try_clone()?, near.try_clone()?, Arc::clone(mood));
    thread::spawn(move || {
        let mut bytes = vec![0; SOME];
        while let Ok(length @ 1..) = request.read(&mut bytes) {
            if refuses(&mood, &bytes[..length]) {
                let _gone = request.write_all(REFUSAL);
                break;
            }
            if server.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _gone = (server.shutdown(Shutdown::Both), request.shutdown(Shutdown::Write));
    });
    thread::spawn(move || {
        let _gone = io::copy(&mut answer, &mut client);
        let _gone = client.shutdown(Shutdown::Write);
    });
    Ok(())
}

/// Whether these bytes are refused, as all that come after them.
fn refuses(mood: &Mutex<Mood>, bytes: &[u8]) -> bool {
    let mut mood = mood.lock().unwrap_or_else(PoisonError::into_inner);
    let is_due = match &*mood {
        Mood::Open => false,
        Mood::Until(text) => bytes.windows(text.len()).any(|it| it == text.as_bytes()),
        Mood::Refusing => true,
    };
    if is_due {
        *mood = Mood::Refusing;
    }
    is_due
}
