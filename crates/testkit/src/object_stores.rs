//! Places for files on loopback: moto as S3, and a server of WebDAV. Azurite is in `cache_service`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use supervise::Child;
use tempfile::TempDir;

use crate::act::tool;
use crate::server::{free_host, start};

/// The bucket that S3 has.
pub const BUCKET: &str = "images";

/// moto looks for the service in it, and believes the rest.
const SIGNED: &str = "authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n";

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Store {
    host: String,
    // Ends before its folder goes.
    _child: Child,
    folder: TempDir,
}

impl Store {
    /// moto, which is S3 to all who have credentials, whichever.
    ///
    /// # Panics
    /// It was not prepared, or does not start.
    pub fn s3() -> Store {
        let store = Store::start("moto_server", |command, host, _| {
            let (_, port) = host.split_once(':').expect("a port");
            command.args(["-H", "127.0.0.1", "-p", port]);
        });
        store.ask("PUT", &format!("/{BUCKET}"), b"");
        store
    }

    /// wsgidav, open to all.
    ///
    /// # Panics
    /// It was not prepared, or does not start.
    pub fn webdav() -> Store {
        Store::start("wsgidav", |command, host, folder| {
            let (_, port) = host.split_once(':').expect("a port");
            command.args(["-H", "127.0.0.1", "-p", port, "--auth", "anonymous", "-q", "-r"]);
            command.arg(folder);
        })
    }

    fn start(program: &str, arguments: impl FnOnce(&mut Command, &str, &Path)) -> Store {
        let (host, folder) = (free_host(), TempDir::new().expect("a folder"));
        let mut command = Command::new(server(program));
        command.current_dir(folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        arguments(&mut command, &host, folder.path());
        let child = start(&mut command, &host);
        Store { host, _child: child, folder }
    }

    /// Where it listens, as `127.0.0.1:port`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What a server of WebDAV has.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The status and the body that the server answers with to somebody with credentials.
    ///
    /// # Panics
    /// It does not answer.
    pub fn ask(&self, method: &str, target: &str, body: &[u8]) -> (u16, Vec<u8>) {
        exchange(&self.host, &format!("{method} {target}"), SIGNED, body)
    }
}

/// Asks whoever listens there for something, without credentials: the status and the body of the answer.
///
/// # Panics
/// It does not answer.
pub fn get(host: &str, target: &str) -> (u16, Vec<u8>) {
    exchange(host, &format!("GET {target}"), "", b"")
}

fn exchange(host: &str, asked: &str, more: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(host).expect("it listens");
    let length = body.len();
    let head =
        format!("{asked} HTTP/1.0\r\nhost: {host}\r\n{more}content-length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body].concat()).expect("it takes a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let status = String::from_utf8_lossy(&answer[9..12]).parse().expect("a status");
    (status, answer.split_off(end + 4))
}

/// Where `./x tools` puts them.
fn server(name: &str) -> PathBuf {
    let node = tool("node");
    let tools = node.ancestors().nth(2).expect("a folder of tools");
    let server = tools.join("stores/venv/bin").join(name);
    assert!(server.is_file(), "`{}` is missing: run `./x tools` first", server.display());
    server
}
