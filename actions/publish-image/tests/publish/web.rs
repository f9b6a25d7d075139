//! Servers of WebDAV and of plain PUT.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use testkit::meddler::{Meddle, before};
use testkit::object_stores::Store;
use testkit::relay::cutting;
use testkit::web::{Asked, Page, Web};

use crate::world::{World, digest, read};

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

/// Takes what `PUT` brings, and knows `If-None-Match`.
fn plain(files: &Mutex<BTreeMap<String, Vec<u8>>>, asked: &Asked) -> Page {
    let status = |status| Page { status, ..Page::default() };
    let mut files = files.lock().unwrap();
    match asked.method.as_str() {
        _ if asked.header("authorization") != Some("Basic bWU6c2VjcmV0") => status(401),
        "GET" => files
            .get(&asked.target)
            .map_or(status(404), |body| Page { body: body.clone(), ..Page::default() }),
        "PUT"
            if asked.header("if-none-match") == Some("*") && files.contains_key(&asked.target) =>
        {
            status(412)
        }
        "PUT" => {
            files.insert(asked.target.clone(), asked.body.clone());
            status(201)
        }
        _ => status(405),
    }
}

#[test]
fn a_server_of_plain_put_is_asked_to_take_nothing_twice_and_sees_the_password_alone() {
    let web = Web::start();
    let files = Mutex::default();
    web.otherwise(move |asked| Some(plain(&files, asked)));
    let world = World::new().var("PUBLISH_USERNAME", "me").var("PUBLISH_PASSWORD", "secret");
    world.file("disk.img", 100_000, 1);
    let line = ["--file=disk.img", "--to", &web.url("/os/v1.0/")];
    world.run(&line).files();
    assert_eq!(world.run(&line).files()[0]["was_there"], true);
    let puts: Vec<Asked> = web.asked().into_iter().filter(|asked| asked.method == "PUT").collect();
    assert_eq!(puts.len(), 2);
    assert!(puts.iter().all(|put| put.header("if-none-match") == Some("*")));

    let stranger = World::new().var("PUBLISH_TOKEN", "hunter2");
    stranger.file("disk.img", 100_000, 1);
    let ran = stranger.run(&line);
    ran.says(2, "answered 401 to GET");
    assert!(ran.err.contains("`PUBLISH_TOKEN`") && !ran.err.contains("hunter2"), "{ran:?}");
}
