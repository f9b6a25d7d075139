//! How many bytes of console the judge reads a second with the whole catalogue, how long it takes from the byte that decides
//! to the notice that it did, and what it takes of memory. `./x bench judge` builds a peer to compare with: the matcher of
//! the ostool crate, which gets the beginning of the same console and six patterns.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, reason = "a measurement may fail this way")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use verdict::{Judge, Notice, Rules};

/// What a machine hands over at once, at most.
const CHUNK: usize = 64 << 10;

/// How much of the chatty console the peer gets; it takes seconds for that.
const PEERS: usize = 256 << 10;

/// What each is to reach: megabytes a second, and milliseconds.
const AIMS: (f64, f64) = (300.0, 5.0);

fn judge() -> Judge {
    Judge::new(Rules::default()).expect("the catalogue alone is not too large")
}

/// A mebibyte of what a kernel says at a high log level: no two lines are the same.
fn chatty() -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "pci 0000:00:1f.2: [8086:2922] type 00 class 0x010601",
        "usb 1-1: new high-speed USB device number 2 using xhci_hcd",
        "random: crng init done",
        "EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.",
        "systemd[1]: Started Journal Service.",
        "audit: type=1400 audit(1782744483.667:789): avc:  denied  { write } for  pid=29603 comm=\"rm\"",
        "clocksource: tsc-early: mask: 0xffffffffffffffff max_cycles: 0x2a3777bac27",
        "Memory: 2031616K/2096632K available (14336K kernel code, 2342K rwdata)",
        "trace: enter do_sys_openat2+0x1d/0x80 from entry_SYSCALL_64",
        "virtio_net virtio0 enp0s2: renamed from eth0",
        "[  OK  ] Reached target Basic System.",
        "hv: vcpu 3 exit EPT_VIOLATION gpa 0xfee00030 qual 0x182",
    ];
    let mut text = Vec::with_capacity(1 << 20);
    for number in 0_u64.. {
        let word = WORDS[usize::try_from(number * 7 % 12).unwrap_or(0)];
        let line = format!(
            "[{:5}.{:06}][  T{}] {word} #{number}\r\n",
            number / 900,
            number * 37 % 1_000_000,
            number % 97
        );
        if text.len() + line.len() > 1 << 20 {
            return text;
        }
        text.extend_from_slice(line.as_bytes());
    }
    text
}

/// Every recorded console there is, one after the other: ours, and those beside the checkout.
fn corpus() -> Vec<u8> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let roots = [here.join("corpus"), here.join("../../../shared/corpus/kernel-consoles")];
    let mut files: Vec<PathBuf> = roots.iter().flat_map(|root| files(root)).collect();
    files.sort();
    files.iter().flat_map(|file| fs::read(file).unwrap_or_default()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The time for which a core has worked for us: what others do on this machine does not count.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("time goes on")
}

/// Megabytes a second of one core's time over this text again and again, up to so many bytes.
fn throughput(text: &[u8], bytes: usize) -> f64 {
    let mut judge = judge();
    let begin = worked();
    let rounds = bytes.div_ceil(text.len());
    for _ in 0..rounds {
        text.chunks(CHUNK).for_each(|chunk| drop(judge.read(Duration::ZERO, chunk)));
    }
    (text.len() * rounds) as f64 / 1e6 / (worked() - begin).as_secs_f64()
}

/// From the arrival of the last chunk, whose last line is a panic, to the notice.
fn latency(text: &[u8]) -> Duration {
    let mut judge = judge();
    judge.read(Duration::ZERO, &text[..CHUNK]);
    let panic = b"[    2.0] Kernel panic - not syncing: bench\r\n";
    let chunk = [&text[CHUNK..2 * CHUNK - panic.len()], b"\r\n", panic].concat();
    let begin = worked();
    let notices = judge.read(Duration::ZERO, &chunk);
    let took = worked() - begin;
    assert!(notices.contains(&Notice::Decided), "the panic was not seen");
    took
}

/// The most memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// What the peer says of itself: megabytes a second.
fn peer(program: &str, text: &[u8]) -> f64 {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the peer starts");
    child.stdin.take().expect("a pipe").write_all(text).expect("the peer reads");
    let output = child.wait_with_output().expect("the peer ends");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("the peer says a number")
}

fn met(is: bool) -> &'static str {
    if is { "met" } else { "missed" }
}

fn main() {
    let (chatty, corpus) = (chatty(), corpus());
    let mut latencies: Vec<Duration> = (0..201).map(|_| latency(&chatty)).collect();
    latencies.sort_unstable();
    let worst = latencies[200].as_secs_f64() * 1e3;
    println!(
        "deciding byte to verdict: median {:?}, worst {:?} of 201 (below {} ms: {})",
        latencies[100],
        latencies[200],
        AIMS.1,
        met(worst < AIMS.1)
    );
    let _warm = throughput(&chatty, 1 << 20);
    let before = peak();
    let ours = throughput(&chatty, 1 << 30);
    println!(
        "1 GiB of a chatty console: {ours:.0} MB/s (above {} MB/s: {})",
        AIMS.0,
        met(ours > AIMS.0)
    );
    println!("memory for it: {} KiB more than for 1 MiB", peak() - before);
    let rate = throughput(&corpus, 256 << 20);
    println!(
        "{} KiB of recorded consoles: {rate:.0} MB/s (above {} MB/s: {})",
        corpus.len() >> 10,
        AIMS.0,
        met(rate > AIMS.0)
    );
    match std::env::var("BOOTGATE_PEER") {
        Ok(program) => {
            let theirs = peer(&program, &chatty[..PEERS]);
            println!(
                "ostool's matcher: {theirs:.3} MB/s; we read {:.0} times as fast",
                ours / theirs
            );
        }
        Err(_) => println!("ostool's matcher: not measured; `./x bench judge` builds it"),
    }
}
