//! What listens in the place of `sshd` and is none.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;

use access::{Asker, Login};
use spec::SshAccess;
use trial::Unreached;

use crate::{Asking, not_ready};

/// Who asks a server that does this with every connection.
fn asking(serve: fn(TcpStream)) -> Asking {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || listener.incoming().for_each(|stream| serve(stream.unwrap())));
    let login = Login::prepare(&SshAccess::default()).unwrap();
    Asking::of(|signals| Asker::ssh(login, &address, signals))
}

fn write(mut stream: &TcpStream, bytes: &[u8]) {
    // Who asks may have gone.
    let _written = stream.write_all(bytes);
}

#[test]
fn a_server_that_closes_says_nothing_or_talks_nonsense_is_not_ready() {
    let mut closing = asking(drop);
    assert_eq!(closing.ask("true", 30, 9), not_ready("the connection was closed at once"));
    let mut silent = asking(std::mem::forget);
    assert_eq!(silent.ask("true", 30, 9), not_ready("no answer in 1.0s"));
    assert_eq!(silent.ask("true", 30, 9), not_ready("no answer in 1.5s"));
    let mut http = asking(|stream| write(&stream, b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert_eq!(http.ask("true", 30, 9), not_ready("what answers is no SSH server"));
    let mut flood = asking(|stream| write(&stream, &[b'x'; 1 << 20]));
    assert_eq!(flood.ask("true", 30, 9), not_ready("what answers is no SSH server"));
}

#[test]
fn a_server_that_greets_and_then_lies_is_not_ready_and_hides_nothing_in_its_words() {
    let mut liar =
        asking(|stream| write(&stream, b"SSH-2.0-\x1b[31mliar\r\n\xff\xff\xff\xff::error::x\r\n"));
    let answer = liar.ask("true", 30, 9);
    let Err(Unreached::NotReady(words)) = answer else { panic!("{answer:?}") };
    assert!(!words.is_empty() && !words.contains(char::is_control), "{words:?}");
}

#[test]
fn a_server_that_greets_and_stalls_is_not_ready_when_the_limit_is_over() {
    let mut stalling = asking(|stream| {
        write(&stream, b"SSH-2.0-stalls\r\n");
        std::mem::forget(stream);
    });
    assert_eq!(stalling.ask("true", 1, 9), not_ready("the login takes its time"));
}

#[test]
fn nobody_at_the_port_is_a_refused_connection() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let login = Login::prepare(&SshAccess::default()).unwrap();
    let mut asking = Asking::of(|signals| Asker::ssh(login, &free, signals));
    assert_eq!(asking.ask("true", 30, 9), not_ready("connection refused"));
}
