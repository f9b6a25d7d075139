//! What expressions come to, by GitHub's documentation of them.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use pipeline::{Contexts, Expression, Status};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn roots() -> Map<String, Value> {
    let roots = json!({
        "github": { "event_name": "push", "ref": "refs/heads/main" },
        "matrix": { "arch": "x86_64", "cpus": 2 },
        "env": { "NOTHING": "" },
        "steps": { "a": { "outcome": "failure" }, "b": { "outcome": "success" } },
        "fruits": [{ "name": "apple", "seeds": [1, 2] }, { "name": "pear" }, { "colour": "red", "seeds": [3] }],
    });
    roots.as_object().unwrap().clone()
}

fn evaluate_at(text: &str, status: Status) -> Result<Value, String> {
    let hash_files = |patterns: &[String]| format!("digest of {}", patterns.join(" "));
    let contexts = Contexts { roots: &roots(), status, hash_files: &hash_files };
    let value = Expression::parse(text)?.evaluate(&contexts)?;
    Ok(value.try_into().unwrap_or_else(|()| json!("no JSON")))
}

fn evaluate(text: &str) -> Result<Value, String> {
    evaluate_at(text, Status::Success)
}

/// Each line is an expression, ` => `, and what it comes to.
fn check(table: &str) {
    for line in table.trim().lines() {
        let (expression, expected) = line.trim().split_once(" => ").unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(evaluate(expression), Ok(expected), "{expression}");
    }
}

#[test]
fn literals_are_read_as_github_reads_them() {
    check(
        "null => null
         true => true
         711 => 711
         -9.2 => -9.2
         0xff => 255
         -2.99e-2 => -0.0299
         'Mona the Octocat' => \"Mona the Octocat\"
         'It''s open source!' => \"It's open source!\"",
    );
}

#[test]
fn values_of_different_types_are_compared_as_numbers() {
    check(
        "'' == 0 => true
         null == 0 => true
         null == '' => true
         true == 1 => true
         false == '' => true
         '0x10' == 16 => true
         ' 1 ' == 1 => true
         'one' == 1 => false
         NaN == NaN => false
         NaN != NaN => true
         NaN < 1 => false
         'a' == 'A' => true
         'a' < 'B' => true
         '10' < '9' => true
         1 < '2' => true
         fromJSON('[1]') == 1 => false
         null >= 0 => true",
    );
}

#[test]
fn operators_give_operands_and_not_only_truth() {
    check(
        "'' || 'default' => \"default\"
         'x' && 'y' => \"y\"
         0 && 'y' => 0
         env.NOTHING || matrix.arch => \"x86_64\"
         !'' => true
         !'false' => false
         !fromJSON('[]') => false
         true || false && false => true
         (true || false) && false => false
         1 == 1 == true => true
         matrix.cpus > 1 && 'many' || 'one' => \"many\"",
    );
}

