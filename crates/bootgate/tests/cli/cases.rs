//! Test results that a real guest prints, by its shell and by its kernel.

use crate::world::World;

/// A suite of the kernel's own, through its log, between results of a program's.
const SUITE: &str = r#"
steps:
  - prompt: "~ # $"
  - run: "dmesg -n 8; echo 'TAP version 13'; echo 1..2; echo 'ok 1 - before'"
  - run: "k() { echo \"<6>$*\" >/dev/kmsg; }"
  - run: "k '    KTAP version 1'; k '    # Subtest: list'; k '    1..2'; k '    ok 1 add'"
  - run: "k '    not ok 2 remove'; k 'not ok 2 list'; sleep 1"
limits: { total: 2m }
"#;

#[test]
fn what_a_real_kernel_logs_as_ktap_fails_the_run_by_the_cases_name() {
    let world = World::new();
    let ran = world.boot(&world.spec("bootgate.mode=shell", SUITE));
    assert_eq!(ran.verdict(), (Some(1), "failed".into()), "{}", ran.stdout);
    assert_eq!(ran.json()["title"], "not ok: list/remove");
    let cases = ran.json()["cases"].clone();
    let told = |case: &serde_json::Value| format!("{} {}", case["outcome"], case["name"]);
    let told: Vec<String> = cases.as_array().expect("cases").iter().map(told).collect();
    assert_eq!(told, [r#""ok" "before""#, r#""ok" "list/add""#, r#""not-ok" "list/remove""#]);
}
