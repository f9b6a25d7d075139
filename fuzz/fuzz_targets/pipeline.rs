//! Any text as an expression and as a workflow: a value or an error, never a crash.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use pipeline::{Contexts, Expression, Library, Request, Status, Workflow};
use serde_json::json;

fuzz_target!(|text: &str| {
    let roots = json!({ "github": { "ref": "main" }, "runner": {}, "matrix": { "a": [1, { "b": null }] } });
    let Some(roots) = roots.as_object() else { return };
    let contexts = Contexts { roots, status: Status::Success, hash_files: &|_| String::new() };
    if let Ok(expression) = Expression::parse(text) {
        expression.paths();
        let _value = expression.evaluate(&contexts);
    }
    let library = Library { workflow: &|_| Ok(None), secret: &|_| None, roots };
    let plan = Workflow::parse(text, Path::new("fuzz.yml"))
        .and_then(|workflow| pipeline::plan(&workflow, Request::default(), &library));
    if let Err(problem) = plan {
        assert!(!problem.message.contains('\x1b'));
    }
});
