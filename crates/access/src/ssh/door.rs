//! Whether an SSH server is there at all: cheaper to find out than by a login, and in time.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use supervise::Deadline;

/// How long a guest may leave us without a word at first; it is given more each time, for it may be slow.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(4);

/// What may come before the greeting, in bytes.
const MOST: usize = 8 << 10;

/// An address behind which there will be an SSH server.
#[derive(Debug)]
pub(super) struct Door {
    address: String,
    patience: Duration,
}

impl Door {
    pub(super) fn new(address: &str) -> Door {
        Door { address: address.to_owned(), patience: FIRST }
    }

    /// Host and port, as `ssh` takes them.
    pub(super) fn place(&self) -> (&str, &str) {
        let (host, port) = self.address.rsplit_once(':').unwrap_or((&self.address, "22"));
        (host.trim_start_matches('[').trim_end_matches(']'), port)
    }

    /// Waits for the greeting; in words, why there is none.
    pub(super) fn knock(&mut self, deadline: Deadline) -> Result<(), String> {
        let patience = self.patience.min(deadline.remaining()).max(Duration::from_millis(1));
        match self.greeting(Deadline::after(patience)) {
            Ok(true) => Ok(()),
            Ok(false) => Err("what answers is no SSH server".into()),
            Err(error) => Err(self.words(&error, patience)),
        }
    }

    fn words(&mut self, error: &io::Error, patience: Duration) -> String {
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                self.patience = (self.patience * 3 / 2).min(LONGEST);
                format!("no answer in {:.1}s", patience.as_secs_f32())
            }
            io::ErrorKind::ConnectionRefused => "connection refused".into(),
            io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
                "the connection was closed at once".into()
            }
            _ => error.to_string(),
        }
    }

    fn greeting(&self, deadline: Deadline) -> io::Result<bool> {
        let mut stream = self.connect(deadline)?;
        let (mut heard, mut chunk) = (Vec::new(), [0; 1024]);
        while heard.len() < MOST {
            if deadline.has_passed() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(deadline.remaining().max(Duration::from_millis(1))))?;
            match stream.read(&mut chunk) {
                Ok(0) if heard.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(0) => return Ok(false),
                Ok(read) => heard.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if heard.starts_with(b"SSH-") || memchr::memmem::find(&heard, b"\nSSH-").is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn connect(&self, deadline: Deadline) -> io::Result<TcpStream> {
        let mut outcome = Err(io::ErrorKind::NotFound.into());
        for address in self.address.to_socket_addrs()? {
            outcome = connect(&address, deadline);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

fn connect(address: &SocketAddr, deadline: Deadline) -> io::Result<TcpStream> {
    TcpStream::connect_timeout(address, deadline.remaining().max(Duration::from_millis(1)))
}
