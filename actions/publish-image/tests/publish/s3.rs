//! moto, as all that speaks S3.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use testkit::meddler::{Meddle, before};
use testkit::object_stores::Store;
use testkit::relay::cutting;
use testkit::web::{Asked, Page};

use crate::world::{World, digest, other_bytes};

/// Its parts are of 5 MiB: four, and a small one.
const SIZE: usize = (20 << 20) + 7;

const DISK: &str = "/images/os/v1.0/disk.img";

fn is_at(asked: &Asked, method: &str, path: &str) -> bool {
    asked.method == method && asked.target.split('?').next() == Some(path)
}

#[test]
fn a_connection_that_is_cut_in_part_3_costs_that_part_alone() {
    let (store, world) = (Store::s3(), World::of_s3());
    let bytes = world.file("disk.img", SIZE, 1);
    let (port, was_cut) = cutting(store.host().parse().unwrap(), "partNumber=3&", 2 << 20);
    let host = format!("127.0.0.1:{port}");
    let begun = Instant::now();
    let files = world.to_s3(&host, &["--file=disk.img"]).files();
    println!("{} MiB in 5 parts, one cut in its middle: {:?}", SIZE >> 20, begun.elapsed());
    assert!(was_cut());
    assert_eq!(files[0]["digest"], digest(&bytes));
    assert!(store.ask("GET", DISK, b"").1 == bytes);

    let begun = Instant::now();
    let again = world.to_s3(&host, &["--file=disk.img"]);
    println!("the same again: {:?}", begun.elapsed());
    assert_eq!(again.files()[0]["was_there"], true);
    assert!(!again.err.contains("sent"), "{again:?}");

    world.file("disk.img", SIZE, 2);
    world.to_s3(&host, &["--file=disk.img"]).says(1, "has another content: sha256:");
    assert!(store.ask("GET", DISK, b"").1 == bytes);
}

#[test]
fn whoever_is_a_moment_faster_keeps_the_name_with_one_part_and_with_five() {
    let (store, world) = (Arc::new(Store::s3()), World::of_s3());
    for (size, method) in [(1000, "PUT"), (SIZE, "POST")] {
        world.file("disk.img", size, 1);
        let there = Arc::clone(&store);
        let meddler = before(store.host(), move |asked| {
            let is_last = !asked.target.contains("uploads");
            if is_at(asked, method, DISK) && is_last {
                there.ask("PUT", DISK, b"theirs");
            }
            Meddle::Pass
        });
        let refused = world.to_s3(&meddler.host(), &["--file=disk.img"]);
        refused.says(1, &format!("has another content: {}", digest(b"theirs")));
        assert_eq!(store.ask("GET", DISK, b"").1, b"theirs");
        store.ask("DELETE", DISK, b"");
    }
}

#[test]
fn a_store_that_has_other_bytes_than_were_sent_is_found_out() {
    let (store, world) = (Store::s3(), World::of_s3());
    world.file("disk.img", SIZE, 1);
    let meddler = before(store.host(), other_bytes);
    let ran = world.to_s3(&meddler.host(), &["--file=disk.img"]);
    ran.says(3, "`s3://images/os/v1.0/disk.img` has sha256:");
    assert!(ran.err.contains("nobody must use it"), "{ran:?}");
    assert_eq!(store.ask("GET", "/images/os/v1.0/SHA256SUMS", b"").0, 404);
}

#[test]
fn sums_that_another_job_adds_at_the_same_moment_are_kept() {
    let (store, world) = (Arc::new(Store::s3()), World::of_s3());
    let bytes = world.file("disk.img", 1000, 1);
    let (sums, theirs) = ("/images/os/v1.0/SHA256SUMS", format!("{:064}  theirs\n", 0));
    for _ in ["where there is no list yet", "where there is one"] {
        let (there, added) = (Arc::clone(&store), theirs.clone());
        let is_first = Mutex::new(true);
        let meddler = before(store.host(), move |asked| {
            if is_at(asked, "PUT", sums) && std::mem::take(&mut *is_first.lock().unwrap()) {
                there.ask("PUT", sums, added.as_bytes());
            }
            Meddle::Pass
        });
        world.to_s3(&meddler.host(), &["--file=disk.img"]).files();
        let list = String::from_utf8(store.ask("GET", sums, b"").1).unwrap();
        let ours = format!("{}  disk.img\n", &digest(&bytes)[7..]);
        assert!(list.contains(&theirs) && list.contains(&ours), "{list}");
        store.ask("PUT", sums, format!("{:064}  third\n", 1).as_bytes());
    }
}

#[test]
fn what_is_wrong_with_a_bucket_or_with_credentials_is_said_with_the_next_step() {
    let (store, world) = (Store::s3(), World::of_s3());
    world.file("disk.img", 1000, 1);
    let endpoint = format!("http://{}", store.host());
    let nowhere = ["--file=disk.img", "--to=s3://nowhere/os", "--endpoint", &endpoint];
    world.run(&nowhere).says(2, "there is no `nowhere`: NoSuchBucket");

    let anonymous = World::new();
    anonymous.file("disk.img", 1000, 1);
    anonymous.run(&nowhere).says(2, "hint: it takes `AWS_ACCESS_KEY_ID`");

    for (status, code, words) in [
        (400, "ExpiredToken", "have expired: ExpiredToken: no"),
        (
            403,
            "InvalidAccessKeyId",
            "must not write in `s3://images/os/v1.0/`: InvalidAccessKeyId: no",
        ),
    ] {
        let meddler = before(store.host(), move |asked| match asked.method == "PUT" {
            true => {
                let body =
                    format!("<Error><Code>{code}</Code><Message>no</Message></Error>").into();
                Meddle::Answer(Page { status, body, ..Page::default() })
            }
            false => Meddle::Pass,
        });
        world.to_s3(&meddler.host(), &["--file=disk.img"]).says(2, words);
    }
}

#[test]
fn an_answer_that_was_lost_is_no_reason_to_fail() {
    let (store, world) = (Store::s3(), World::of_s3());
    world.file("disk.img", SIZE, 1);
    let is_first = AtomicBool::new(true);
    let meddler = before(store.host(), move |asked| {
        let completes = asked.method == "POST" && asked.target.contains("uploadId=");
        match completes && is_first.swap(false, Ordering::SeqCst) {
            true => Meddle::change(|_| Page { status: 503, ..Page::default() }),
            false => Meddle::Pass,
        }
    });
    let files = world.to_s3(&meddler.host(), &["--file=disk.img"]).files();
    assert_eq!(files[0]["was_there"], false);
}
