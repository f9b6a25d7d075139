//! Servers of WebDAV and of plain PUT.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use testkit::meddler::{Meddle, before};
use testkit::object_stores::Store;
use testkit::relay::cutting;
use testkit::web::{Asked, Page, Web};

use crate::world::{World, digest, other_bytes, read};

#[test]
fn webdav_gives_a_name_to_what_is_whole_and_never_twice() {
    let (store, world) = (Store::webdav(), World::new());
    let bytes = world.file("disk.img", 8 << 20, 1);
    let (port, was_cut) = cutting(store.host().parse().unwrap(), "PUT /os", 2 << 20);
    let to = format!("http://127.0.0.1:{port}/os/v1.0");
    let files = world.run(&["--file=disk.img", "--to", &to]).files();
    assert!(was_cut());
    assert_eq!(files[0]["digest"], digest(&bytes));
    let there = store.folder().join("os/v1.0");
    assert!(read(there.join("disk.img")) == bytes);
    assert_eq!(fs::read_dir(&there).unwrap().count(), 2);

    let to = format!("http://{}/os/v1.0", store.host());
    assert_eq!(world.run(&["--file=disk.img", "--to", &to]).files()[0]["was_there"], true);
    world.file("disk.img", 8 << 20, 2);
    world.run(&["--file=disk.img", "--to", &to]).says(1, "has another content: sha256:");
    assert!(read(there.join("disk.img")) == bytes);

    let meddler = before(store.host(), other_bytes);
    let to = format!("http://{}/os/v1.1", meddler.host());
    world.run(&["--file=disk.img", "--to", &to]).says(3, "disk.img` has sha256:");
    assert!(!store.folder().join("os/v1.1/SHA256SUMS").exists());

    let faster = store.folder().join("os/v1.0/late.img");
    let taken = faster.clone();
    let meddler = before(store.host(), move |asked| {
        if asked.method == "MOVE" {
            fs::write(&taken, "theirs").unwrap();
        }
        Meddle::Pass
    });
    let line = [
        "--file=disk.img",
        "--name=late.img",
        "--to",
        &format!("http://{}/os/v1.0", meddler.host()),
    ];
    world.run(&line).says(1, &digest(b"theirs"));
    assert_eq!(read(faster), b"theirs");
    assert_eq!(fs::read_dir(&there).unwrap().count(), 3);
}

/// Takes what `PUT` brings from who has this authorization, and nothing twice where this header asks for that.
fn plain(
    authorization: &str,
    (name, value): (&str, &str),
    files: &Mutex<BTreeMap<String, Vec<u8>>>,
    asked: &Asked,
) -> Page {
    let status = |status| Page { status, ..Page::default() };
    let dated = |body| {
        let date = ("last-modified".into(), "Sun, 06 Nov 1994 08:49:37 GMT".into());
        Page { headers: vec![date], body, ..Page::default() }
    };
    let mut files = files.lock().unwrap();
    match asked.method.as_str() {
        _ if asked.header("authorization") != Some(authorization) => status(401),
        "GET" => files.get(&asked.target).cloned().map_or(status(404), dated),
        "PUT" if asked.header(name) == Some(value) && files.contains_key(&asked.target) => {
            status(412)
        }
        "PUT" => {
            files.insert(asked.target.clone(), asked.body.clone());
            dated(Vec::new())
        }
        _ => status(405),
    }
}

/// Publishes to it twice: all that was put there was put only where there was nothing.
fn publish_twice(world: &World, line: &[&str], web: &Web, condition: (&str, &str)) {
    world.file("disk.img", 100_000, 1);
    world.run(line).files();
    assert_eq!(world.run(line).files()[0]["was_there"], true);
    let puts: Vec<Asked> = web.asked().into_iter().filter(|asked| asked.method == "PUT").collect();
    assert_eq!(puts.len(), 2);
    assert!(puts.iter().all(|put| put.header(condition.0) == Some(condition.1)));
    world.file("disk.img", 100_000, 2);
    world.run(line).says(1, "has another content: sha256:");
}

#[test]
fn google_is_asked_with_a_token_to_take_nothing_twice() {
    let (web, files) = (Web::start(), Mutex::default());
    let condition = ("x-goog-if-generation-match", "0");
    web.otherwise(move |asked| Some(plain("Bearer token", condition, &files, asked)));
    let endpoint = web.url("");
    let line = ["--file=disk.img", "--to=gs://images/os/v1.0", "--endpoint", &endpoint];
    publish_twice(&World::new().var("GOOGLE_BEARER_TOKEN", "token"), &line, &web, condition);
}

#[test]
fn a_server_of_plain_put_is_asked_to_take_nothing_twice_and_sees_the_password_alone() {
    let (web, files) = (Web::start(), Mutex::default());
    let condition = ("if-none-match", "*");
    web.otherwise(move |asked| Some(plain("Basic bWU6c2VjcmV0", condition, &files, asked)));
    let world = World::new().var("PUBLISH_USERNAME", "me").var("PUBLISH_PASSWORD", "secret");
    let line = ["--file=disk.img", "--to", &web.url("/os/v1.0/")];
    publish_twice(&world, &line, &web, condition);

    let stranger = World::new().var("PUBLISH_TOKEN", "hunter2");
    stranger.file("disk.img", 100_000, 1);
    let ran = stranger.run(&line);
    ran.says(2, "answered 401 to GET");
    assert!(ran.err.contains("`PUBLISH_TOKEN`") && !ran.err.contains("hunter2"), "{ran:?}");
}
