//! For any console: no crash, bounded memory, and the same verdict however the bytes were split.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use verdict::catalogue::Severity;
use verdict::{Conclusion, Judge, Judgement, Pattern, Rules, Signs, Tests};

fn rules() -> Rules {
    let pattern = |text| Pattern::new(text).expect("a pattern");
    Rules {
        pass: Signs::InOrder(vec![pattern("^first sign$"), pattern("second sign")]),
        fail: vec![pattern("not ok"), pattern("sign[^x]*login"), pattern(r"^ok\b")],
        allow: vec![pattern("known noise")],
        marks: vec![pattern("login: $")],
        tests: Tests::Auto,
        nonce: Some("[0-9a-f]{4}".into()),
        asks: false,
        boots: None,
    }
}

fn judged(chunks: &[&[u8]]) -> Judgement {
    let mut judge = Judge::new(rules()).expect("a judge");
    for chunk in chunks {
        judge.read(Duration::ZERO, chunk);
    }
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("the console ended".into()))
}

/// Consoles made of what matters: signs, crashes, control sequences, line ends, and any bytes at all.
fn console() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"first sign",
        b"second sign",
        b"not ok",
        b"known noise",
        b"login: ",
        b"ok",
        b"Kernel panic - not syncing: x",
        b"WARNING: CPU: 0 PID: 1 at a.c:1 f",
        b"bootgate:ab12:0:0",
        b"panicked at a.rs:1:1",
        b"TAP version 14\n1..2\nok 1 - a\n  ---\n",
        b"  ...\nnot ok 2 - b # TODO later\n",
        b"[    1.5] not ok 1 c\n",
        b"[    1.000000] tsc: from the kernel\r\n",
        b"Run /init as init process",
        b"[ 1.000000][ T7] BUG: KASAN: use-after-free in memcpy+0x1/0x2",
        b"Read of size 8",
        b"rcu: INFO: rcu_preempt self-detected stall on CPU",
        b" Call Trace: ring_put+0x1f/0x2e",
        b" ? ring_get+0x1/0x2",
        b" ksys_write+0x1/0x2",
        b"(ring_put) from [<80101000>] (ret_fast_syscall+0x0/0x54)",
        b"** 7 printk messages dropped **",
        b"---[ end trace 0 ]---",
        b"\r",
        b"\n",
        b"\r\n",
        b"\x08",
        b"\x1b[2J",
        b"\x1b]0;t\x07",
        b"\x1b[",
        b"\t",
        b"\xff\xfe",
        b"\xc2\x9b2J",
        b"\xc3\xa4",
        b"\0",
        b" ",
    ];
    let word = prop_oneof![
        8 => proptest::sample::select(words).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..40),
        1 => (1..600usize).prop_map(|lines| b"[    1.5] usb 1-1: a line of no interest\r\n".repeat(lines)),
        1 => (any::<u8>(), 0..40_000usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 600 }))]

    #[test]
    fn the_verdict_does_not_depend_on_how_the_bytes_were_split(
        console in console(),
        cuts in vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(console.len() + 1)).collect();
        cuts.extend([0, console.len()]);
        cuts.sort_unstable();
        let chunks: Vec<&[u8]> = cuts.windows(2).map(|two| &console[two[0]..two[1]]).collect();
        prop_assert_eq!(judged(&chunks), judged(&[&console]));
    }

    #[test]
    fn no_line_of_a_report_can_act_on_a_terminal(console in console()) {
        let judged = judged(&[&console]);
        prop_assert!(judged.title.len() <= 500 && !judged.title.contains(char::is_control), "{:?}", judged.title);
        for line in judged.lines {
            prop_assert!(!line.text.contains(|c: char| c.is_control() && c != '\t'), "{:?}", line.text);
            prop_assert!(line.text.len() <= 1500);
        }
    }

    #[test]
    fn a_crash_is_found_wherever_it_stands(before in console(), split in any::<bool>()) {
        let crash: &[u8] = b"\n[    1.0] Kernel panic - not syncing: here\n";
        let whole = [&before, crash].concat();
        let at = before.len() + crash.len() / 2;
        let chunks = if split { vec![&whole[..at], &whole[at..]] } else { vec![whole.as_slice()] };
        prop_assert_eq!(judged(&chunks).verdict, verdict::Verdict::Crashed);
    }
}

#[test]
fn a_control_sequence_of_unicode_is_one_too() {
    let console = "Kernel panic - not syncing: of\ta \u{9b}2Jkind\n";
    let judged = judged(&[console.as_bytes()]);
    assert_eq!(judged.title, "kernel panic: of a \u{fffd}2Jkind");
    assert_eq!(judged.lines[0].text, "Kernel panic - not syncing: of\ta \u{fffd}2Jkind");
}

#[test]
fn hits_are_bounded_and_notes_leave_room_for_others() {
    let mut judge = Judge::new(rules()).expect("a judge");
    for _ in 0..1000 {
        judge.read(Duration::ZERO, b"** 7 printk messages dropped **\n");
    }
    for _ in 0..1000 {
        judge.read(Duration::ZERO, b"panicked at a.rs:1:1\n");
    }
    let hits = judge.conclude(Duration::ZERO, None, Conclusion::Decided).hits;
    let notes = hits.iter().filter(|hit| hit.severity == Severity::Note).count();
    assert_eq!((notes, hits.len()), (100, 200));
}

#[test]
fn a_line_of_a_gigabyte_costs_no_memory_and_hides_nothing() {
    let mut judge = Judge::new(rules()).expect("a judge");
    let chunk = vec![b'.'; 1 << 20];
    let mebibytes = if cfg!(debug_assertions) { 64 } else { 1024 };
    for _ in 0..mebibytes {
        judge.read(Duration::ZERO, &chunk);
        assert!(judge.tail().len() <= 16 << 10);
    }
    judge.read(Duration::ZERO, b"Kernel panic - not syncing: at last\n");
    let judged = judge.conclude(Duration::ZERO, None, Conclusion::Decided);
    assert_eq!(judged.title, "kernel panic: at last");
}
