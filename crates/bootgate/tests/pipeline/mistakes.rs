//! Whose fault it is, and where.

use crate::world::{pipeline, run, with_workflow};

fn refused(workflow: &str, part: &str) {
    let ran = pipeline(&with_workflow(workflow), "own.yml");
    assert_eq!(ran.code, Some(2), "{workflow}{}", ran.stderr);
    assert!(ran.stderr.contains(part), "no {part}: {}", ran.stderr);
}

#[test]
fn a_mistake_in_a_workflow_has_its_place() {
    let job = "on: push\njobs:\n  one:\n    runs-on: x\n";
    let file = ".github/workflows/own.yml";
    refused(
        &format!("{job}    steps:\n      - runn: x\n"),
        &format!("{file}:6:15: unknown key `runn`"),
    );
    refused(
        &format!("{job}    steps:\n      - run: ${{{{ a b }}}}\n"),
        &format!("{file}:6:14: `a b`: "),
    );
    refused(
        &format!("{job}    steps:\n      - {{ run: x, uses: y }}\n"),
        "a step has either `run` or `uses`",
    );
    refused(
        &format!("{job}    env: {{ A: '${{{{ nobody.knows }}}}' }}\n    steps: []\n"),
        "there is no context `nobody` here",
    );
    refused(
        &format!("{job}    strategy: {{ matrix: {{ a: [] }} }}\n    steps: []\n"),
        "`a` of a matrix is no list with items",
    );
    refused(
        "on: push\njobs:\n  a: { uses: other/repository/.github/workflows/x.yml@v1 }\n",
        "cannot be entered",
    );
    refused(
        "on: push\njobs:\n  a: { steps: [] }\n  b: { steps: [] }\n",
        "give `--job` one of `a`, `b`",
    );
    refused("jobs: [\n", file);
}

#[test]
fn inputs_are_checked_by_their_declarations() {
    let called = "on:\n  workflow_call:\n    inputs:\n      deep: { type: boolean, default: true }\n      size: { type: number, required: true }\njobs:\n  \
        inner:\n    runs-on: x\n    steps:\n      - run: echo \"is=${{ inputs.deep && inputs.size }}\" >>\"$GITHUB_OUTPUT\"\n";
    let caller = |with: &str| {
        format!(
            "on: push\njobs:\n  outer:\n    uses: ./.github/workflows/called.yml\n    with: {with}\n"
        )
    };
    let consumer =
        |with: &str| with_workflow(&caller(with)).file(".github/workflows/called.yml", called);
    let ran = pipeline(&consumer("{ size: 5 }"), "own.yml");
    assert_eq!((ran.code, ran.outputs("is")), (Some(0), vec!["5".to_owned()]), "{}", ran.stderr);
    for (with, part) in [
        ("{ deep: false }", "needs the input `size`"),
        ("{ size: many }", "the input `size` is no number"),
        ("{ size: 1, deep: perhaps }", "the input `deep` is no boolean"),
        ("{ size: 1, wide: true }", "has no input `wide`"),
    ] {
        let ran = pipeline(&consumer(with), "own.yml");
        assert_eq!(ran.code, Some(2), "{with}");
        assert!(ran.stderr.contains(part), "no {part}: {}", ran.stderr);
    }
    let direct = run(
        &consumer("{}").path(),
        &["pipeline", "run", "called.yml", "--json", "--input", "size=7"],
    );
    assert_eq!(direct.outputs("is"), ["7"], "{}", direct.stderr);
}

#[test]
fn the_exit_code_is_that_of_the_first_step_that_failed() {
    let step = "      - uses: OWNER/bootgate/actions/run-vm-test@v1\n        with: { spec: missing.yaml }\n";
    let workflow =
        |steps: &str| format!("on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n{steps}");
    assert_eq!(pipeline(&with_workflow(&workflow(step)), "own.yml").code, Some(2));
    let script = "      - run: exit 3\n";
    assert_eq!(pipeline(&with_workflow(&workflow(script)), "own.yml").code, Some(1));
    let forgiven = format!("{step}        continue-on-error: true\n");
    assert_eq!(pipeline(&with_workflow(&workflow(&forgiven)), "own.yml").code, Some(0));
    let endless = "      - { run: x, timeout-minutes: '${{ github.run_id == 1 && -1 }}' }\n";
    assert_eq!(pipeline(&with_workflow(&workflow(endless)), "own.yml").code, Some(2));
    let no_shell = "      - { run: x, shell: 'nobody-has-it {0}' }\n";
    assert_eq!(pipeline(&with_workflow(&workflow(no_shell)), "own.yml").code, Some(3));
}
