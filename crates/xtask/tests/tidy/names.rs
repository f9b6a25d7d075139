//! Modules are named after the thing they hold.

use std::path::Path;

use crate::tree;

/// Names that say nothing about what is inside.
const EMPTY: [&str; 8] =
    ["util", "utils", "utilities", "common", "helper", "helpers", "misc", "stuff"];

fn says_nothing(path: &Path) -> bool {
    path.with_extension("")
        .components()
        .any(|part| EMPTY.iter().any(|empty| part.as_os_str() == *empty))
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    let found: Vec<String> = tree::ending(&[".rs"])
        .filter(|text| says_nothing(&text.path))
        .map(tree::Text::shown)
        .collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_folder_counts_as_much_as_a_file() {
    assert!(says_nothing(Path::new("crates/x/tests/common/mod.rs")));
    assert!(says_nothing(Path::new("crates/x/src/utils.rs")));
    assert!(!says_nothing(Path::new("crates/x/src/utility_pole.rs")));
}
