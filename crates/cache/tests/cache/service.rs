//! Saving to the service and restoring from it, when all goes well.

use std::fs;

use cache::{Cache, Service};
use testkit::cache_service::{CacheService, Fault};

use crate::tree::{fell, look, noise, plant};
use crate::world::{Ears, World, cache, restore, save};

#[test]
fn what_is_saved_comes_back_the_same_inside_and_outside_of_the_workspace() {
    let (world, service) = (World::new(), CacheService::start());
    let (paths, cache) = (world.paths(&world.inputs()), cache(&service));
    paths.targets().iter().for_each(|target| plant(target));
    let before: Vec<_> = paths.targets().iter().map(|target| look(target)).collect();
    let size = save(&cache, &paths, "qemu-1");
    paths.targets().iter().for_each(|target| fell(target));
    let hit = restore(&cache, &paths, "qemu-1").unwrap();
    assert!(hit.exact && hit.key == "qemu-1" && hit.size == size, "{hit:?}");
    assert_eq!(hit.restored, paths.targets());
    let after: Vec<_> = paths.targets().iter().map(|target| look(target)).collect();
    assert!(before == after, "{before:#?}\n{after:#?}");
    assert_eq!((service.complaints(), world.leftovers().len()), (vec![], 0));
}

#[test]
fn a_large_tree_goes_in_blocks_and_comes_in_parts() {
    let (world, service) = (World::new(), CacheService::start());
    let (paths, cache) = (world.paths(&["big"]), cache(&service));
    fs::write(world.workspace().join("big"), noise(70 << 20, 1)).unwrap();
    let size = save(&cache, &paths, "big");
    assert!(size > 70 << 20);
    // Create, two blocks, the list, finalize.
    assert_eq!(service.requests(), 5);
    let before = look(&paths.targets()[0]);
    fs::remove_file(&paths.targets()[0]).unwrap();
    restore(&cache, &paths, "big").unwrap();
    // Find, nine parts.
    assert_eq!(service.requests(), 5 + 10);
    assert!(before == look(&paths.targets()[0]));
    assert_eq!(service.complaints(), [""; 0]);
}

#[test]
fn a_store_without_ranges_will_do() {
    let (world, service) = (World::new(), CacheService::start());
    let (paths, cache) = (world.paths(&["big"]), cache(&service));
    fs::write(world.workspace().join("big"), noise(20 << 20, 1)).unwrap();
    save(&cache, &paths, "big");
    service.lie(Fault::NoRanges);
    let before = look(&paths.targets()[0]);
    restore(&cache, &paths, "big").unwrap();
    assert!(before == look(&paths.targets()[0]));
}

#[test]
fn restore_keys_find_the_newest_entry_that_begins_with_them() {
    let (world, service) = (World::new(), CacheService::start());
    let (paths, cache) = (world.paths(&["a"]), cache(&service));
    for (key, text) in [("qemu-8-a", "old"), ("qemu-8-b", "new"), ("qemu-7", "newest")] {
        fs::write(world.workspace().join("a"), text).unwrap();
        save(&cache, &paths, key);
    }
    let keys = ["qemu-8-".to_owned(), "qemu-".to_owned()];
    let hit = cache.restore(&paths, "qemu-8-c", &keys, &Ears::default()).unwrap().unwrap();
    assert!(!hit.exact && hit.key == "qemu-8-b", "{hit:?}");
    assert_eq!(fs::read_to_string(world.workspace().join("a")).unwrap(), "new");
}

#[test]
fn an_entry_of_other_paths_is_none_of_ours() {
    let (world, service) = (World::new(), CacheService::start());
    fs::write(world.workspace().join("a"), "").unwrap();
    fs::write(world.workspace().join("b"), "").unwrap();
    save(&cache(&service), &world.paths(&["a"]), "k");
    assert_eq!(restore(&cache(&service), &world.paths(&["b"]), "k"), None);
    // Nor one of the same path in another spelling, as with GitHub's client.
    assert_eq!(restore(&cache(&service), &world.paths(&["./a"]), "k"), None);
}

#[test]
fn paths_that_do_not_exist_are_left_out_and_left_alone() {
    let (world, service) = (World::new(), CacheService::start());
    let (paths, cache) = (world.paths(&["a", "b"]), cache(&service));
    let error = cache.save(&paths, "k", &Ears::default()).unwrap_err();
    assert_eq!((error.fault, service.keys().len()), (problem::Fault::User, 0));
    fs::write(world.workspace().join("a"), "").unwrap();
    // The failure has cost the key: a reservation cannot be taken back.
    save(&cache, &paths, "l");
    fs::write(world.workspace().join("b"), "mine").unwrap();
    let hit = restore(&cache, &paths, "l").unwrap();
    assert_eq!(hit.restored, [world.workspace().join("a")]);
    assert_eq!(fs::read_to_string(world.workspace().join("b")).unwrap(), "mine");
}

#[test]
fn signatures_are_masked_and_appear_nowhere_else() {
    let (world, service) = (World::new(), CacheService::start());
    let (paths, cache) = (world.paths(&["a"]), cache(&service));
    fs::write(world.workspace().join("a"), "").unwrap();
    let ears = Ears::default();
    cache.save(&paths, "k", &ears).unwrap();
    assert_eq!(ears.masks(), ["s3cr%2Ft%2Bsig%3D", "s3cr/t+sig="]);
    service.lie(Fault::Lost);
    let ears = Ears::default();
    assert_eq!(cache.restore(&paths, "k", &[], &ears).unwrap(), None);
    assert_eq!(ears.masks().len(), 2);
    let said = format!("{:?} {cache:?}", ears.warnings());
    assert!(!said.contains("s3cr") && !said.contains(service.token()), "{said}");
}

#[test]
fn what_the_job_may_not_do_is_not_even_tried() {
    let (world, service) = (World::new(), CacheService::start());
    let paths = world.paths(&["a"]);
    fs::write(world.workspace().join("a"), "").unwrap();
    let Cache::Service(open) = cache(&service) else { panic!("it is a service") };
    let shut = Cache::Service(Service { readable: false, writable: false, ..open });
    assert_eq!(restore(&shut, &paths, "k"), None);
    let saved = shut.save(&paths, "k", &Ears::default()).unwrap();
    assert!(matches!(saved, cache::Saved::No { .. }), "{saved:?}");
    assert_eq!(service.requests(), 0);
}
