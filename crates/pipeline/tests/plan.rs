//! What a workflow becomes before anything is run.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::path::Path;

use pipeline::{Contexts, Library, Plan, Request, Status, Workflow, plan};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The plan of a workflow that may call `called`.
fn planned(text: &str, called: &str, request: Request<'_>) -> Result<Plan, String> {
    let roots = json!({ "github": { "event_name": "push" }, "runner": {} });
    let parse = |text: &str, name: &str| Workflow::parse(text, Path::new(name));
    let library = Library {
        workflow: &|uses| {
            if uses == "./called.yml" { parse(called, "called.yml").map(Some) } else { Ok(None) }
        },
        secret: &|name| (name == "KEY").then(|| "hunter22".to_owned()),
        roots: roots.as_object().unwrap(),
    };
    let outcome = parse(text, "own.yml").and_then(|workflow| plan(&workflow, request, &library));
    outcome.map_err(|problem| problem.message)
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.jobs.iter().map(|job| job.name.as_str()).collect()
}

fn of_matrix(matrix: &str) -> Result<Plan, String> {
    let text = format!(
        "on: push\njobs:\n  one:\n    strategy: {{ matrix: {matrix} }}\n    steps: [{{ run: x }}]\n"
    );
    planned(&text, "", Request::default())
}

#[test]
fn the_documentations_own_matrix_has_its_own_combinations() {
    let matrix = "{ fruit: [apple, pear], animal: [cat, dog], include: [{ color: green }, { color: pink, animal: cat }, \
        { fruit: apple, shape: circle }, { fruit: banana }, { fruit: banana, animal: cat }] }";
    let plan = of_matrix(matrix).unwrap();
    let combinations: Vec<Value> =
        plan.jobs.iter().map(|job| Value::Object(job.matrix.iter().cloned().collect())).collect();
    assert_eq!(
        combinations,
        [
            json!({ "fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle" }),
            json!({ "fruit": "apple", "animal": "dog", "color": "green", "shape": "circle" }),
            json!({ "fruit": "pear", "animal": "cat", "color": "pink" }),
            json!({ "fruit": "pear", "animal": "dog", "color": "green" }),
            json!({ "fruit": "banana" }),
            json!({ "fruit": "banana", "animal": "cat" }),
        ]
    );
}

#[test]
fn a_matrix_may_come_out_of_an_expression_and_has_its_limits() {
    let plan =
        of_matrix("\"${{ fromJSON('{\\\"b\\\": [1, 2], \\\"exclude\\\": [{\\\"b\\\": 2}]}') }}\"")
            .unwrap();
    assert_eq!(names(&plan), ["one (1)"]);
    assert_eq!(names(&of_matrix("{ include: [{ b: x, a: 1 }] }").unwrap()), ["one (x, 1)"]);
    let many = format!("[{}]", vec!["1"; 257].join(", "));
    for (matrix, part) in [
        (format!("{{ a: {many} }}"), "more than 256 combinations"),
        (format!("{{ a: [1], include: {many} }}"), "no mapping"),
        ("{ a: 5 }".into(), "`a` of a matrix is no list"),
        ("[1]".into(), "no mapping"),
        ("{ a: [1], exclude: [{ a: 1 }] }".into(), "no combinations"),
    ] {
        let wrong = of_matrix(&matrix).unwrap_err();
        assert!(wrong.contains(part), "{matrix}: {wrong}");
        assert!(wrong.starts_with("own.yml: job `one`: "), "{wrong}");
    }
}

