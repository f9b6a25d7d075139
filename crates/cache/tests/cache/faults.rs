//! Whatever the service does: what was there stays, or what comes is whole.

use std::fs;
use std::sync::Barrier;
use std::thread;

use cache::{Cache, Paths, Saved, spare};
use testkit::cache_service::{CacheService, Fault};

use crate::tree::noise;
use crate::world::{Ears, World, cache, restore, save};

/// A job with something to cache that takes two blocks and many parts.
struct Job {
    world: World,
    service: CacheService,
    cache: Cache,
    paths: Paths,
}

impl Job {
    fn of(size: usize) -> Job {
        let (world, service) = (World::new(), CacheService::start());
        let (cache, paths) = (cache(&service), world.paths(&["tree"]));
        let job = Job { world, service, cache, paths };
        fs::create_dir(job.file().parent().unwrap()).unwrap();
        fs::write(job.file(), noise(size, 3)).unwrap();
        job
    }

    fn saved(size: usize) -> Job {
        let job = Job::of(size);
        save(&job.cache, &job.paths, "k");
        fs::write(job.file(), "what was there before").unwrap();
        job
    }

    fn file(&self) -> std::path::PathBuf {
        self.world.workspace().join("tree/file")
    }

    fn is_restored(&self) -> bool {
        fs::metadata(self.file()).unwrap().len() > 1000
    }

    /// A restore that finds nothing good: it warns in these words, and leaves everything as it was.
    fn miss(&self, words: &str) -> Ears {
        let ears = Ears::default();
        assert_eq!(self.cache.restore(&self.paths, "k", &[], &ears).unwrap(), None);
        let warnings = ears.warnings().join("\n");
        assert!(warnings.contains(words) && ears.warnings().len() == 1, "{warnings}");
        assert_eq!(fs::read_to_string(self.file()).unwrap(), "what was there before");
        assert_eq!(self.world.leftovers(), [""; 0].map(std::path::PathBuf::from));
        ears
    }

    /// A save that comes to nothing: it warns in these words, and no entry is completed.
    fn refusal(&self, words: &str) {
        let ears = Ears::default();
        let saved = self.cache.save(&self.paths, "k", &ears).unwrap();
        assert!(matches!(&saved, Saved::No { why } if why.contains(words)), "{saved:?}");
        assert_eq!(ears.warnings().len(), 1);
        assert_eq!(self.service.keys(), [""; 0]);
        self.service.behave();
        assert_eq!(restore(&self.cache, &self.paths, "k"), None);
    }
}

const SMALL: usize = 100_000;
const PARTS: usize = 20 << 20;
const BLOCKS: usize = 70 << 20;

#[test]
fn three_times_429_is_waited_out() {
    let job = Job::of(SMALL);
    job.service.lie(Fault::TooMany(3));
    save(&job.cache, &job.paths, "k");
    job.service.lie(Fault::TooMany(3));
    assert!(restore(&job.cache, &job.paths, "k").is_some());
}

#[test]
fn a_service_that_stays_busy_is_a_warning_and_a_miss() {
    let job = Job::saved(SMALL);
    job.service.lie(Fault::TooMany(99));
    job.miss("429");
}

#[test]
fn faults_of_the_servers_are_tried_again() {
    let job = Job::saved(PARTS);
    job.service.lie(Fault::Broken(3));
    assert!(restore(&job.cache, &job.paths, "k").is_some() && job.is_restored());
}

#[test]
fn connections_that_break_in_an_upload_are_made_again() {
    let job = Job::of(BLOCKS);
    job.service.lie(Fault::HangUpInUpload(2));
    save(&job.cache, &job.paths, "k");
    assert_eq!(job.service.complaints(), [""; 0]);
    fs::write(job.file(), "").unwrap();
    assert!(restore(&job.cache, &job.paths, "k").is_some() && job.is_restored());
}

#[test]
fn a_service_that_dies_in_an_upload_never_has_half_an_entry() {
    for size in [SMALL, BLOCKS] {
        let job = Job::of(size);
        job.service.lie(Fault::DieInUpload);
        job.refusal("no luck");
    }
}

#[test]
fn connections_that_break_in_a_download_are_made_again() {
    let job = Job::saved(PARTS);
    job.service.lie(Fault::HangUpInDownload(3));
    assert!(restore(&job.cache, &job.paths, "k").is_some() && job.is_restored());
}

