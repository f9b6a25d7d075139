//! Boot tests of our own have hazards, too.

use std::path::Path;

use ostool::{Subject, hazards};

fn found(rules: &str) -> Vec<(&'static str, u32)> {
    let text = format!("machine: {{ qemu: {{ arch: x86_64, kernel: k }} }}\n{rules}");
    let spec = spec::parse(&text, Path::new("a.yaml")).unwrap();
    let hazards = hazards(&[Subject::of_spec(&spec, Path::new("a.yaml"), &text)], 1);
    hazards.iter().map(|hazard| (hazard.name, hazard.line)).collect()
}

#[test]
fn a_sign_that_is_typed_is_found_on_its_line() {
    let steps = "steps:\n  - prompt: \"~ # $\"\n  - send: \"echo all well\\n\"\n";
    assert_eq!(
        found(&format!("{steps}pass:\n  - ready\n  - all well\n")),
        [("pass-text-in-typed", 7)]
    );
    assert_eq!(found(&format!("{steps}  - expect: all well\n")), [("pass-text-in-typed", 5)]);
    assert_eq!(found(&format!("{steps}pass: \"^all well$\"\n")), []);
    assert_eq!(found("steps:\n  - expect: all well\n  - send: \"all well\\n\"\n"), []);
}

#[test]
fn a_greeting_is_a_hazard_where_nothing_else_is_needed() {
    assert_eq!(found("pass: Welcome to AxVisor\n"), [("hypervisor-greeting", 2)]);
    assert_eq!(
        found("pass: { any-of: [test pass, AxVisor Shell] }\n"),
        [("hypervisor-greeting", 2)]
    );
    assert_eq!(found("pass: [AxVisor Shell, test pass]\n"), []);
    assert_eq!(found("steps:\n  - prompt: \"~ #\"\npass: AxVisor Shell\n"), []);
}
