//! Downloads that are kept.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::Duration;

use fetch::{Digest, Download, Expect, Store};
use tempfile::TempDir;
use testkit::web::{Fault, Web};

use crate::downloads::{bytes, http};

#[test]
fn a_verified_copy_is_used_without_a_network() {
    let (web, folder) = (Web::start(), TempDir::new().unwrap());
    let url = web.put("/file", "contents");
    let store = Store::new(folder.path().join("store"), http());
    let download = Download::new(&url, Expect::Sha256(Digest::of(b"contents")));
    let first = store.get(&download, &mut |_, _| {}).unwrap();
    drop(web);
    assert_eq!(store.get(&download, &mut |_, _| {}).unwrap(), first);
    assert_eq!(fs::read(first.path).unwrap(), b"contents");
}

#[test]
fn a_copy_that_was_changed_is_fetched_again() {
    let (web, folder) = (Web::start(), TempDir::new().unwrap());
    let url = web.put("/file", "contents");
    let store = Store::new(folder.path(), http());
    let download = Download::new(&url, Expect::Sha256(Digest::of(b"contents")));
    let path = store.get(&download, &mut |_, _| {}).unwrap().path;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, "changed").unwrap();
    assert_eq!(store.get(&download, &mut |_, _| {}).unwrap().path, path);
    assert_eq!(fs::read(path).unwrap(), b"contents");
    assert_eq!(web.asked().len(), 2);
}

#[test]
fn two_at_once_download_it_once() {
    let (web, folder) = (Web::start(), TempDir::new().unwrap());
    let bytes = bytes(100_000);
    let url = web.put("/file", bytes.clone());
    web.fail(Fault::Slow(20_000, Duration::from_millis(20)), 1);
    let get = || {
        let store = Store::new(folder.path(), http());
        let download = Download::new(&url, Expect::Sha256(Digest::of(&bytes)));
        store.get(&download, &mut |_, _| {}).unwrap()
    };
    let (one, two) = thread::scope(|scope| {
        let (one, two) = (scope.spawn(get), scope.spawn(get));
        (one.join().unwrap(), two.join().unwrap())
    });
    assert_eq!((one, web.asked().len()), (two, 1));
}

#[test]
fn what_was_not_expected_is_kept_under_its_digest_and_fetched_each_time() {
    let (web, folder) = (Web::start(), TempDir::new().unwrap());
    let store = Store::new(folder.path(), http());
    for contents in ["one", "two"] {
        let url = web.put("/file", contents);
        let stored = store.get(&Download::new(&url, Expect::Unverified), &mut |_, _| {}).unwrap();
        assert_eq!(stored.digest, Digest::of(contents.as_bytes()));
        assert_eq!(fs::read(stored.path).unwrap(), contents.as_bytes());
    }
    assert_eq!(web.asked().len(), 2);
}
