//! How long a folder takes to become a FAT file system: ours, and `mkfs.vfat` with `mcopy`. Where this kernel has vfat and we
//! are root, also `mkfs.vfat` with `mount` and `cp`. What bounds us is measured beside them: the same bytes copied into
//! one file, without any file system.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use image::Tree;
use image::fat::{Options, plan};

/// How often each is measured; odd, so that one is in the middle.
const ROUNDS: usize = 5;

/// `mcopy` is stopped after this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// What, how many, bytes of each, and the aim: so many times faster than mtools.
const CASES: [(&str, usize, usize, f64); 4] = [
    ("large", 4, 128 << 20, 1.0),
    ("mid-size", 200, 512 << 10, 2.5),
    ("small", 500, 16 << 10, 2.5),
    ("a very long and quite like file name", 2000, 100, 50.0),
];

fn main() {
    let mountable = mountable();
    if let Err(why) = &mountable {
        println!("mkfs.vfat with mount and cp is skipped: {why}");
    }
    println!(
        "files, medians of {ROUNDS} rounds, in seconds; and how often as fast as mtools we are:"
    );
    println!("{:<46} {:>7} {:>8} {:>7} {:>7}", "", "ours", "mtools", "mount", "times");
    for (name, count, size, aim) in CASES {
        let what = format!("{count} x {size} {name}");
        show(&what, aim, &measure(name, count, size, mountable.is_ok()));
    }
}

/// Medians in seconds.
struct Times {
    ours: f64,
    mtools: f64,
    /// Whether `mcopy` came to its end.
    ended: bool,
    mount: Option<f64>,
    /// Of the bytes alone.
    bytes: f64,
}

fn show(what: &str, aim: f64, times: &Times) {
    let Times { ours, mtools, ended, mount, bytes } = times;
    let ratio = mtools / ours;
    let more = if *ended { " " } else { ">" };
    let mount = mount.map_or("-".into(), |mount| format!("{mount:.3}"));
    let verdict = if ratio >= aim { "met" } else { "MISSED" };
    println!(
        "{what:<46} {ours:>7.3} {more}{mtools:>7.3} {mount:>7} {more}{ratio:>6.1}  aim {aim}: {verdict}"
    );
    if ratio < aim {
        println!(
            "  bound by the host: its bytes alone take {bytes:.3}, so {:.1} is the most",
            mtools / bytes
        );
    }
}

/// By turns, so that whatever else the machine does falls on all alike.
fn measure(name: &str, count: usize, size: usize, mountable: bool) -> Times {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, image) = (place.path().join("files"), place.path().join("image"));
    fill(&folder, name, count, size);
    let total = ours(&folder, &image);
    let [mut our, mut mtools, mut mount, mut bytes] = [const { Vec::new() }; 4];
    let mut ended = true;
    // What a round before wrote is not to be waited for in the next one.
    let anew = || fs::remove_file(&image).expect("an image");
    for _ in 0..ROUNDS {
        anew();
        our.push(timed(|| ours(&folder, &image)));
        anew();
        bytes.push(timed(|| copied(&folder, &image)));
        anew();
        if ended {
            let (took, complete) = by_mtools(&folder, &image, total);
            mtools.push(took);
            ended = complete;
        }
        if mountable {
            mount.push(timed(|| by_mount(&folder, &image, total).expect("it worked before")));
        }
        File::create(&image).expect("an image");
    }
    let [ours, mtools, bytes] = [our, mtools, bytes].map(median);
    Times { ours, mtools, ended, mount: mountable.then(|| median(mount)), bytes }
}

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

/// All files one after the other into one.
fn copied(folder: &Path, image: &Path) {
    let to = File::create(image).expect("an image");
    let mut buffer = vec![0; (1 << 20) + 4096];
    let begin = buffer.as_ptr().align_offset(4096).min(4096);
    let buffer = &mut buffer[begin..][..1 << 20];
    let mut at = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let mut from = File::open(entry.expect("a file").path()).expect("a file");
        loop {
            let count = from.read(buffer).expect("a file");
            if count == 0 {
                break;
            }
            to.write_all_at(&buffer[..count], at).expect("room");
            at += count as u64;
        }
    }
}

/// How long it takes, and whether it came to its end.
fn by_mtools(folder: &Path, image: &Path, size: u64) -> (f64, bool) {
    // Batch mode is what is fast, but breaks in some releases.
    mcopy(folder, image, size, "-sb")
        .or_else(|| mcopy(folder, image, size, "-s"))
        .expect("mcopy works")
}

fn mcopy(folder: &Path, image: &Path, size: u64, flags: &str) -> Option<(f64, bool)> {
    let begin = Instant::now();
    format(image, size);
    let mut mcopy = Command::new("mcopy");
    mcopy.args([flags, "-i"]).arg(image).arg(folder).arg("::").stderr(Stdio::null());
    let mut child = mcopy.spawn().expect("mcopy runs");
    while begin.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.success().then(|| (begin.elapsed().as_secs_f64(), true));
        }
        sleep(Duration::from_millis(1));
    }
    child.kill().and_then(|()| child.wait()).expect("a child");
    Some((begin.elapsed().as_secs_f64(), false))
}

fn format(image: &Path, size: u64) {
    File::create(image).and_then(|image| image.set_len(size)).expect("an image");
    let made = Command::new("mkfs.vfat").arg(image).stdout(Stdio::null()).status();
    assert!(made.expect("mkfs.vfat runs").success());
}

/// Why `mount` cannot be measured here.
fn mountable() -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = place.path().join("files");
    fs::create_dir(&folder).map_err(|error| error.to_string())?;
    by_mount(&folder, &place.path().join("image"), 1 << 20)
}

/// The way that needs root: its words if it fails.
fn by_mount(folder: &Path, image: &Path, size: u64) -> Result<(), String> {
    format(image, size);
    let point = tempfile::tempdir().map_err(|error| error.to_string())?;
    // The name space with the mount ends with the shell, whatever becomes of it.
    let script = r#"mount -t vfat -o loop "$1" "$2" && cp -r "$0" "$2" && umount "$2""#;
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "unchanged", "sh", "-ec", script]);
    let output = command.args([folder, image, point.path()]).output();
    let output = output.map_err(|error| error.to_string())?;
    let words = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(())
    } else {
        Err(words.lines().next().unwrap_or("it failed").to_owned())
    }
}

fn timed<T>(what: impl FnOnce() -> T) -> f64 {
    let begin = Instant::now();
    let _done = what();
    begin.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}
