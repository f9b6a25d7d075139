//! Mistakes in the YAML itself, and YAML that is meant to hurt.

mod mistake;

use mistake::{check, check_rest};

#[test]
fn a_key_is_given_once() {
    check_rest("pass: x\npass: y\n", "3:1: key `pass` is given twice");
    check(
        "machine: { qemu: { arch: x86_64, kernel: a, kernel: b } }\n",
        "1:45: key `kernel` is given twice",
    );
}

#[test]
fn a_file_holds_one_document() {
    check_rest(
        "pass: x\n---\npass: y\n",
        "4:1: a second document begins here, and the file has to be one",
    );
}

#[test]
fn yaml_that_is_none_is_an_error_at_its_place() {
    check_rest("pass: [a\n", "2:7: unclosed bracket '['");
    check_rest("pass: \"a\n", "3:1: invalid indentation in multiline quoted scalar");
    check_rest(
        "\tpass: a\n",
        "2:2: while parsing a block mapping, did not find expected key / indent with blanks: YAML takes no tabs",
    );
    check("- a\n- b\n", "1:1: expected keys with their values");
    check("just text\n", "1:1: expected keys with their values");
    check_rest("steps: a\n", "2:8: expected a list");
    check_rest("pass: x\nname: [a]\n", "3:7: expected a single value");
    check("machine: { qemu: { arch: [x86_64] } }\n", "1:26: expected a single value");
    check_rest("pass: *unknown\n", "2:7: reference to unknown value");
}

#[test]
fn merge_keys_and_strange_tags_are_not_understood() {
    check_rest(
        "pass: x\nlimits: { <<: { total: 5m } }\n",
        "3:11: the merge key `<<` is not understood: write the keys out",
    );
    check_rest("pass: !shell x\n", "2:14: unsupported tag `!shell`");
}

#[test]
fn an_anchor_bomb_goes_off_harmlessly() {
    let mut bomb = String::from("pass: x\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    check_rest(&bomb, "7:10: this is too large or too deep");
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("pass: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    check_rest(&nested(100), "2:22: this is too large or too deep");
    check_rest(&nested(5000), "2:262: recursion limit exceeded");
}

#[test]
fn an_alias_is_reported_where_it_is_used() {
    check_rest("name: &bad \"a(b\"\npass: *bad\n", "3:7: unusable pattern `a(b`: unclosed group");
}
