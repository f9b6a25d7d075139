//! The real QEMU from its real source, as Debian has it: built, saved, brought back elsewhere, and booted.

use std::env;
use std::fs;
use std::time::Instant;

use testkit::cache_service::{Azurite, CacheService};

use crate::job::{Job, Machine};

/// The tarball that `./x test --slow` fetches.
const TARBALL: &str = "BOOTGATE_QEMU_SOURCE";

/// With the least that starts a machine. Debian's tarball comes without firmware that others have compiled.
fn job(machine: &Machine, service: &CacheService) -> Job {
    let tarball = env::var(TARBALL).expect("`./x test --slow` fetches it");
    let job = machine.job(&tarball).with(service).input("targets", "riscv64");
    job.input("features", "none").input("configure-args", "--disable-install-blobs")
}

#[test]
#[ignore = "slow: compiles QEMU"]
fn the_real_qemu_is_built_kept_and_boots_where_it_was_never_built() {
    let store = Azurite::start();
    let service = CacheService::before(&store);
    let first = Machine::new();
    let begun = Instant::now();
    let built = job(&first, &service);
    let log = built.run().ok();
    assert!(log.contains("compiled ") && built.output("version").starts_with("7.2."), "{log}");
    eprintln!("built in {} s", begun.elapsed().as_secs());
    let begun = Instant::now();
    built.post().ok();
    eprintln!("saved in {} ms", begun.elapsed().as_millis());
    // The prefix that it was configured with is gone, and so is everything that was there to build it.
    fs::remove_dir_all(first.home()).unwrap();
    let second = Machine::new();
    let restored = job(&second, &service);
    let begun = Instant::now();
    let log = restored.run().ok();
    eprintln!("a warm second run took {} ms", begun.elapsed().as_millis());
    assert!(
        restored.output("cache-hit") == "true" && log.contains("riscv64      boots in"),
        "{log}"
    );
    let size = fs::metadata(second.builds()[0].join("bin/qemu-system-riscv64")).unwrap().len();
    assert!(size > 5 << 20, "a QEMU of {size} bytes");
}
