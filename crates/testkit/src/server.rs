//! Servers of others on loopback.

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use supervise::Child;

/// How long one may take until it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where nobody listens, as `127.0.0.1:port`.
pub(crate) fn free_host() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    format!("127.0.0.1:{}", listener.expect("a port").port())
}

/// Starts a program without input and output, and waits until somebody listens there.
pub(crate) fn start(command: &mut Command, host: &str) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = Child::spawn(command).expect("the server is installed");
    let limit = Instant::now() + PATIENCE;
    while TcpStream::connect(host).is_err() {
        assert!(Instant::now() < limit, "{command:?} does not answer");
        sleep(Duration::from_millis(20));
    }
    child
}
