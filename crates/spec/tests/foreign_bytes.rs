//! No text makes the parser panic or wait.

use std::path::Path;

use proptest::prelude::*;

const SOUND: &str = "name: smoke
machine:
  qemu: { arch: x86_64, cpus: 1, memory: 512M, kernel: k, drives: [{ file: d, format: raw }], args: [-device, x] }
  requires: [kvm]
steps:
  - expect: \"login: $\"
    within: { kvm: 20s, tcg: 3m }
  - send: \"root\\n\"
pass: { in-order: [a, b] }
fail: [&x panicked, *x]
limits: { total: 5m, silence: 60s }
";

/// Parses, and checks that an error's place lies in the text.
fn check(text: &str) {
    if let Err(error) = spec::parse(text, Path::new("s.yaml")) {
        let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count() as u32 + 1;
        assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{error}\n{text:?}");
        assert!(
            !error.message.is_empty() && !error.message.contains(char::is_control),
            "{error:?}"
        );
    }
}

/// What YAML's grammar is made of, and some of our own words.
const FRAGMENTS: [&str; 46] = [
    ":",
    " ",
    "- ",
    "\n",
    "\n  ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "|",
    ">",
    "&a",
    "*a",
    "!",
    "!!str ",
    "#",
    "---\n",
    "...\n",
    "<<",
    "?",
    "~",
    "%",
    "@",
    "\t",
    "\r",
    "é",
    "\u{feff}",
    "\0",
    "machine: ",
    "qemu: ",
    "command: ",
    "run: ",
    "env: ",
    "steps:\n",
    "expect: ",
    "pass: ",
    "limits: ",
    "total: ",
    "5m",
    "1e999",
    "-.inf",
    "0x10",
    "99999999999999999999",
];

fn fragment() -> impl Strategy<Value = String> {
    prop::sample::select(FRAGMENTS.as_slice()).prop_map(String::from)
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn arbitrary_fragments_never_panic(fragments in prop::collection::vec(fragment(), 0..60)) {
        check(&fragments.concat());
    }

    #[test]
    fn a_mutated_spec_never_panics(edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, fragment()), 1..8)) {
        let mut chars: Vec<char> = SOUND.chars().collect();
        for (at, removed, added) in edits {
            let start = at.index(chars.len() + 1);
            let end = (start + removed).min(chars.len());
            chars.splice(start..end, added.chars());
        }
        check(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn any_duration_is_read_or_refused(text in "[0-9]{0,25}[ a-zµ.]{0,4}[0-9]{0,3}[a-z]{0,6}") {
        let mut yaml = String::from("machine: { qemu: { arch: x86_64, kernel: k } }\npass: a\nlimits: { total: \"");
        yaml.push_str(&text);
        yaml.push_str("\" }\n");
        check(&yaml);
    }

    #[test]
    fn any_memory_is_read_or_refused(text in "\\PC{0,12}") {
        let quoted = text.replace(['\\', '"'], "x");
        check(&format!("machine: {{ qemu: {{ arch: x86_64, kernel: k, memory: \"{quoted}\" }} }}\npass: a\n"));
    }
}

#[test]
fn the_text_that_is_mutated_is_sound() {
    assert_eq!(spec::parse(SOUND, Path::new("s.yaml")).map(|spec| spec.name), Ok("smoke".into()));
}
