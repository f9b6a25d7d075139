//! Azurite, which looks at every signature.

use std::thread::sleep;
use std::time::{Duration, Instant};

use testkit::cache_service::{ACCOUNT, Azurite};
use testkit::meddler::before;
use testkit::object_stores;
use testkit::relay::cutting;

use crate::world::{World, digest, other_bytes};

const PART: [&str; 3] = ["--file=disk.img", "--part-size", "5"];

fn world(account: &str, key: &str) -> World {
    World::new().var("AZURE_STORAGE_ACCOUNT_NAME", account).var("AZURE_STORAGE_ACCOUNT_KEY", key)
}

#[test]
fn azure_takes_parts_keeps_names_and_gives_addresses_that_end() {
    let azurite = Azurite::start();
    let (endpoint, container) = azurite.account();
    let world = world(ACCOUNT.0, ACCOUNT.1);
    let to = format!("az://{container}/os/v1.0/");
    let line = [&PART[..], &["--to", &to, "--endpoint", endpoint]].concat();
    let bytes = world.file("disk.img", (6 << 20) + 7, 1);
    let files = world.run(&[&line[..], &["--presign", "3s"]].concat()).files();
    assert_eq!(
        (&files[0]["digest"], files[0]["url"].as_str()),
        (&digest(&bytes).into(), Some(&*format!("{to}disk.img")))
    );

    let url = files[0]["presigned_url"].as_str().unwrap();
    let (host, target) = url["http://".len()..].split_once('/').unwrap();
    let get = || object_stores::get(host, &format!("/{target}"));
    assert!(get().1 == bytes);
    let limit = Instant::now() + Duration::from_secs(60);
    while get().0 != 403 {
        assert!(Instant::now() < limit, "the address does not end");
        sleep(Duration::from_millis(100));
    }
    let ended = target.split_once('?').unwrap().1;
    let ended = World::new()
        .var("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT.0)
        .var("AZURE_STORAGE_SAS_TOKEN", ended);
    ended.file("disk.img", 10, 1);
    ended.run(&line).says(2, "the credentials must not read in");

    assert_eq!(world.run(&line).files()[0]["was_there"], true);
    for size in [(6 << 20) + 7, 100] {
        world.file("disk.img", size, 2);
        world.run(&line).says(1, "has another content");
    }
    let elsewhere = ["--file=disk.img", "--to=az://nowhere/os", "--endpoint", endpoint];
    world.run(&elsewhere).says(2, "there is no `nowhere`: ContainerNotFound");
}

#[test]
fn azure_sends_a_part_again_whose_connection_was_cut_and_other_bytes_are_found_out() {
    let azurite = Azurite::start();
    let (endpoint, container) = azurite.account();
    let (host, account) = endpoint["http://".len()..].split_once('/').unwrap();
    let world = world(ACCOUNT.0, ACCOUNT.1);
    let to = format!("az://{container}/os/v1.0/");
    let bytes = world.file("disk.img", (12 << 20) + 7, 1);
    let (port, was_cut) = cutting(host.parse().unwrap(), "comp=block&", 2 << 20);
    let endpoint = format!("http://127.0.0.1:{port}/{account}");
    let line = ["--to", &to, "--endpoint", &endpoint];
    let files = world.run(&[&PART[..], &line].concat()).files();
    assert!(was_cut());
    assert_eq!(files[0]["digest"], digest(&bytes));

    let meddler = before(host, other_bytes);
    let endpoint = format!("http://{}/{account}", meddler.host());
    let line = ["--name=new.img", "--to", &to, "--endpoint", &endpoint];
    world.run(&[&PART[..], &line].concat()).says(3, "new.img` has sha256:");
}

#[test]
fn a_key_that_is_wrong_or_missing_is_the_users() {
    let azurite = Azurite::start();
    let (endpoint, container) = azurite.account();
    let to = format!("az://{container}/os");
    let line = ["--file=disk.img", "--to", &to, "--endpoint", endpoint];
    for (world, words) in [
        (world(ACCOUNT.0, "d3Jvbmc="), "the credentials must not read in"),
        (World::new(), "there are no credentials for"),
        (
            World::new().var("AZURE_STORAGE_ACCOUNT_KEY", "d3Jvbmc="),
            "it takes `AZURE_STORAGE_ACCOUNT_NAME`",
        ),
    ] {
        world.file("disk.img", 10, 1);
        world.run(&line).says(2, words);
    }
}
