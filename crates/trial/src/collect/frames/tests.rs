use std::io::Write;
use std::process::{Command, Stdio};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a program prints of these bytes.
fn by(program: &[&str], bytes: &[u8]) -> String {
    let mut command = Command::new(program[0]);
    let mut child = command
        .args(&program[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program:?}: {error}"));
    let written = child.stdin.take().map(|mut stdin| stdin.write_all(bytes));
    assert!(written.is_some_and(|written| written.is_ok()));
    let output = child.wait_with_output().unwrap_or_else(|error| panic!("{error}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn framed(bytes: &[u8], sum: &str, text: &str) -> Vec<String> {
    let head = format!("m:file:{}:{}:/a b", bytes.len(), sum.trim_end());
    [head].into_iter().chain(text.lines().map(str::to_owned)).chain(["m:end:0".into()]).collect()
}

fn read(lines: &[String]) -> (Vec<Found>, Vec<Line>) {
    let mut frames = Frames::new("m");
    let kinds = lines.iter().map(|line| frames.line(line.as_bytes())).collect();
    (frames.found, kinds)
}

fn base64(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_the_real_programs_print_is_read_back() {
    let bytes: Vec<u8> = (0..=255).chain(b"Kernel panic - not syncing".iter().copied()).collect();
    for bytes in [&bytes[..], b"", b"\n"] {
        for sum in [&["sha256sum"][..], &["cksum"]] {
            for text in [&["base64"][..], &["od", "-An", "-v", "-tx1"]] {
                let lines = framed(bytes, &by(sum, bytes), &by(text, bytes));
                let file = Found::File("/a b".into(), bytes.to_vec());
                assert_eq!(read(&lines).0, [file], "{sum:?} {text:?}");
            }
        }
    }
    let uuencoded = format!("begin-base64 644 x\n{}\n====", base64(&bytes));
    let (found, kinds) = read(&framed(&bytes, &sha256(&bytes), &uuencoded));
    assert_eq!(found, [Found::File("/a b".into(), bytes)]);
    assert!(kinds.iter().all(|kind| *kind == Line::Ours));
}

#[test]
fn what_is_missing_large_or_cut_is_told() {
    let lines = ["m:missing:/no", "m:large:/big", "m:file:3:1 -:/cut", "YWJj", "m:done:0"];
    let (found, kinds) = read(&lines.map(str::to_owned));
    let (no, big) = (Found::Missing("/no".into()), Found::Large("/big".into()));
    assert_eq!(found, [no, big, Found::Broken("/cut".into())]);
    assert_eq!(kinds[4], Line::Done);
}

proptest! {
    #[test]
    fn any_file_arrives_and_other_lines_between_are_nobodys_else(
        bytes in vec(any::<u8>(), 0..600), other in "\\[ +[0-9]\\.[0-9]+\\] [a-z ]{1,20}:", at in 1_usize..4,
    ) {
        let mut lines = framed(&bytes, &sha256(&bytes), &base64(&bytes));
        let at = at.min(lines.len() - 1);
        lines.insert(at, other);
        let (found, kinds) = read(&lines);
        prop_assert_eq!(found, [Found::File("/a b".into(), bytes)]);
        prop_assert_eq!(&kinds[at], &Line::Foreign);
    }

    #[test]
    fn a_file_that_lost_or_changed_anything_is_broken(
        bytes in vec(any::<u8>(), 60..300), at in 0_usize..80, with in "[A-Za-z0-9]",
    ) {
        let mut text = base64(&bytes);
        prop_assume!(text[at..=at] != with && text.as_bytes()[at] != b'\n');
        text.replace_range(at..=at, &with);
        let (found, _) = read(&framed(&bytes, &sha256(&bytes), &text));
        prop_assert_eq!(found, [Found::Broken("/a b".into())]);
    }

    #[test]
    fn any_lines_are_read_in_bounds(lines in vec(prop_oneof![
        "m:(file|end|done|missing|large):[0-9]{0,25}:[0-9a-f]{0,3} -:/[a-z]{0,3}", "[A-Za-z0-9+/= -]{0,30}", ".*",
    ], 0..40)) {
        read(&lines);
    }
}