#[test]
fn a_called_workflow_is_entered_with_its_inputs_and_in_the_order_of_needs() {
    let called = "on:\n  workflow_call:\n    inputs: { level: { type: number, default: 3 }, word: {} }\nenv: { WORD: '${{ inputs.word }}' }\n\
        jobs:\n  last: { needs: [first], steps: [] }\n  first:\n    name: at ${{ inputs.level }}\n    env: { ARCH: '${{ matrix.arch }}', SECRET: '${{ secrets.key }}' }\n    \
        strategy: { matrix: { arch: [a, b] } }\n    steps: []\n";
    let text = "on: push\njobs:\n  outer:\n    uses: ./called.yml\n    with: { word: '${{ github.event_name }}' }\n";
    let plan = planned(text, called, Request::default()).unwrap();
    assert_eq!(names(&plan), ["outer / at 3", "outer / at 3", "outer / last"]);
    let env =
        |pairs: [(&str, &str); 3]| pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(plan.jobs[1].env, env([("WORD", "push"), ("ARCH", "b"), ("SECRET", "hunter22")]));
    assert_eq!((plan.jobs[0].fail_fast.len(), plan.jobs[2].fail_fast.len()), (1, 0));
    let narrowed = Request { matrix: &[("arch".into(), "a".into())], ..Request::default() };
    assert_eq!(planned(text, called, narrowed).unwrap().jobs.len(), 1);
    let endless = "on: { workflow_call: {} }\njobs:\n  again: { uses: ./called.yml }\n";
    assert!(
        planned(endless, endless, Request::default()).unwrap_err().contains("more than 10 deep")
    );
}

#[test]
fn what_is_empty_here_is_said() {
    let text = "on: push\njobs:\n  build: { steps: [] }\n  one:\n    needs: build\n    services: { db: { image: x } }\n    if: github.event.action == ''\n    steps:\n      \
        - run: echo ${{ github.job }} ${{ secrets.KEY }} ${{ secrets.none }} ${{ vars.HOST }} ${{ github.head_ref }} ${{ needs.build.outputs.x }}\n";
    let plan = planned(text, "", Request { job: Some("one"), ..Request::default() }).unwrap();
    let notes: Vec<&str> = plan.notes.iter().map(String::as_str).collect();
    assert_eq!(
        notes,
        [
            "`github.event` is empty",
            "`github.head_ref` is empty",
            "`one` needs `build`, taken to have succeeded; their outputs are empty",
            "`secrets.NONE` is empty: the environment has no `NONE`",
            "`services` of `one` is left out",
            "`vars.host` is empty",
        ]
    );
    assert!(plan.jobs[0].is_wanted);
}

#[test]
fn a_condition_asks_for_success_unless_it_asks_itself() {
    let holds = |condition: &str, status| {
        let text = format!("on: push\njobs:\n  one:\n    if: {condition}\n    steps: []\n");
        let plan = planned(&text, "", Request::default()).unwrap();
        let job = &plan.jobs[0];
        let contexts = Contexts { roots: &job.roots, status, hash_files: &|_| String::new() };
        job.job.condition.as_ref().unwrap().holds(&contexts).unwrap()
    };
    assert!(holds("github.event_name == 'push'", Status::Success));
    assert!(!holds("github.event_name == 'push'", Status::Failure));
    assert!(!holds("true", Status::Cancelled));
    assert!(holds("\"${{ failure() && true }}\"", Status::Failure));
    assert!(holds("always()", Status::Cancelled));
    // A known trap of GitHub's: a text beside an expression is never empty.
    assert!(holds("\"${{ false }} || ${{ false }}\"", Status::Success));
}

/// Lines that workflows are made of.
fn likely() -> impl Strategy<Value = String> {
    let lines = [
        "on: push",
        "jobs:",
        "  a:",
        "    steps:",
        "      - run: x",
        "      - uses: a@b",
        "        with: { a: 1 }",
        "    strategy:",
        "      matrix:",
        "        a: [1, '${{ 2 }}']",
        "        include: [{ a: 1 }, { b: [] }]",
        "    uses: ./called.yml",
        "    needs: [a]",
        "    if: ${{ !a",
        "    env: { A: '${{ matrix.a }}' }",
        "\t",
        "- [",
        "}",
        "    name: '${{ github.x }} \\x1b'",
        "env: ${{ x }}",
        "    timeout-minutes: ${{ 1e999 }}",
    ];
    prop::collection::vec(prop::sample::select(lines.to_vec()), 0..14)
        .prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn no_text_makes_the_planner_panic(text in likely(), called in likely()) {
        if let Err(wrong) = planned(&text, &called, Request::default()) {
            prop_assert!(!wrong.contains(char::is_control), "{wrong:?}");
        }
    }
}