#[test]
fn paths_know_no_case_and_what_is_not_there_is_null() {
    check(
        "matrix.arch => \"x86_64\"
         MATRIX['ARCH'] => \"x86_64\"
         matrix.nothing => null
         matrix.nothing.deeper => null
         github.event.pull_request.number => null
         fruits[1].name => \"pear\"
         fruits['0'].name => \"apple\"
         fruits[9] => null
         fruits.*.name => [\"apple\", \"pear\"]
         fruits[*].seeds.*  => [1, 2, 3]
         join(steps.*.outcome) => \"failure,success\"
         contains(steps.*.outcome, 'FAILURE') => true
         fromJSON('{\"a\": [true]}').a[0] => true",
    );
    assert_eq!(evaluate("nobody.knows"), Err("there is no context `nobody` here".into()));
}

#[test]
fn functions_do_what_the_documentation_says() {
    check(
        r#"contains('Hello world', 'llo') => true
           contains('Hello world', 'LLO') => true
           contains('a', '') => true
           contains(fromJSON('["push", "pull_request"]'), github.event_name) => true
           contains(fromJSON('["pushed"]'), 'push') => false
           contains(fromJSON('["1"]'), 1) => true
           startsWith('Hello world', 'he') => true
           startsWith(github.ref, 'refs/tags/') => false
           startsWith(null, '') => true
           endsWith('Hello world', 'LD') => true
           endsWith(fromJSON('[]'), '') => false
           format('Hello {0} {1} {2}', 'Mona', 'the', 'Octocat') => "Hello Mona the Octocat"
           format('{{Hello {0} {1} {2}!}}', 'Mona', 'the', 1.50) => "{Hello Mona the 1.5!}"
           format('{0}{0}{1}', true, null) => "truetrue"
           join(fromJSON('["bug", 1, null]'), ', ') => "bug, 1, "
           join('one') => "one"
           toJSON(fromJSON('{"a": 1, "b": [null]}')) => "{\n  \"a\": 1,\n  \"b\": [\n    null\n  ]\n}"
           toJSON('x') => "\"x\""
           fromJSON('true') => true
           fromJSON('2.5') => 2.5
           hashFiles('a', 'b') => "digest of a b"
           case(matrix.cpus == 1, 'one', matrix.cpus == 2, 'two', 'many') => "two"
           ENDSWITH('ab', 'b') => true"#,
    );
}

#[test]
fn what_a_function_cannot_take_is_an_error() {
    for text in [
        "format('{0} {1}', 'a')",
        "format('{', 'a')",
        "format('}')",
        "format('{x}', 1)",
        "fromJSON('')",
        "fromJSON('{')",
        "case('x', 1, 2)",
        "contains('a')",
        "nothing()",
        "success('x')",
        "'open",
        "a b",
        "",
        "1 +",
        "a.'b'",
        "*",
        "(*)",
    ] {
        assert!(evaluate(text).is_err(), "{text}: {:?}", evaluate(text));
    }
}

#[test]
fn the_status_functions_ask_how_the_job_stands() {
    let functions = ["success()", "failure()", "cancelled()", "always()"];
    let ask = |status| functions.map(|function| evaluate_at(function, status).unwrap() == true);
    assert_eq!(ask(Status::Success), [true, false, false, true]);
    assert_eq!(ask(Status::Failure), [false, true, false, true]);
    assert_eq!(ask(Status::Cancelled), [false, false, true, true]);
    assert!(Expression::parse("!a && (b || Always())").unwrap().asks_status());
    assert!(!Expression::parse("contains(always, 'success()')").unwrap().asks_status());
}

#[test]
fn an_expression_says_what_it_looks_at() {
    let expression =
        Expression::parse("steps.boot.outputs['verdict'] || secrets.KEY[matrix.at]").unwrap();
    let mut paths: Vec<String> = expression.paths().iter().map(|path| path.join(" ")).collect();
    paths.sort();
    assert_eq!(paths, ["matrix at", "secrets key", "steps boot outputs verdict"]);
}

#[test]
fn nothing_grows_without_bounds() {
    let nested = (0..11).fold("'{0}{0}{0}{0}{0}'".to_owned(), |inner, _| {
        format!("format('{}', {inner})", "{0}".repeat(100))
    });
    assert!(evaluate(&nested).unwrap_err().contains("more than 1048576 bytes"), "{nested}");
    let escaped = (0..40).fold("'\"'".to_owned(), |inner, _| format!("toJSON({inner})"));
    assert!(evaluate(&escaped).unwrap_err().contains("more than 1048576 bytes"));
    let chain = format!("0{}", "||0".repeat(2700));
    assert_eq!(evaluate(&chain), Ok(json!(0)));
    assert!(!Expression::parse(&chain).unwrap().asks_status());
    assert!(evaluate(&"!".repeat(8000)).is_err());
    assert!(evaluate(&"(".repeat(8000)).is_err());
    assert!(evaluate(&"a".repeat(9000)).unwrap_err().contains("more than 8192 bytes"));
}

/// Words that expressions are made of, in any order.
fn likely() -> impl Strategy<Value = String> {
    let words = [
        "format(",
        "'{0}'",
        "'{'",
        "fromJSON(",
        "toJSON(",
        "join(",
        "contains(",
        "startsWith(",
        "case(",
        "hashFiles(",
        "success()",
        ")",
        ",",
        "[",
        "]",
        "*",
        ".",
        "!",
        "&&",
        "||",
        "==",
        "<",
        "(",
        "matrix",
        "fruits",
        "steps",
        ".name",
        "[0]",
        "['a']",
        "1e308",
        "-0",
        "NaN",
        "0xffffffff",
        "null",
        "'é'",
        "' '",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()).prop_map(str::to_owned), 0..24)
        .prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_evaluator_panic(text in "\\PC{0,60}") {
        let _any = evaluate(&text);
    }

    #[test]
    fn no_expression_makes_the_evaluator_panic(text in likely()) {
        if let Ok(expression) = Expression::parse(&text) {
            expression.paths();
        }
        let _any = evaluate(&text);
    }
}
