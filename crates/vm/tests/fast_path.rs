//! A guest that is started unpacked does what it does when it unpacks itself.

mod run;

use std::collections::BTreeSet;

use run::{Run, guest, start};
use serde_json::{Value, json};

/// Lines that may differ, and why. Nothing of them is about the kernel or its drivers.
const EXPLAINED: [(&str, &str); 21] = [
    ("DMI: ", "the firmware's name and date"),
    ("Hardware name: ", "the firmware's name and date"),
    ("Probing EDD ", "the set-up code asks the firmware for disks, and there is no set-up code"),
    ("BIOS-", "the firmware keeps its tables elsewhere"),
    ("ACPI: PM: Registering ACPI NVS", "the firmware keeps its tables elsewhere"),
    ("clipped ", "the firmware keeps its tables elsewhere"),
    ("On node ", "the firmware keeps its tables elsewhere"),
    ("Console: colour ", "no VGA BIOS has left its mode"),
    ("CPU MTRRs all blank", "only a PC BIOS sets them, and a virtual machine needs none"),
    ("MTRR", "only a PC BIOS sets them, and a virtual machine needs none"),
    ("mtrr: ", "a PC BIOS sets them on one processor only, and the kernel says so"),
    ("Disabled", "only a PC BIOS sets the MTRRs, and a virtual machine needs none"),
    ("#/PAT: ", "Linux uses it only with MTRRs"),
    ("input: AT ", "only a PC BIOS sets the keyboard's translation"),
    ("pci ", "the kernel places the devices that no BIOS has placed"),
    (
        "Kernel Offset: ",
        "the decompressor chooses it; an unpacked kernel stays where it was linked",
    ),
    ("KASLR ", "the decompressor does it"),
    ("clocksource: ", "when it settles is a matter of time"),
    ("tsc: ", "when it settles is a matter of time"),
    ("sched_clock: ", "when it settles is a matter of time"),
    ("? ", "what lay on the stack before is a matter of chance"),
];

fn boot(mode: &str, fast: bool, keys: &Value) -> Run {
    let mut all = keys.clone();
    all["fast-boot"] = fast.into();
    let mut run = start(guest("x86_64", mode, all)).unwrap_or_else(|problem| panic!("{problem}"));
    let was_fast = run.started.notes.iter().any(|note| note.contains("unpacked"));
    assert_eq!(was_fast, fast, "{:?}", run.started.notes);
    run.end();
    run
}

/// The set of messages without times, numbers, addresses and what is explained.
fn messages(console: &str) -> BTreeSet<String> {
    let lines = console.lines().map(|line| without_numbers(without_time(line.trim())));
    lines.filter(|line| !EXPLAINED.iter().any(|(start, _)| line.starts_with(start))).collect()
}

fn without_time(line: &str) -> &str {
    line.strip_prefix('[')
        .and_then(|line| line.split_once("] "))
        .map_or(line, |(_, message)| message)
}

/// Words with a digit in them become `#`, and signs and blanks between them nothing that could differ.
fn without_numbers(line: &str) -> String {
    let words = line.split_inclusive(|char: char| !char.is_ascii_alphanumeric());
    let shorten = |word: &str| {
        let end = word.trim_start_matches(|char: char| char.is_ascii_alphanumeric());
        if word.contains(|char: char| char.is_ascii_digit()) {
            format!("#{end}")
        } else {
            word.to_owned()
        }
    };
    words.map(shorten).collect()
}

/// Boots both ways, and once more each where there were differences: on a busy host a kernel remarks on its clocks now
/// and then, so a difference counts when it comes every time on one side and never on the other.
fn assert_same(mode: &str, keys: &Value) {
    let mut differences = differences(mode, keys);
    for _ in 0..2 {
        if !differences.is_empty() {
            differences = &differences & &self::differences(mode, keys);
        }
    }
    assert!(differences.is_empty(), "{mode} {keys}: {differences:#?}");
}

/// Each message that only one of the ways has, with the name of that way.
fn differences(mode: &str, keys: &Value) -> BTreeSet<(&'static str, String)> {
    let (plain, fast) = (boot(mode, false, keys), boot(mode, true, keys));
    assert_eq!(fast.ending, plain.ending);
    assert_eq!(fast.events, plain.events);
    for sign in ["ALL TESTS PASSED", "Kernel panic", "BUG:", "WARNING:", "Call Trace:", "reboot: "]
    {
        assert_eq!(fast.count(sign), plain.count(sign), "{sign}");
    }
    let (plain, fast) = (messages(&plain.console), messages(&fast.console));
    assert!(fast.len() > 150, "too few messages to compare: {}", fast.len());
    let only_plain = plain.difference(&fast).map(|message| ("packed", message.clone()));
    only_plain.chain(fast.difference(&plain).map(|message| ("unpacked", message.clone()))).collect()
}

#[test]
fn an_unpacked_kernel_says_and_does_the_same_on_q35() {
    assert_same("", &json!({}));
}

#[test]
fn an_unpacked_kernel_panics_the_same() {
    assert_same("panic", &json!({}));
}

#[test]
fn an_unpacked_kernel_says_and_does_the_same_with_more_processors_and_memory() {
    assert_same("", &json!({ "cpus": 2, "memory": "5G" }));
}

#[test]
fn an_unpacked_kernel_says_and_does_the_same_on_microvm() {
    assert_same("", &json!({ "machine": "microvm" }));
}

#[test]
fn the_command_shown_is_the_plain_one() {
    let run = boot("", true, &json!({}));
    let kernel = testkit::guest("x86_64").kernel.display().to_string();
    assert!(run.started.command.contains(&kernel));
    assert!(
        !run.started
            .command
            .iter()
            .any(|argument| argument.contains("qboot") || argument.contains("/proc/self"))
    );
}

#[test]
fn arguments_that_change_the_firmware_leave_the_kernel_packed() {
    for args in [json!(["-boot", "menu=off"]), json!(["-fw_cfg", "name=opt/test,string=x"])] {
        let run = start(guest("x86_64", "", json!({ "args": args })))
            .unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(run.started.notes, Vec::<String>::new(), "{args}");
    }
}
