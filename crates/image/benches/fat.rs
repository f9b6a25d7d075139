//! How long a folder takes to become a FAT file system: ours, and `mkfs.vfat` with `mcopy`.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use image::Tree;
use image::fat::{Options, plan};

const ROUNDS: usize = 3;

/// `mcopy` is stopped after this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What, how many, bytes of each, and the aim: so many times faster.
const CASES: [(&str, usize, usize, f64); 4] = [
    ("large", 4, 128 << 20, 1.0),
    ("mid-size", 200, 512 << 10, 2.5),
    ("small", 500, 16 << 10, 2.5),
    ("a very long and quite like file name", 2000, 100, 50.0),
];

fn fill(folder: &Path, name: &str, count: usize, size: usize) {
    fs::create_dir(folder).expect("a new folder");
    let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8 + 1).collect();
    for number in 0..count {
        fs::write(folder.join(format!("{name} {number:05}")), &content).expect("room");
    }
}

/// How large the file system is that this makes of the folder.
fn ours(folder: &Path, image: &Path) -> u64 {
    let mut tree = Tree::new();
    tree.graft(b"files", folder).expect("a folder");
    let plan = plan(&tree, &Options::default()).expect("names that FAT can have");
    plan.write(&File::create(image).expect("an image"), 0).expect("room");
    plan.size()
}

/// How long it takes, and whether it came to its end.
fn theirs(folder: &Path, image: &Path, size: u64) -> (Duration, bool) {
    // Batch mode is what is fast, but breaks in some releases.
    copied(folder, image, size, "-sb")
        .or_else(|| copied(folder, image, size, "-s"))
        .expect("mcopy works")
}

fn copied(folder: &Path, image: &Path, size: u64, flags: &str) -> Option<(Duration, bool)> {
    let begin = Instant::now();
    File::create(image).and_then(|image| image.set_len(size)).expect("an image");
    let made = Command::new("mkfs.vfat").arg(image).stdout(Stdio::null()).status();
    assert!(made.expect("mkfs.vfat runs").success());
    let mut mcopy = Command::new("mcopy");
    mcopy.args([flags, "-i"]).arg(image).arg(folder).arg("::").stderr(Stdio::null());
    let mut child = mcopy.spawn().expect("mcopy runs");
    while begin.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.success().then(|| (begin.elapsed(), true));
        }
        sleep(Duration::from_millis(1));
    }
    child.kill().and_then(|()| child.wait()).expect("a child");
    Some((begin.elapsed(), false))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

/// Medians of both, and whether `mcopy` came to its end.
fn measure(name: &str, count: usize, size: usize) -> (f64, f64, bool) {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, image) = (place.path().join("files"), place.path().join("image"));
    fill(&folder, name, count, size);
    let bytes = ours(&folder, &image);
    let (mut our_times, mut their_times, mut ended) = (Vec::new(), Vec::new(), true);
    for _ in 0..ROUNDS {
        // What the round before wrote is not to be waited for in this one.
        fs::remove_file(&image).expect("an image");
        let begin = Instant::now();
        ours(&folder, &image);
        our_times.push(begin.elapsed());
        fs::remove_file(&image).expect("an image");
        if ended || their_times.is_empty() {
            let (took, complete) = theirs(&folder, &image, bytes);
            their_times.push(took);
            ended = complete;
        } else {
            ours(&folder, &image);
        }
    }
    (median(our_times), median(their_times), ended)
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() {
    println!("{:<50} {:>9} {:>9} {:>8}  aim", "files", "ours", "mtools", "times");
    for (name, count, size, aim) in CASES {
        let (ours, theirs, ended) = measure(name, count, size);
        let ratio = theirs / ours;
        println!(
            "{:<50} {ours:>8.3}s {theirs:>8.3}s {}{ratio:>7.1}  {aim} {}",
            format!("{count} x {size} {name}"),
            if ended { " " } else { ">" },
            if ratio >= aim { "met" } else { "missed" },
        );
    }
}
