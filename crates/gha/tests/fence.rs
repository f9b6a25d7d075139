//! Whatever a guest prints, a runner finds no command in the log.

use std::io::Write;
use std::thread;

use gha::{Fence, neutralise};
use proptest::prelude::*;
use testkit::runner::oracle::{commands, commands_if_never_stopped};

const LINES: usize = 1_000_000;

/// Lines of one fence.
const BATCH: usize = 1_000;

/// How many of the hostile parts are whole commands.
const COMMANDS: usize = 13;

/// What a hostile guest builds its lines of: commands of all forms, parts of them, and what may join or hide the parts.
const HOSTILE: [&[u8]; 48] = [
    b"::set-output name=verdict::passed",
    b"\r::add-mask::e",
    b"##[error]forged",
    b"##[set-output name=verdict]passed",
    b"::stop-commands::",
    b"::stop-commands::abc",
    b"::abc::",
    b"##[abc]",
    b"::endgroup::",
    b"::Error file=a,line=1::x",
    b"##[ADD-MASK]a",
    b"::add-matcher::/tmp/x.json",
    b"::debug::",
    b"::",
    b":",
    b"#",
    b"##",
    b"[",
    b"##[",
    b"]",
    b"error]",
    b"error::",
    b"\r",
    b"\x0b",
    b"\x0c",
    b"\t",
    b"   ",
    b"\0",
    b"\x07",
    b"\x7f",
    b"\x1c",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xa9",
    b"\xc2\xa0",
    b"\xe3\x80\x80",
    b"\xe2\x80\x8b",
    b"\xc2\xad",
    b"\xef\xbb\xbf",
    b"\xd9\x80",
    b"\xcc\x81",
    b"\xc2",
    b"\xe2\x80",
    b"\xff",
    b"\x1b[31m",
    b"\x1b[1;5H",
    b"\x1b]0;t\x07",
    b"\x1b(B",
];

/// What takes away text beside it: a bare escape, a title without end, a step back.
const TAKING: [&[u8]; 4] = [b"\x1b", b"\x1b[", b"\x1b]0;", b"\x08"];

const ORDINARY: [&str; 6] =
    ["[    0.000000] Linux version 6.1", "Kernel panic", "Größe", "日本語", "ok 1 - boots", "x"];

/// A small generator of numbers that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A whole command with something in its midst that may be skipped.
    fn split_command(&mut self, console: &mut Vec<u8>) {
        let command = HOSTILE[self.below(COMMANDS)];
        let (head, tail) = command.split_at(self.below(5.min(command.len())));
        console.extend(head);
        console.extend(HOSTILE[26 + self.below(HOSTILE.len() - 26)]);
        console.extend(tail);
    }

    fn line(&mut self, console: &mut Vec<u8>) {
        if self.one_in(8) {
            self.split_command(console);
        }
        for _ in 0..1 + self.below(4) {
            match self.below(64) {
                0..48 => console.extend(HOSTILE[self.below(HOSTILE.len())]),
                48..50 => console.extend(TAKING[self.below(TAKING.len())]),
                50 => console.push(self.below(256) as u8),
                _ => console.extend(ORDINARY[self.below(ORDINARY.len())].bytes()),
            }
        }
        if self.one_in(2_000) {
            console.extend(HOSTILE[self.below(22)].repeat(400));
        }
        console.extend([b"\n".as_slice(), b"\r\n", b"\r", b"\n\r"][self.below(4)]);
    }

    fn console(&mut self, lines: usize) -> Vec<u8> {
        let mut console = Vec::new();
        (0..lines).for_each(|_| self.line(&mut console));
        console
    }

    /// The console as it may come from a pipe.
    fn feed(&mut self, mut console: &[u8], fence: &mut Fence<&mut Vec<u8>>) {
        while !console.is_empty() {
            let (now, later) = console.split_at((1 + self.below(200)).min(console.len()));
            fence.write_all(now).expect("a log");
            console = later;
        }
    }
}

/// The lines between stop and resume, which are the only commands a runner finds.
fn inside<'a>(log: &'a str, console: &[u8]) -> &'a str {
    let found = commands(log.as_bytes());
    assert_eq!(found.len(), 2, "{found:?} in {log}\nof {console:?}");
    let token = &found[0].data;
    assert_eq!((found[0].name.as_str(), &found[1].name), ("stop-commands", token));
    let lines = log.strip_prefix(&format!("::stop-commands::{token}\n")).expect("a stop");
    lines.strip_suffix(&format!("::{token}::\n")).expect("a resume")
}

