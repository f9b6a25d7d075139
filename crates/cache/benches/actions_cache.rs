//! Saves and restores one tree by turns with GitHub's own client, on one service, and says how often as fast we are.
//!
//! Both speak over loopback to the same stand-in, so that the network bounds nobody. What bounds us then is measured
//! beside it: the same bytes compressed, decompressed and written, each for itself.

#![expect(clippy::unwrap_used, reason = "a measurement may fail this way")]
#![expect(clippy::print_stdout, reason = "it is what it is for")]

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use cache::{Cache, Paths, Patience, Saved, Service, Watcher};
use tempfile::TempDir;
use testkit::cache_service::{CacheService, Official};

/// How often each saves and restores; odd, so that one is in the middle.
const ROUNDS: usize = 5;

/// How many files of how many bytes: 500 MiB, like an installed QEMU with its sources.
const FILES: [(usize, usize); 3] = [(4096, 16 << 10), (512, 256 << 10), (22, 14 << 20)];

/// How often as fast we want to be.
const AIM: f64 = 1.3;

struct Quiet;

impl Watcher for Quiet {
    fn mask(&self, _: &str) {}

    fn warn(&self, warning: &str) {
        panic!("{warning}");
    }
}

fn main() {
    let folder = TempDir::new().unwrap();
    let workspace = folder.path().join("workspace");
    fs::create_dir(&workspace).unwrap();
    let tree = workspace.join("tree");
    let size = grow(&tree);
    let (mut saves, mut restores) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..ROUNDS {
        let service = CacheService::start();
        let theirs = Official::new(&service, &workspace, folder.path());
        let ours = Ours::new(&service, &workspace);
        settle();
        saves[0].push(theirs.save(&["tree"], "theirs").time);
        settle();
        saves[1].push(ours.save("ours"));
        // Each restores what the other one saved: the archives are alike, and so is the work.
        clear(&tree);
        restores[0].push(theirs.restore(&["tree"], "ours", &[]).time);
        assert!(tree.is_dir());
        clear(&tree);
        restores[1].push(ours.restore("theirs"));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{} MiB in {} files, {cores} cores, medians of {ROUNDS} by turns:",
        size >> 20,
        files()
    );
    let ratios = [("save", saves), ("restore", restores)].map(|(what, times)| show(what, times));
    bounds(&tree, folder.path());
    if ratios.iter().any(|ratio| *ratio < AIM) {
        println!("the aim of {AIM} is missed");
        std::process::exit(1);
    }
}

struct Ours {
    cache: Cache,
    paths: Paths,
}

impl Ours {
    fn new(service: &CacheService, workspace: &Path) -> Ours {
        let cache = Cache::Service(Service {
            results_url: service.url(),
            token: service.token().to_owned(),
            readable: true,
            writable: true,
            patience: Patience::default(),
        });
        Ours { cache, paths: Paths::new(&["tree"], workspace, None).unwrap() }
    }

    fn save(&self, key: &str) -> Duration {
        let begin = Instant::now();
        let saved = self.cache.save(&self.paths, key, &Quiet).unwrap();
        assert!(matches!(saved, Saved::Yes { .. }));
        begin.elapsed()
    }

    fn restore(&self, key: &str) -> Duration {
        let begin = Instant::now();
        assert!(self.cache.restore(&self.paths, key, &[], &Quiet).unwrap().is_some());
        begin.elapsed()
    }
}

/// Lets the disk do what it still has to, which is nobody's part of the race.
fn settle() {
    rustix::fs::sync();
}

fn clear(tree: &Path) {
    fs::remove_dir_all(tree).unwrap();
    settle();
}

/// Prints a line, and gives how often as fast we are.
fn show(what: &str, times: [Vec<Duration>; 2]) -> f64 {
    let [theirs, ours] = times.map(median);
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!(
        "  {what:8} @actions/cache {:6.2} s, bootgate {:6.2} s: {ratio:.2} times as fast",
        theirs.as_secs_f64(),
        ours.as_secs_f64()
    );
    ratio
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// What nobody can be faster than: the parts of the work, each alone.
fn bounds(tree: &Path, folder: &Path) {
    let (read, bytes) = timed(|| gather(tree));
    let (packed_in, packed) = timed(|| {
        let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        zstd.multithread(u32::try_from(cores).unwrap()).unwrap();
        zstd.write_all(&bytes).unwrap();
        zstd.finish().unwrap()
    });
    let (unpacked_in, _) = timed(|| {
        let mut zstd = zstd::Decoder::new(&packed[..]).unwrap();
        io::copy(&mut zstd, &mut io::sink()).unwrap()
    });
    settle();
    let (written, ()) = timed(|| write(&folder.join("written"), &bytes));
    println!(
        "of which, each alone, packed to {:.1} %:",
        100.0 * packed.len() as f64 / bytes.len() as f64
    );
    for (what, time) in [
        ("reading the files", read),
        ("compressing on all cores", packed_in),
        ("decompressing on one", unpacked_in),
        ("writing the files", written),
    ] {
        println!("  {what:25} {:6.2} s", time.as_secs_f64());
    }
}

fn timed<T>(what: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let done = what();
    (begin.elapsed(), done)
}

fn files() -> usize {
    FILES.iter().map(|(count, _)| count).sum()
}

/// Files that compress as programs and sources do. Gives their size in bytes.
fn grow(tree: &Path) -> usize {
    let mut state = 1;
    let mut total = 0;
    for (kind, (count, size)) in FILES.into_iter().enumerate() {
        for number in 0..count {
            let folder = tree.join(format!("{kind}/{}", number / 64));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(number.to_string()), prose(size, &mut state)).unwrap();
            total += size;
        }
    }
    total
}

/// Words of a small language, the common ones more often, with numbers in between that nobody can guess.
fn prose(size: usize, state: &mut u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size + 16);
    while bytes.len() < size {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = *state >> 16;
        let word = (random & 0xfff) >> (random >> 12 & 7);
        bytes.extend_from_slice(&word.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()[1..]);
        if random >> 15 & 3 == 0 {
            bytes.extend_from_slice(&random.to_le_bytes()[2..6]);
        }
    }
    bytes.truncate(size);
    bytes
}

fn gather(tree: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, (count, _)) in FILES.into_iter().enumerate() {
        for number in 0..count {
            let path = tree.join(format!("{kind}/{}/{number}", number / 64));
            fs::File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
        }
    }
    bytes
}

fn write(tree: &Path, mut bytes: &[u8]) {
    for (kind, (count, size)) in FILES.into_iter().enumerate() {
        for number in 0..count {
            let folder = tree.join(format!("{kind}/{}", number / 64));
            fs::create_dir_all(&folder).unwrap();
            let (file, rest) = bytes.split_at(size);
            fs::write(folder.join(number.to_string()), file).unwrap();
            bytes = rest;
        }
    }
}
