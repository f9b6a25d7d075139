//! A spec that is wrong, and what is said of it.

use std::path::Path;

/// A sound machine, for specs whose mistake is elsewhere. The text that follows begins on line 2.
const MACHINE: &str = "machine: { qemu: { arch: x86_64, kernel: k } }\n";

/// Checks `line:column: message` and, behind ` / `, the hint.
#[track_caller]
pub(crate) fn check(yaml: &str, expected: &str) {
    let error = spec::parse(yaml, Path::new("s.yaml")).expect_err("this spec is wrong");
    let hint = error.hint().map(|hint| format!(" / {hint}")).unwrap_or_default();
    let shown = format!("{error}{hint}");
    assert_eq!(shown.strip_prefix("s.yaml:"), Some(expected), "in\n{yaml}");
}

/// The same for what follows a sound machine.
#[track_caller]
pub(crate) fn check_rest(rest: &str, expected: &str) {
    check(&format!("{MACHINE}{rest}"), expected);
}
