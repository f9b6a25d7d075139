//! Every test that SPECIFICATION.md names exists.

use crate::tree;

#[test]
fn every_promise_names_tests_that_exist() {
    let specification = tree::ending(&["SPECIFICATION.md"]).next().unwrap();
    let named: Vec<&str> =
        specification.text.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() >= 14, "the promises name too few tests");
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
