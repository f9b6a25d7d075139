//! Consoles of every kind, and the pages that come of them, read by a parser of HTML.

mod parsed;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use verdict::{Judge, Rules};

use self::parsed::{Parsed, Row};
use super::text::Text;
use super::*;
use crate::Problem;
use crate::recorder::Recorder;

/// Records a console that came in these pieces, one each millisecond, and writes its page; gives that.
fn page(folder: &Path, pieces: &[&[u8]]) -> String {
    let mut recorder = Recorder::create(folder, "test").unwrap();
    let mut judge = Judge::new(Rules::default()).unwrap();
    for (piece, at) in pieces.iter().zip(1..) {
        recorder.write(Duration::from_millis(at), piece).unwrap();
        judge.read(Duration::from_millis(at), piece);
    }
    let end = Duration::from_millis(pieces.len() as u64);
    let judgement = judge.conclude(end, None, verdict::Conclusion::Ended("it ended".into()));
    let left_out = recorder.finish().unwrap();
    let report = Report {
        console_left_out: left_out.bytes,
        console_lines_left_out: left_out.lines,
        ..Report::new("test", judgement, end)
    };
    write(folder, &report, "bootgate run-vm-test").unwrap();
    fs::read_to_string(folder.join("report.html")).unwrap()
}

#[test]
fn a_screenshot_is_in_the_page_itself_and_only_a_picture_is() {
    let folder = tempfile::tempdir().unwrap();
    let problem = Problem::infrastructure("x");
    let autopsy = vec!["screen.png".into()];
    let report = Report { autopsy, ..Report::unstarted("test", &problem) };
    let page = |content: &[u8]| {
        fs::write(folder.path().join("screen.png"), content).unwrap();
        write(folder.path(), &report, "bootgate run-vm-test").unwrap();
        fs::read_to_string(folder.path().join("report.html")).unwrap()
    };
    let shown = page(b"\x89PNG\r\n\x1a\n...");
    assert!(shown.contains(r#"src="data:image/png;base64,iVBORw0KGgouLi4=""#), "{shown}");
    assert!(shown.contains("; img-src data:;"));
    let hidden = page(b"<svg onload=alert(1)>");
    assert!(!hidden.contains("<img") && !hidden.contains("img-src"));
}

/// The last line, on which nothing may stand, is not shown then.
fn lines(console: &[u8]) -> impl Iterator<Item = String> {
    let ends = console.strip_suffix(b"\n").unwrap_or(console);
    let shown = |line| Text(String::from_utf8_lossy(&verdict::shown(line))).to_string();
    let read = move |line| plain(&shown(line));
    ends.split(|&byte| byte == b'\n').map(read)
}

/// Takes back what escaping did, for what a reader sees.
fn plain(html: &str) -> String {
    let back = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    back.iter().fold(html.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn every_line_has_its_number_its_time_and_a_mark_where_it_proves_the_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let pieces: [&[u8]; 4] = [b"boot", b"ing\r\nKernel ", b"panic - not syncing: x\r\n", b"#"];
    let parsed = Parsed::of(&page(folder.path(), &pieces));
    let row = |number, time: &str, text: &str, is_marked| Row {
        number,
        time: time.into(),
        text: text.into(),
        is_marked,
    };
    assert_eq!(
        parsed.rows,
        [
            row(1, "0.002", "booting", true),
            row(2, "0.003", "Kernel panic - not syncing: x", true),
            row(3, "0.004", "#", true),
        ]
    );
    assert_eq!(parsed.title, "crashed test: kernel panic: x");
}

#[test]
fn a_flood_is_left_out_but_for_its_beginning_its_end_and_what_proves_the_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let flood: String = (0..40_000).map(|line| format!("line {line} {:50}\n", "<")).collect();
    let console = [flood.as_bytes(), b"Kernel panic - not syncing: y\n", flood.as_bytes()].concat();
    let page = page(folder.path(), &[&console]);
    let parsed = Parsed::of(&page);
    let numbers: Vec<u64> = parsed.rows.iter().map(|row| row.number).collect();
    assert_eq!((numbers[0], *numbers.last().unwrap()), (1, 80_001));
    let place = numbers.iter().position(|&number| number == 40_001).unwrap();
    assert!(parsed.rows[place].is_marked && parsed.rows[place].text.ends_with("syncing: y"));
    assert_eq!(numbers[place - 20], 39_981);
    assert_eq!(parsed.gaps.len(), 2, "{:?}", parsed.gaps);
    assert!(page.len() < 6 << 20, "{}", page.len());
}

#[test]
fn a_line_without_end_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let console = [&b"x".repeat(100 << 10)[..], b"\nnext"].concat();
    let page = page(folder.path(), &[&console]);
    let parsed = Parsed::of(&page);
    assert_eq!(parsed.rows.iter().map(|row| row.text.len()).collect::<Vec<_>>(), [2 << 10, 4]);
    assert_eq!(page.matches("the line goes on").count(), 1);
}

/// The most memory that this process has had, in bytes.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

#[test]
fn a_console_longer_than_its_recording_makes_a_small_page_whose_last_lines_have_the_judges_numbers()
{
    let folder = tempfile::tempdir().unwrap();
    let chunk =
        b"<&>\"' and sixty more bytes that make a line of a usual length..\n".repeat(1 << 10);
    let before = peak();
    let mut pieces: Vec<&[u8]> = vec![&chunk; (70 << 20) / chunk.len()];
    let feeds = pieces.len() as u64 * (1 << 10);
    pieces.push(b"Kernel panic - not syncing: z");
    let page = page(folder.path(), &pieces);
    assert!(peak() - before < 40 << 20, "{} bytes", peak() - before);
    assert!(page.len() < 10 << 20, "{}", page.len());
    let parsed = Parsed::of(&page);
    let last = parsed.rows.last().unwrap();
    assert_eq!((last.number, last.is_marked), (feeds + 1, true));
    assert_eq!((last.time.as_str(), parsed.rows[0].time.as_str()), ("", "0.001"));
}

#[test]
fn where_nothing_was_said_there_is_no_console() {
    let folder = tempfile::tempdir().unwrap();
    let parsed = Parsed::of(&page(folder.path(), &[]));
    assert!(parsed.rows.is_empty() && !parsed.elements.contains("section id"));
    let problem = Problem::infrastructure("no `qemu` here").hint("install <it>");
    fs::remove_file(folder.path().join("console.log")).unwrap();
    write(folder.path(), &Report::unstarted("test", &problem), "again").unwrap();
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert_eq!(Parsed::of(&page).title, "infrastructure test: no `qemu` here");
    assert!(page.contains("<p>Hint: install &lt;it&gt;</p>") && !page.contains("<h2>Console"));
}

/// What would be an element, an entity or the end of something, if it were not escaped.
const HOSTILE: &[&[u8]] = &[
    b"<script>",
    b"</script>",
    b"<!--",
    b"-->",
    b"]]>",
    b"</code>",
    b"&lt;",
    b"&amp",
    b"\n",
    b"\r",
    b"\0",
    b"\x1b[31m",
    b"\x1b]8;;javascript:x\x07",
    b"\xed\xa0\x80",
    "\u{2028}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{fffe}".as_bytes(),
    b"\"'",
    b"<",
    b"Kernel panic - not syncing: <b>\n",
];

/// Bytes as they come, with such among them.
fn console() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..20),
        prop::sample::select(HOSTILE).prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

/// The elements of a page with everything on it.
static OURS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let console =
        [b"Linux version 6.1\nKernel panic - not syncing: x\n", &b"x".repeat(3 << 10)[..]];
    Parsed::of(&page(folder.path(), &console)).elements
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn a_page_is_read_as_the_lines_of_its_console_and_has_no_element_but_ours(console in console()) {
        let folder = tempfile::tempdir().unwrap();
        let parsed = Parsed::of(&page(folder.path(), &[&console]));
        let texts: Vec<String> = parsed.rows.into_iter().map(|row| row.text).collect();
        let expected: Vec<String> = lines(&console).collect();
        prop_assert_eq!(texts, if console.is_empty() { vec![] } else { expected });
        prop_assert!(parsed.elements.is_subset(&OURS), "{:?}", parsed.elements);
    }
}
