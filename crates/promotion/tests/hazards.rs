//! What is said of a policy that is no mistake.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::path::Path;

use chrono::NaiveDate;
use promotion::{Checked, Policy};

const SOUND: &str = "\
image: ghcr.io/me/os
channels:
  next: {}
  stable:
    from: next
    require: [smoke/x86_64]
    signed-by: [ci.pub]
    tags: ['v*']
    gates: { soak: { command: ./soak.sh, limit: 1h } }
waivers:
- { result: soak, channel: stable, by: a, why: b, until: 2026-12-01 }
";

fn check(text: &str) -> Checked {
    let today = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    Policy::check(text, Path::new("p.yaml"), &["smoke/x86_64".into()], today).unwrap()
}

/// The names and places of the hazards once `from` is `to`.
#[track_caller]
fn hazards(from: &str, to: &str, expected: &[(&str, u32, u32)]) {
    assert!(SOUND.contains(from), "{from}");
    let checked = check(&SOUND.replace(from, to));
    let found: Vec<_> = checked.hazards.iter().map(|it| (it.name, it.line, it.column)).collect();
    assert_eq!(found, expected);
    assert!(checked.hazards.iter().all(|it| !it.message.is_empty() && !it.hint.is_empty()));
}

#[test]
fn a_sound_policy_has_no_hazard() {
    assert_eq!(check(SOUND), Checked::default());
}

#[test]
fn each_hazard_has_its_name_and_place() {
    hazards("    signed-by: [ci.pub]\n", "", &[("unsigned", 5, 5)]);
    hazards(", limit: 1h", "", &[("no-limit", 9, 20)]);
    hazards("2026-12-01", "2026-11-30", &[("waiver-over", 11, 58)]);
    hazards("waivers:", "immutable: []\nwaivers:", &[("versions-move", 8, 11)]);
    hazards("waivers:", "immutable: ['v1*']\nwaivers:", &[]);
    hazards("  next: {}\n", "  next: {}\n  edge: {}\n", &[("no-proof", 4, 9)]);
    let free = "  edge: { from: next, require: [] }\n  stable:";
    hazards("  stable:", free, &[("no-proof", 4, 32)]);
}

#[test]
fn a_required_result_that_no_test_has_is_a_warning_alone() {
    let checked = check(&SOUND.replace("require: [smoke/x86_64]", "require: [soak, smoke/x86]"));
    assert_eq!(checked.hazards, []);
    let [warning] = &checked.warnings[..] else { panic!("{checked:?}") };
    assert_eq!((warning.name, warning.line, warning.column), ("unknown-result", 6, 21));
    assert_eq!(warning.message, "no boot test here has the result `smoke/x86`");
}
