//! Made once, and had at once from then on.

use std::fs;
use std::os::unix::fs::MetadataExt;

use testkit::cache_service::{CacheService, Fault};

use crate::job::{Machine, mtype};

#[test]
fn another_machine_has_it_from_the_cache_and_as_sparse_as_it_was() {
    let service = CacheService::start();
    let machine = |text: &str| {
        let machine = Machine::new();
        machine.put("kernel.bin", text);
        let job =
            machine.job("fat32").input("files", "kernel.bin").input("size", "128M").with(&service);
        job.ok();
        let (hit, digest) = (job.output("cache-hit"), job.output("digest"));
        let image = machine.image().unwrap();
        assert_eq!(mtype(&image, "kernel.bin"), text.as_bytes());
        assert!(fs::metadata(&image).unwrap().blocks() * 512 < 8 << 20);
        job.post();
        (hit, digest)
    };
    let first = machine("one");
    let second = machine("one");
    assert_eq!((first.0.as_str(), second.0.as_str(), &first.1), ("false", "true", &second.1));
    // Another byte is another image.
    assert_eq!((machine("two").0.as_str(), service.keys().len()), ("false", 2));
    service.lie(Fault::Corrupt);
    assert_eq!(machine("two").0, "false");
}

#[test]
fn on_one_machine_it_is_not_made_again_and_a_changed_one_is() {
    let machine = Machine::new();
    machine.put("x", "");
    let job = || {
        let job = machine.job("squashfs").input("files", "x");
        job.ok();
        job.output("cache-hit")
    };
    assert_eq!([job(), job()], ["false", "true"]);
    let kept = fs::read_dir(machine.path("../home/.cache/bootgate/images")).unwrap();
    let kept =
        kept.map(|entry| entry.unwrap().path().join("image")).find(|path| path.exists()).unwrap();
    fs::write(kept, "evil").unwrap();
    assert_eq!(job(), "false");
}
