//! Limits that cannot be meant are errors, at their place and with the next step.

mod mistake;

use mistake::check_rest;

#[test]
fn a_limit_carries_its_unit() {
    let rest = |limits: &str| format!("pass: x\nlimits: {{ {limits} }}\n");
    check_rest(&rest("total: 60"), "3:18: `60` has no unit / write `60s`");
    check_rest(&rest("total: \"60\""), "3:18: `60` has no unit / write `60s`");
    check_rest(&rest("drain: 2"), "3:18: `2` has no unit / write `2s`");
    check_rest(
        &rest("silence: soon"),
        "3:20: `soon` is not a duration / write it like `90s`, `5m` or `1h 30m`",
    );
    check_rest(
        &rest("total: -5"),
        "3:18: `-5` is not a duration / write it like `90s`, `5m` or `1h 30m`",
    );
    check_rest(&rest("total: { kvm: 5, tcg: 6s }"), "3:25: `5` has no unit / write `5s`");
    check_rest(
        &rest("total: { kvm: 5s, tcg: 6x }"),
        "3:34: `6x` is not a duration / write it like `90s`, `5m` or `1h 30m`",
    );
    check_rest(&rest("total: { kvm: 5s }"), "3:20: key `tcg` is missing");
    check_rest(
        &rest("total: [5s]"),
        "3:11: expected a duration such as `60s`, or `{ kvm: 20s, tcg: 3m }`, found sequence",
    );
    check_rest("steps:\n- run: id\n  within: 9\n", "4:11: `9` has no unit / write `9s`");
}

#[test]
fn a_stage_has_a_name_and_a_guest_boots_at_least_once() {
    check_rest(
        "pass: x\nlimits: { stages: { kernle: 3s } }\n",
        "3:21: unknown key `kernle` / did you mean `kernel`?",
    );
    check_rest("pass: x\nlimits: { boots: 0 }\n", "3:18: a guest boots at least once");
}

#[test]
fn a_limit_leaves_some_time_and_not_too_much() {
    let rest = |limits: &str| format!("pass: x\nlimits: {{ {limits} }}\n");
    let hint = "take the key out to get the default";
    check_rest(&rest("total: 0s"), &format!("3:18: `0s` leaves no time at all / {hint}"));
    check_rest(&rest("drain: 0ms"), &format!("3:18: `0ms` leaves no time at all / {hint}"));
    check_rest(
        &rest("silence: 8d"),
        "3:20: `8d` is longer than a week / the longest limit is `7d`",
    );
}
