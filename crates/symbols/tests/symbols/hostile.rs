//! Any bytes as a file, and any text as a console.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use symbols::frames_in;

use crate::built::Built;

static PROGRAM: LazyLock<Vec<u8>> =
    LazyLock::new(|| Built::c(&["-g", "-O2", "-no-pie", "-nostartfiles", "-e", "main"]).bytes());

fn word() -> impl Strategy<Value = String> {
    let known = [
        "RIP:",
        "0010:",
        "pc :",
        "ra",
        "=",
        "[<",
        ">]",
        "? ",
        "Kernel Offset: 0x",
        " from ",
        "[mod]",
        "main+0x1/0x2",
    ];
    prop_oneof![
        any::<u64>().prop_map(|number| format!("{number:#x}")),
        (0x40_1000_u64..0x40_2000).prop_map(|number| format!("{number:#x}")),
        prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        ".{0,8}",
    ]
}

proptest! {
    #[test]
    fn no_line_of_console_is_a_crash(words in vec(word(), 0..30), gap in prop::sample::select(vec!["", " "])) {
        let _frames = frames_in(&PROGRAM, &[(1, &words.join(gap))]);
    }

    #[test]
    fn no_file_is_a_crash(bytes in vec(any::<u8>(), 0..2000), elf in any::<bool>()) {
        let head: &[u8] = if elf { b"\x7fELF\x02\x01\x01" } else { b"" };
        let _frames = frames_in(&[head, &bytes].concat(), &[(1, "pc : 0x401000")]);
    }

    #[test]
    fn no_damage_to_a_file_is_a_crash(damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..40), cut in any::<prop::sample::Index>(), whole in any::<bool>()) {
        let mut bytes = PROGRAM.clone();
        damage.iter().for_each(|(at, byte)| bytes[at.index(PROGRAM.len())] = *byte);
        bytes.truncate(if whole { bytes.len() } else { cut.index(bytes.len()) });
        let addresses: Vec<String> = (0x40_1000..0x40_1100).step_by(3).map(|address| format!("pc : {address:#x}")).collect();
        let lines: Vec<(u64, &str)> = (1..).zip(addresses.iter().map(String::as_str)).collect();
        let _frames = frames_in(&bytes, &lines);
    }
}