#[test]
fn a_service_that_dies_in_a_download_leaves_what_was_there() {
    for size in [SMALL, PARTS] {
        let job = Job::saved(size);
        job.service.lie(Fault::DieInDownload);
        // Nor can the spare be looked for.
        let ears = Ears::default();
        assert_eq!(job.cache.restore(&job.paths, "k", &[], &ears).unwrap(), None);
        assert!(ears.warnings()[0].contains("no luck"), "{:?}", ears.warnings());
        assert_eq!(fs::read_to_string(job.file()).unwrap(), "what was there before");
        assert!(job.world.leftovers().is_empty());
    }
}

#[test]
fn a_corrupt_blob_is_a_warning_and_a_miss() {
    for size in [SMALL, PARTS] {
        let job = Job::saved(size);
        job.service.lie(Fault::Corrupt);
        assert_eq!(job.miss("is no good").broken(), ["k"]);
    }
}

#[test]
fn a_truncated_blob_is_a_warning_and_a_miss() {
    for size in [SMALL, PARTS] {
        let job = Job::saved(size);
        job.service.lie(Fault::Truncated);
        assert_eq!(job.miss("is no good").broken(), ["k"]);
    }
}

#[test]
fn a_lost_blob_is_a_warning_and_a_miss() {
    let job = Job::saved(SMALL);
    job.service.lie(Fault::Lost);
    job.miss("404");
}

#[test]
fn a_tree_that_fails_its_check_never_appears() {
    let job = Job::saved(SMALL);
    let ears = Ears::that_refuse("it does not boot");
    assert_eq!(job.cache.restore(&job.paths, "k", &[], &ears).unwrap(), None);
    assert_eq!(ears.warnings(), ["the cache entry `k` is no good: it does not boot"]);
    assert!(!job.is_restored() && job.world.leftovers().is_empty());
}

#[test]
fn a_broken_entry_makes_room_for_its_spare() {
    let job = Job::saved(SMALL);
    job.service.lie(Fault::Corrupt);
    assert_eq!(job.miss("is no good").broken(), ["k"]);
    job.service.behave();
    // Built again, and saved under the name that is looked for next.
    fs::write(job.file(), noise(SMALL, 5)).unwrap();
    save(&job.cache, &job.paths, &spare("k"));
    let ears = Ears::that_refuse("no");
    job.cache.restore(&job.paths, "k", &[], &ears).unwrap();
    let tried = ["the cache entry `k` is no good: no", "the cache entry `k-spare` is no good: no"];
    assert_eq!(ears.warnings(), tried);
}

#[test]
fn a_denied_write_is_a_warning() {
    let job = Job::of(SMALL);
    job.service.lie(Fault::WriteDenied);
    job.refusal("cache write denied: by policy");
}

#[test]
fn a_denied_read_is_a_warning_and_a_miss() {
    let job = Job::saved(SMALL);
    job.service.lie(Fault::ReadDenied);
    job.miss("cache read denied: by policy");
}

#[test]
fn of_two_savers_of_one_key_one_has_saved() {
    let (job, start) = (Job::of(PARTS), Barrier::new(2));
    let one = || {
        start.wait();
        job.cache.save(&job.paths, "k", &Ears::default()).unwrap()
    };
    let (a, b) = thread::scope(|scope| {
        let (a, b) = (scope.spawn(one), scope.spawn(one));
        (a.join().unwrap(), b.join().unwrap())
    });
    let yes = |saved: &Saved| matches!(saved, Saved::Yes { .. });
    assert!(yes(&a) && b == Saved::Exists || yes(&b) && a == Saved::Exists, "{a:?} {b:?}");
    assert!(restore(&job.cache, &job.paths, "k").is_some());
    assert_eq!(job.service.complaints(), [""; 0]);
}

#[test]
fn an_entry_that_is_there_already_is_a_warning() {
    let (job, ears) = (Job::saved(SMALL), Ears::default());
    assert_eq!(job.cache.save(&job.paths, "k", &ears).unwrap(), Saved::Exists);
    assert_eq!(ears.warnings(), ["the cache has an entry `k` already"]);
}

#[test]
fn where_nobody_listens_there_is_a_warning_and_a_miss() {
    let job = Job::saved(SMALL);
    let Cache::Service(mut service) = job.cache.clone() else { panic!("it is a service") };
    service.results_url = "http://127.0.0.1:9/".into();
    let job = Job { cache: Cache::Service(service), ..job };
    job.miss("cannot look into the cache: no luck in 4 tries");
}
