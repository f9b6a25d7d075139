//! Every test that SPECIFICATION.md and the list of ways around the gates name exists.

use crate::tree;

#[test]
fn every_promise_names_tests_that_exist() {
    let pages = tree::ending(&["SPECIFICATION.md", "docs/ways-around.md"]);
    let words = pages.flat_map(|page| page.text.split('`').skip(1).step_by(2));
    let named: Vec<&str> = words.filter(is_test).collect();
    assert!(named.len() >= 30, "the promises name too few tests");
    for name in named {
        let definition = format!("fn {name}(");
        assert!(
            tree::ending(&[".rs"]).any(|source| source.text.contains(&definition)),
            "there is no test `{name}`"
        );
    }
}

/// Tests are sentences; verdicts and commands are words.
fn is_test(name: &&str) -> bool {
    name.matches('_').count() >= 3
}
