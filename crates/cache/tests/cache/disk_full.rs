//! A disk that is full, in a file system of its own: the test runs itself again where it may mount one.

use std::env;
use std::fs;
use std::path::Path;

use cache::{Cache, Local};
use problem::{Fault, Problem};
use testkit::cache_service::CacheService;
use testkit::mounting_shell;

use crate::tree::noise;
use crate::world::{Ears, World, cache, save};

/// Where the small file system is, for the one that runs in it.
const SMALL: &str = "BOOTGATE_TEST_SMALL_DISK";

/// Runs the test of this name again, with `$SMALL` a file system of one MiB that goes with the process.
fn on_a_small_disk(test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@""#;
    let status = mounting_shell()
        .arg(script)
        .arg(folder.path())
        .arg(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(SMALL, folder.path())
        .status()
        .unwrap();
    assert!(status.success(), "it failed on the small disk");
}

/// A clear error, and nothing left.
fn assert_full(error: &Problem, disk: &Path) {
    assert_eq!(error.fault, Fault::Infrastructure);
    assert!(error.message.contains("the disk is full") && error.hint.is_some(), "{error}");
    assert_eq!(fs::read_dir(disk).unwrap().count(), 0);
}

#[test]
fn a_restore_to_a_full_disk_is_a_clear_error_and_leaves_nothing() {
    let Some(disk) = env::var_os(SMALL) else {
        return on_a_small_disk(
            "disk_full::a_restore_to_a_full_disk_is_a_clear_error_and_leaves_nothing",
        );
    };
    let (world, service) = (World::new(), CacheService::start());
    let full = Path::new(&disk).join("deep/tree");
    fs::create_dir_all(&full).unwrap();
    fs::write(full.join("file"), noise(900_000, 1)).unwrap();
    // One disk cannot hold it twice, and what is there stays until its successor is whole.
    let paths = world.paths(&[full.to_str().unwrap()]);
    save(&cache(&service), &paths, "k");
    let error = cache(&service).restore(&paths, "k", &[], &Ears::default()).unwrap_err();
    assert_eq!(fs::metadata(full.join("file")).unwrap().len(), 900_000);
    fs::remove_dir_all(Path::new(&disk).join("deep")).unwrap();
    assert_full(&error, Path::new(&disk));
}

#[test]
fn a_save_to_a_full_disk_is_a_clear_error_and_leaves_nothing() {
    let Some(disk) = env::var_os(SMALL) else {
        return on_a_small_disk(
            "disk_full::a_save_to_a_full_disk_is_a_clear_error_and_leaves_nothing",
        );
    };
    let world = World::new();
    fs::write(world.workspace().join("a"), noise(2 << 20, 1)).unwrap();
    let folder = Path::new(&disk).join("cache");
    let cache = Cache::Local(Local::new(&folder, u64::MAX));
    let error = cache.save(&world.paths(&["a"]), "k", &Ears::default()).unwrap_err();
    fs::remove_file(folder.join("lock")).unwrap();
    assert_full(&error, &folder);
}
