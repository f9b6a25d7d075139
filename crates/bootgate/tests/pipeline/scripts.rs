//! What steps find, and what they leave for one another.

use crate::world::{command, pipeline, run, with_workflow};

#[test]
fn what_a_step_leaves_in_its_files_reaches_the_steps_behind_it() {
    let workflow = r##"
on: push
defaults: { run: { working-directory: inner } }
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - id: first
        run: |
          echo "word=a=b" >>"$GITHUB_OUTPUT"
          printf 'lines<<END\none\n\ntwo\nEND\n' >>"$GITHUB_OUTPUT"
          echo "LATER=from a file" >>"$GITHUB_ENV"
          echo /opt/one >>"$GITHUB_PATH"
          echo "# told" >>"$GITHUB_STEP_SUMMARY"
      - run: echo "$LATER, ${PATH%%:*}, ${PWD##*/}, ${{ steps.first.outputs.word }}, ${{ env.LATER }}"
      - run: import os; print("python in", os.path.basename(os.getcwd()), os.environ["GITHUB_REPOSITORY"], os.environ["CI"])
        shell: python
        working-directory: .
      - run: false | cat; echo "without pipefail"
        shell: sh
"##;
    let consumer = with_workflow(workflow).file("inner/file", "");
    let ran = pipeline(&consumer, "own.yml");
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.outputs("word"), ["a=b"]);
    assert_eq!(ran.outputs("lines"), ["one\n\ntwo"]);
    for line in [
        "from a file, /opt/one, inner, a=b, from a file\n",
        "python in repository octo/kernel true\n",
        "without pipefail\n",
    ] {
        assert!(ran.stderr.contains(line), "no {line}: {}", ran.stderr);
    }
    let ran = run(&consumer.path(), &["pipeline", "run", "own.yml", "--summary", "told.md"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(consumer.path().join("told.md")).unwrap(), "# told\n");
}

#[test]
fn secrets_come_from_the_environment_and_are_seen_nowhere() {
    let workflow = "on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n      \
        - run: echo \"key $KEY, none '$NONE'\"; echo \"$KEY\" | base64; echo \"::add-mask::other-word\"; echo an other-word\n        \
        env: { KEY: '${{ secrets.MY_KEY }}', NONE: '${{ secrets.nobody_has }}' }\n";
    let consumer = with_workflow(workflow);
    let mut command = command(&consumer.path(), &["pipeline", "run", "own.yml"]);
    let output = command.env("MY_KEY", "hunter22").output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{log}");
    assert!(log.contains("key ***, none ''\n") && log.contains("an ***\n"), "{log}");
    assert!(!log.contains("hunter22") && !log.contains("aHVudGVyMj"), "{log}");
    assert!(
        log.contains("`secrets.NOBODY_HAS` is empty: the environment has no `NOBODY_HAS`\n"),
        "{log}"
    );
}

#[test]
fn a_matrix_is_run_one_by_one_and_narrowed() {
    let workflow = "on: push\njobs:\n  one:\n    runs-on: x\n    strategy:\n      fail-fast: false\n      matrix:\n        \
        os: [a, b]\n        cpus: [1, 2]\n        exclude: [{ os: a, cpus: 2 }]\n        \
        include: [{ os: b, extra: yes }, { os: c, cpus: 3 }]\n    steps:\n      \
        - run: echo \"on=${{ matrix.os }}${{ matrix.cpus }}${{ matrix.extra }}\" >>\"$GITHUB_OUTPUT\"; test ${{ matrix.cpus }} != 1\n";
    let consumer = with_workflow(workflow);
    let ran = pipeline(&consumer, "own.yml");
    assert_eq!(
        (ran.code, ran.outputs("on")),
        (Some(1), ["a1", "b1yes", "b2yes", "c3"].map(str::to_owned).into())
    );
    let names = |ran: &crate::world::Ran| -> Vec<String> {
        let report = ran.report();
        let jobs = report["jobs"].as_array().unwrap().iter();
        jobs.map(|job| {
            format!("{}: {}", job["name"].as_str().unwrap(), job["result"].as_str().unwrap())
        })
        .collect()
    };
    assert_eq!(
        names(&ran),
        [
            "one (a, 1): failure",
            "one (b, 1, yes): failure",
            "one (b, 2, yes): success",
            "one (c, 3): success"
        ]
    );
    let narrow = |value: &str| {
        run(
            &consumer.path(),
            &["pipeline", "run", "own.yml", "--json", "--matrix", "os=b", "--matrix", value],
        )
    };
    assert_eq!(names(&narrow("cpus=2")), ["one (b, 2, yes): success"]);
    let none = narrow("cpus=9");
    assert_eq!(none.code, Some(2));
    assert!(
        none.stderr.contains("there are: os=a cpus=1; os=b cpus=1 extra=yes;"),
        "{}",
        none.stderr
    );
    let fast = with_workflow(&workflow.replace("fail-fast: false", "fail-fast: true"));
    assert_eq!(
        names(&pipeline(&fast, "own.yml"))[..2],
        ["one (a, 1): failure", "one (b, 1): skipped"]
            .map(|name| name.replace("1):", "1, yes):").replace("a, 1, yes", "a, 1"))
    );
}

#[test]
fn a_dry_run_says_what_would_be_run_and_runs_nothing() {
    let workflow = "on: push\njobs:\n  first:\n    runs-on: x\n    steps: [{ run: touch ran }]\n  boot:\n    needs: first\n    runs-on: x\n    \
        strategy: { matrix: { arch: [riscv64] } }\n    steps:\n      \
        - uses: actions/checkout@v6\n      - uses: actions/cache@v5\n      - { id: a, run: touch ran, if: \"needs.first.outputs.x == 'y'\" }\n      \
        - uses: OWNER/bootgate/actions/run-vm-test@v1\n        if: steps.a.outcome == 'skipped'\n        \
        with: { spec: 'boot/${{ matrix.arch }}.yaml', append: '${{ steps.a.outputs.b }}' }\n";
    let consumer = with_workflow(workflow);
    let ran = run(&consumer.path(), &["pipeline", "run", "own.yml", "--job", "boot", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = "\
note: `boot` needs `first`, taken to have succeeded; their outputs are empty
boot (riscv64)
  leave out  Run actions/checkout@v6
             your checkout is used as it is
  leave out  Run actions/cache@v5
             only bootgate's own actions are run here
  skip       Run touch ran
             its condition does not hold
  action     Run OWNER/bootgate/actions/run-vm-test@v1
             if: ${{ steps.a.outcome == 'skipped' }}
             bootgate run-vm-test
             append: ${{ steps.a.outputs.b }}
             spec: boot/riscv64.yaml
";
    assert_eq!(ran.stdout, expected);
    assert!(!consumer.path().join("ran").exists());
}

#[test]
fn a_step_whose_time_is_over_is_ended_with_all_that_it_started() {
    let workflow = "on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n      \
        - { run: sleep 600 & sleep 600, timeout-minutes: 0.01 }\n      - { run: 'echo \"after=all\" >>\"$GITHUB_OUTPUT\"', if: always() }\n";
    let ran = pipeline(&with_workflow(workflow), "own.yml");
    assert_eq!(
        (ran.code, ran.outputs("after")),
        (Some(1), vec!["all".to_owned()]),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.report()["jobs"][0]["steps"][0]["why"], "its time was over");
}
