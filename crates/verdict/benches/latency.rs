//! How long the judge takes from the byte that decides to the notice that it did, and how many bytes it reads a second.

use std::time::{Duration, Instant};

use verdict::{Judge, Notice, Rules};

const CHATTY: &str =
    "[    1.234567] random: crng init done, and some other text of the usual length\r\n";

fn judge() -> Judge {
    Judge::new(Rules::default()).expect("the catalogue alone is not too large")
}

/// The whole last chunk of a console whose last line is a panic.
fn latency() -> Duration {
    let mut judge = judge();
    judge.read(Duration::ZERO, CHATTY.repeat(1000).as_bytes());
    let chunk = format!("{}[    2.0] Kernel panic - not syncing: bench\r\n", CHATTY.repeat(3));
    let begin = Instant::now();
    let notices = judge.read(Duration::ZERO, chunk.as_bytes());
    let took = begin.elapsed();
    assert!(notices.contains(&Notice::Decided), "the panic was not seen");
    took
}

fn throughput() -> f64 {
    let mut judge = judge();
    let chunk = CHATTY.repeat(800);
    let begin = Instant::now();
    for _ in 0..1000 {
        judge.read(Duration::ZERO, chunk.as_bytes());
    }
    (chunk.len() * 1000) as f64 / 1e6 / begin.elapsed().as_secs_f64()
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() {
    let mut latencies: Vec<Duration> = (0..200).map(|_| latency()).collect();
    latencies.sort_unstable();
    let begin = Instant::now();
    drop(judge());
    println!("judge made in {:?}", begin.elapsed());
    println!(
        "deciding byte to verdict: median {:?}, worst {:?} of 200",
        latencies[100], latencies[199]
    );
    println!("chatty console: {:.0} MB/s", throughput());
}