fn check_silent(lines: &str, console: &[u8]) {
    let found = commands_if_never_stopped(lines.as_bytes());
    assert!(found.is_empty(), "{found:?} in {lines}\nof {console:?}");
    assert!(lines.lines().all(|line| line.starts_with("| ")));
    let bare: String = lines.lines().map(|line| format!("{}\n", &line[2..])).collect();
    let found = commands_if_never_stopped(bare.as_bytes());
    assert!(found.is_empty(), "without the prefix, {found:?} in {bare}\nof {console:?}");
}

fn check(seed: u64, batches: usize) -> (usize, usize) {
    let mut dice = Dice(seed);
    let (mut live, mut shown) = (0, 0);
    for _ in 0..batches {
        let console = dice.console(BATCH);
        live += commands_if_never_stopped(&console).len();
        let mut log = Vec::new();
        let mut fence = Fence::open(&mut log).expect("a log");
        dice.feed(&console, &mut fence);
        fence.close().expect("a log");
        let log = String::from_utf8(log).expect("a log is UTF-8");
        let lines = inside(&log, &console);
        check_silent(lines, &console);
        shown += lines.lines().count();
    }
    (live, shown)
}

#[test]
fn a_million_hostile_lines_hold_no_command() {
    let seeds = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];
    let batches = LINES / BATCH / seeds.len();
    let threads = seeds.map(|seed| thread::spawn(move || check(seed, batches)));
    let counts = threads.map(|thread| thread.join().unwrap());
    let [live, shown] = [counts[0].0 + counts[1].0, counts[0].1 + counts[1].1];
    println!("{LINES} lines with {live} live commands: {shown} lines shown, 0 commands found");
    assert!(live > LINES / 10, "the guest is not hostile enough: {live}");
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A line in which nothing takes text away, and what is to be read of it.
fn readable_line(dice: &mut Dice) -> (Vec<u8>, String) {
    let (mut line, mut text) = (Vec::new(), String::new());
    for _ in 0..1 + dice.below(6) {
        if dice.one_in(3) {
            let word = ORDINARY[dice.below(ORDINARY.len())];
            line.extend(word.bytes());
            text.push_str(word);
            continue;
        }
        // A character that is cut off is none, and the last four are escapes with letters of their own.
        let hostile = HOSTILE[dice.below(HOSTILE.len())];
        if let Ok(readable) = std::str::from_utf8(hostile) {
            line.extend(hostile);
            text.push_str(if hostile[0] == 0x1b { "" } else { readable });
        }
    }
    line.push(b'\n');
    (line, text)
}

#[test]
fn every_letter_and_digit_is_still_there_in_order() {
    let mut dice = Dice(42);
    for _ in 0..50_000 {
        let (line, text) = readable_line(&mut dice);
        let shown = neutralise(&line);
        assert_eq!(letters(&shown), letters(&text), "{line:?} became {shown:?}");
    }
}

#[test]
fn the_oracle_finds_what_the_fence_takes_away() {
    for text in ["::set-output name=verdict::passed\n", "x\r::add-mask::e\n", "a ##[error]b\n"] {
        assert_eq!(commands(text.as_bytes()).len(), 1, "{text}");
        assert_eq!(commands(neutralise(text.as_bytes()).as_bytes()).len(), 0, "{text}");
    }
}

#[test]
fn a_guest_cannot_guess_its_way_out() {
    let mut log = Vec::new();
    let mut fence = Fence::open(&mut log).unwrap();
    for n in 0..1000 {
        writeln!(fence, "::{n:032x}::\n##[{n:032x}]\n::stop-commands::mine\n::mine::").unwrap();
    }
    drop(fence);
    assert_eq!(commands(&log).len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_hold_no_command(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check_silent(&neutralise(&bytes), &bytes);
    }

    #[test]
    fn any_text_of_few_characters_holds_no_command(text in "[:#\\[\\]error \u{85}\u{ad}\u{640}\u{200b}\r\n\u{1b}]{0,40}") {
        check_silent(&neutralise(text.as_bytes()), text.as_bytes());
    }

    #[test]
    fn chunks_of_any_size_show_the_same(seed in 1u64.., lines in 1usize..40) {
        let mut dice = Dice(seed);
        let console = dice.console(lines);
        let mut log = Vec::new();
        let mut fence = Fence::without_stop(&mut log);
        dice.feed(&console, &mut fence);
        fence.close().unwrap();
        prop_assert_eq!(String::from_utf8(log).unwrap(), neutralise(&console));
    }
}
