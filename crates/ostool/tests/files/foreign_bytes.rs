//! No text makes the reader panic, and whatever it says can be printed.

use std::path::Path;

use ostool::{Document, Subject, Target, hazards};
use proptest::prelude::*;

use crate::{lookup, text};

fn check(text: &str) {
    match ostool::read(text, Path::new("aarch64.toml"), &lookup) {
        Ok(Document::Qemu(config)) => {
            let lowered = config.lower(&Target { arch: None, kernel: None, is_file: &|_| true });
            drop(lowered);
            for hazard in hazards(&[Subject::from(&*config), Subject::from(&*config)], 2) {
                let lines = u32::try_from(text.lines().count()).unwrap();
                assert!((1..=lines.max(1)).contains(&hazard.line), "{hazard:?}");
                assert!(!hazard.message.contains(char::is_control), "{hazard:?}");
            }
        }
        Ok(_) => {}
        Err(error) => {
            assert!(error.line.is_some() && !error.message.is_empty(), "{error:?}");
            assert!(!error.message.contains(char::is_control), "{error:?}");
        }
    }
}

/// Configurations whose lines are exchanged, cut and mixed.
fn mixed() -> impl Strategy<Value = String> {
    let names = ["configurations/0.8.toml", "configurations/0.24.toml", "configurations/0.31.toml"];
    let lines: Vec<String> = names
        .iter()
        .flat_map(|name| text(name).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    prop::collection::vec(
        (prop::sample::select(lines), any::<prop::sample::Index>(), any::<bool>()),
        0..12,
    )
    .prop_map(|picked| {
        let cut = |(line, index, whole): (String, prop::sample::Index, bool)| {
            let end = if whole {
                line.len()
            } else {
                line.floor_char_boundary(index.index(line.len() + 1))
            };
            line[..end].to_owned()
        };
        picked.into_iter().map(cut).collect::<Vec<_>>().join("\n")
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_values_of_the_keys_are_read_or_refused(
        values in prop::collection::vec("[-'\"\\[\\]{}$\\\\a-z0-9:,= \u{1b}.*(|)]{0,12}", 8)
    ) {
        let keys = ["args", "uefi", "success_regex", "fail_regex", "shell_prefix", "shell_init_cmd", "timeout", "x"];
        let raw: String = keys.iter().zip(&values).map(|(key, value)| format!("{key} = {value}\n")).collect();
        check(&raw);
        let quoted = values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(", ");
        check(&format!("args = [{quoted}]\nsuccess_regex = [{quoted}]\nshell_prefix = {0}\nshell_init_cmd = {0}\n", format!("{:?}", values[0])));
    }

    #[test]
    fn mixed_lines_are_read_or_refused(text in mixed()) {
        check(&text);
    }
}
