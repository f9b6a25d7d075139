//! The folder of this machine.

use std::fs;
use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

use cache::{Cache, Local, Saved};

use crate::tree::{fell, look, noise, plant};
use crate::world::{Ears, World, restore, save};

const ROOM: u64 = 1 << 30;

/// The folders of entries.
fn entries(world: &World) -> Vec<PathBuf> {
    let all = fs::read_dir(world.path("local")).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.is_dir()).collect()
}

#[test]
fn what_is_saved_comes_back_the_same() {
    let (world, cache) = (World::new(), World::new());
    let (cache, paths) = (cache.local(ROOM), world.paths(&world.inputs()));
    assert_eq!(restore(&cache, &paths, "k"), None);
    paths.targets().iter().for_each(|target| plant(target));
    let before: Vec<_> = paths.targets().iter().map(|target| look(target)).collect();
    save(&cache, &paths, "k");
    paths.targets().iter().for_each(|target| fell(target));
    assert!(restore(&cache, &paths, "k").unwrap().exact);
    let after: Vec<_> = paths.targets().iter().map(|target| look(target)).collect();
    assert!(before == after, "{before:#?}\n{after:#?}");
}

#[test]
fn another_checkout_finds_it_too() {
    let (here, there) = (World::new(), World::new());
    let (cache, inputs) = (here.local(ROOM), ["out", "~/.cache/qemu"]);
    plant(&here.paths(&inputs).targets()[1]);
    save(&cache, &here.paths(&inputs), "k");
    let hit = restore(&cache, &there.paths(&inputs), "k").unwrap();
    assert_eq!(hit.restored, [there.home().join(".cache/qemu")]);
}

#[test]
fn what_was_used_least_recently_makes_room() {
    let world = World::new();
    let (cache, paths) = (world.local(350_000), world.paths(&["a"]));
    for key in ["one", "two", "three"] {
        fs::write(world.workspace().join("a"), noise(100_000, key.len() as u64)).unwrap();
        save(&cache, &paths, key);
    }
    assert!(restore(&cache, &paths, "one").is_some());
    fs::write(world.workspace().join("a"), noise(100_000, 9)).unwrap();
    save(&cache, &paths, "four");
    let there = ["one", "two", "three", "four"].map(|key| restore(&cache, &paths, key).is_some());
    assert_eq!(there, [true, false, true, true]);
    assert_eq!(entries(&world).len(), 3);
}

#[test]
fn what_is_larger_than_the_cache_is_not_saved_and_costs_no_other_entry() {
    let world = World::new();
    let (cache, paths) = (world.local(150_000), world.paths(&["a"]));
    fs::write(world.workspace().join("a"), noise(100_000, 1)).unwrap();
    save(&cache, &paths, "small");
    fs::write(world.workspace().join("a"), noise(200_000, 1)).unwrap();
    let saved = cache.save(&paths, "large", &Ears::default()).unwrap();
    assert!(matches!(saved, Saved::No { .. }), "{saved:?}");
    assert!(restore(&cache, &paths, "small").is_some());
    assert!(world.leftovers().is_empty());
}

#[test]
fn a_broken_entry_is_dropped_and_can_be_saved_again() {
    type Break = fn(&std::path::Path);
    let breaks: [Break; 4] = [
        |archive| fs::write(archive, "no archive").unwrap(),
        |archive| fs::File::options().write(true).open(archive).unwrap().set_len(60_000).unwrap(),
        |archive| fs::remove_file(archive).unwrap(),
        |archive| {
            let mut bytes = fs::read(archive).unwrap();
            bytes[50_000] ^= 1;
            fs::write(archive, bytes).unwrap();
        },
    ];
    for broken in breaks {
        let world = World::new();
        let (cache, paths, ears) = (world.local(ROOM), world.paths(&["a"]), Ears::default());
        fs::write(world.workspace().join("a"), noise(100_000, 1)).unwrap();
        save(&cache, &paths, "k");
        broken(&entries(&world)[0].join("archive.tar.zst"));
        fs::write(world.workspace().join("a"), "mine").unwrap();
        assert_eq!(cache.restore(&paths, "k", &[], &ears).unwrap(), None);
        assert!(ears.warnings()[0].contains("is no good"), "{:?}", ears.warnings());
        assert_eq!(entries(&world).len(), 0);
        assert_eq!(fs::read_to_string(world.workspace().join("a")).unwrap(), "mine");
        save(&cache, &paths, "k");
    }
}

#[test]
fn of_two_savers_of_one_key_one_has_saved() {
    let world = World::new();
    let (cache, paths, start) = (world.local(ROOM), world.paths(&["a"]), Barrier::new(4));
    fs::write(world.workspace().join("a"), noise(1 << 20, 1)).unwrap();
    let one = || {
        start.wait();
        cache.save(&paths, "k", &Ears::default()).unwrap()
    };
    let saved: Vec<Saved> = thread::scope(|scope| {
        let savers: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
        savers.into_iter().map(|saver| saver.join().unwrap()).collect()
    });
    let yes = saved.iter().filter(|saved| matches!(saved, Saved::Yes { .. })).count();
    let exists = saved.iter().filter(|saved| **saved == Saved::Exists).count();
    assert_eq!((yes, exists), (1, 3), "{saved:?}");
    assert!(restore(&cache, &paths, "k").is_some() && world.leftovers().is_empty());
}

#[test]
fn a_folder_that_cannot_be_made_is_a_clear_error() {
    let world = World::new();
    fs::write(world.path("file"), "").unwrap();
    fs::write(world.workspace().join("a"), "").unwrap();
    let cache = Cache::Local(Local::new(world.path("file/cache"), ROOM));
    let error = cache.save(&world.paths(&["a"]), "k", &Ears::default()).unwrap_err();
    assert!(
        error.message.contains("cannot make") && error.message.contains("file/cache"),
        "{error}"
    );
}
