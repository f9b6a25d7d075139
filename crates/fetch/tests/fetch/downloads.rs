//! Downloads from servers that fail and lie.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use fetch::download::to_file;
use fetch::{Digest, Download, Expect};
use problem::{Fault as Whose, Problem};
use tempfile::TempDir;
use testkit::web::{Fault, Page, Web};
use wire::{Http, Patience};

pub(crate) fn http() -> Http {
    let patience = Patience { tries: 3, first_wait: Duration::from_millis(5) };
    Http::new(patience, 2).silence(Duration::from_millis(300))
}

/// Bytes that differ everywhere, so that a misplaced piece is seen.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * i / 251 + i) as u8).collect()
}

struct World {
    web: Web,
    folder: TempDir,
}

impl World {
    fn new() -> World {
        World { web: Web::start(), folder: TempDir::new().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    fn get(&self, url: &str, expect: Expect) -> Result<Digest, Problem> {
        to_file(&http(), &Download::new(url, expect), &self.file(), &mut |_, _| {})
    }

    /// What is in the folder.
    fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn ranges(&self) -> Vec<Option<String>> {
        self.web.asked().iter().map(|asked| asked.header("range").map(str::to_owned)).collect()
    }
}

fn exactly(bytes: &[u8]) -> Expect {
    Expect::Sha256(Digest::of(bytes))
}

#[test]
fn a_broken_connection_is_resumed_where_it_broke() {
    let (world, bytes) = (World::new(), bytes(1_000_000));
    let url = world.web.put("/file", bytes.clone());
    world.web.fail(Fault::HangUp(400_000), 2);
    world.get(&url, exactly(&bytes)).unwrap();
    assert_eq!(fs::read(world.file()).unwrap(), bytes);
    assert_eq!(world.left(), ["file"]);
    let ranges = world.ranges();
    assert_eq!((ranges.len(), &ranges[0]), (3, &None));
    assert!(ranges[1..].iter().all(Option::is_some), "{ranges:?}");
}

#[test]
fn another_process_goes_on_where_one_was_killed() {
    let (world, bytes) = (World::new(), bytes(500_000));
    let url = world.web.put("/file", bytes.clone());
    world.web.fail(Fault::HangUp(200_000), 1);
    world.web.fail(Fault::Status(503), 2);
    let problem = world.get(&url, exactly(&bytes)).unwrap_err();
    assert_eq!(problem.fault, Whose::Infrastructure);
    assert!(problem.hint.unwrap().ends_with("bytes are kept: try again"));
    assert_eq!(world.left(), ["file.part", "file.part-tag"]);
    let before = world.web.asked().len();
    world.get(&url, exactly(&bytes)).unwrap();
    assert_eq!(fs::read(world.file()).unwrap(), bytes);
    let last = world.ranges().split_off(before);
    assert!(last.len() == 1 && last[0].is_some(), "{last:?}");
}

#[test]
fn a_server_that_knows_no_ranges_is_asked_for_all_of_it() {
    let (world, bytes) = (World::new(), bytes(300_000));
    let url = world.web.put("/file", bytes.clone());
    world.web.fail(Fault::HangUp(100_000), 1);
    world.web.fail(Fault::NoRanges, 1);
    world.get(&url, exactly(&bytes)).unwrap();
    assert_eq!(fs::read(world.file()).unwrap(), bytes);
}

#[test]
fn two_versions_are_never_mixed() {
    for expect_digest in [true, false] {
        let (world, old, new) = (World::new(), bytes(300_000), vec![7; 310_000]);
        let url = world.web.put("/file", old);
        world.web.fail(Fault::HangUp(100_000), 1);
        world.web.fail(Fault::Status(503), 2);
        world.get(&url, Expect::Unverified).unwrap_err();
        world.web.put("/file", new.clone());
        let expect = if expect_digest { exactly(&new) } else { Expect::Unverified };
        // It goes on where we were, in the new one.
        world.web.fail(Fault::OtherTag, 1);
        assert_eq!(world.get(&url, expect).unwrap(), Digest::of(&new));
        assert_eq!(fs::read(world.file()).unwrap(), new);
    }
}

#[test]
fn a_part_that_was_tampered_with_is_fetched_again_from_zero() {
    let (world, bytes) = (World::new(), bytes(300_000));
    let url = world.web.put("/file", bytes.clone());
    world.web.fail(Fault::HangUp(100_000), 1);
    world.web.fail(Fault::Status(503), 2);
    world.get(&url, exactly(&bytes)).unwrap_err();
    let part = world.folder.path().join("file.part");
    let length = part.metadata().unwrap().len() as usize;
    fs::write(part, vec![0; length]).unwrap();
    world.get(&url, exactly(&bytes)).unwrap();
    assert_eq!(fs::read(world.file()).unwrap(), bytes);
}

#[test]
fn the_wrong_bytes_never_get_the_name_and_both_digests_are_said() {
    let world = World::new();
    let url = world.web.put("/file?sig=secret", "wrong");
    let problem = world.get(&url, exactly(b"right")).unwrap_err();
    assert_eq!(
        problem.message,
        format!(
            "`{}` is not what was expected: `{}` was, `{}` came",
            world.web.url("/file"),
            Digest::of(b"right"),
            Digest::of(b"wrong")
        )
    );
    assert!(problem.fault == Whose::User && problem.hint.is_some());
    assert_eq!(world.left(), [""; 0]);
    assert_eq!(world.web.asked().len(), 1, "it was asked for twice");
}

#[test]
fn silence_is_limited_and_slowness_is_not() {
    let (world, bytes) = (World::new(), bytes(100_000));
    let url = world.web.put("/file", bytes.clone());
    world.web.fail(Fault::Stall(60_000), 1);
    world.web.fail(Fault::Slow(4_000, Duration::from_millis(40)), 1);
    world.get(&url, exactly(&bytes)).unwrap();
    assert_eq!(world.web.asked().len(), 2);
    world.web.fail(Fault::Stall(0), 9);
    let problem = world.get(&url, Expect::Unverified).unwrap_err();
    assert!(problem.message.ends_with("nothing came for too long"), "{problem}");
}

#[test]
fn a_busy_server_is_asked_again() {
    let world = World::new();
    let url = world.web.put("/file", "x");
    world.web.fail(Fault::Status(429), 1);
    world.web.fail(Fault::Status(503), 1);
    world.get(&url, exactly(b"x")).unwrap();
    assert_eq!(world.web.asked().len(), 3);
}

#[test]
fn the_token_goes_to_the_server_that_was_named_and_no_further() {
    let (world, other) = (World::new(), Web::start());
    let there = other.put("/elsewhere", "x");
    world.web.redirect("/moved", &there);
    let url = world.web.redirect("/file", "moved");
    let download = Download {
        authorization: Some("Bearer secret"),
        accept: Some("application/octet-stream"),
        ..Download::new(&url, Expect::Unverified)
    };
    to_file(&http(), &download, &world.file(), &mut |_, _| {}).unwrap();
    let asked = world.web.asked();
    assert!(asked.len() == 2 && asked.iter().all(|a| a.header("authorization").is_some()));
    let asked = other.asked();
    assert!(asked.len() == 1 && asked[0].header("authorization").is_none());
    assert_eq!(asked[0].header("accept"), Some("application/octet-stream"));
}

#[test]
fn a_redirect_is_not_followed_anywhere() {
    let world = World::new();
    for (to, expected) in [
        ("http://elsewhere.example/x", "the address on `elsewhere.example` is not HTTPS"),
        ("ftp://127.0.0.1/x", "the address on `127.0.0.1` is not HTTPS"),
        ("/loop", "it has moved more than 10 times"),
    ] {
        let url = world.web.redirect("/loop", to);
        let problem = world.get(&url, Expect::Unverified).unwrap_err();
        assert!(problem.message.ends_with(expected), "{problem}");
    }
    assert_eq!(world.web.asked().len(), 13, "it was tried again in vain");
}

#[test]
fn every_refusal_says_what_to_do() {
    let world = World::new();
    for (status, expected) in [
        (401, "wants to know who asks: status 401"),
        (403, "is forbidden: status 403"),
        (404, "is not there: status 404"),
        (418, "was refused: status 418"),
    ] {
        let url = world.web.page("/file", Page { status, ..Page::default() });
        let problem = world.get(&url, Expect::Unverified).unwrap_err();
        assert_eq!(problem.message, format!("`{url}` {expected}"));
        assert!(problem.fault == Whose::User && problem.hint.is_some());
    }
}

#[test]
fn a_network_that_is_not_there_is_said_so() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = format!("https://{}/x", listener.local_addr().unwrap());
    thread::spawn(move || listener.accept().unwrap().0.write_all(b"HTTP/1.1 400 No TLS here\r\n"));
    let problem = world.get(&plain, Expect::Unverified).unwrap_err();
    assert!(problem.message.contains("TLS failed"), "{problem}");
    let problem = world.get("https://no-such-host.invalid/x", Expect::Unverified).unwrap_err();
    assert!(problem.message.contains("the host is unknown"), "{problem}");
    let problem = world.get("http://elsewhere.example/x", Expect::Unverified).unwrap_err();
    assert!(problem.message.ends_with("is not HTTPS"), "{problem}");
}

#[test]
fn what_is_too_large_is_refused_whether_the_server_says_so_or_not() {
    let world = World::new();
    let url = world.web.put("/file", bytes(1000));
    let download = Download { most: 999, ..Download::new(&url, Expect::Unverified) };
    let problem = to_file(&http(), &download, &world.file(), &mut |_, _| {}).unwrap_err();
    assert!(problem.message.ends_with("is larger than 999 bytes"), "{problem}");
    assert_eq!(world.left(), [""; 0]);
}

#[test]
fn progress_is_told_up_to_the_end() {
    let (world, bytes) = (World::new(), bytes(400_000));
    let url = world.web.put("/file", bytes);
    let mut told = Vec::new();
    let download = Download::new(&url, Expect::Unverified);
    to_file(&http(), &download, &world.file(), &mut |done, total| told.push((done, total)))
        .unwrap();
    assert_eq!(told.first(), Some(&(0, Some(400_000))));
    assert_eq!(told.last(), Some(&(400_000, Some(400_000))));
}
