//! Reviews of a run, from an API of our own that answers as GitHub's does.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::time::Duration;

use problem::{Fault as Whose, Problem};
use release::{Api, Review};
use serde_json::json;
use testkit::releases::review;
use testkit::web::{Fault, Page, Web};
use wire::{Http, Patience};

const ROUTE: &str = "/repos/o/r.s/actions/runs/7/approvals";

fn ask(web: &Web) -> Result<Vec<Review>, Problem> {
    let http = Http::new(Patience { tries: 2, first_wait: Duration::from_millis(5) }, 1);
    Review::of_run(&Api::new(&web.url(""), Some("secret"), http), "o/r.s", "7")
}

#[test]
fn a_review_admits_to_what_it_names_and_to_nothing_else() {
    let web = Web::start();
    let reviews = json!([
        review("approved", &["lab", "live"], "alice", "soaked well"),
        review("rejected", &["live"], "bob", ""),
        review("pending", &["live"], "eve", ""),
    ]);
    web.put(ROUTE, reviews.to_string());
    let reviews = ask(&web).unwrap();
    let said = |environment| reviews.iter().map(|it| it.admits(environment)).collect::<Vec<_>>();
    assert_eq!(said("live"), [Some(true), Some(false), None]);
    assert_eq!(said("Lab"), [Some(true), None, None]);
    assert_eq!(said("liv"), [None, None, None]);
    assert_eq!((reviews[0].by(), reviews[0].comment.as_str()), ("@alice".into(), "soaked well"));
    let asked = web.asked();
    assert_eq!((asked[0].method.as_str(), asked[0].target.as_str()), ("GET", ROUTE));
    assert_eq!(asked[0].header("authorization"), Some("Bearer secret"));
}

/// Nothing of that is an answer.
#[track_caller]
fn unanswered(web: &Web, expected: &str) {
    let problem = ask(web).unwrap_err();
    assert!(problem.message.contains(expected), "{problem}");
    assert_eq!(problem.fault, Whose::Infrastructure);
}

#[test]
fn what_is_no_answer_is_never_taken_for_one() {
    let web = Web::start();
    unanswered(&web, "is not there for us");
    for body in ["", "<html>", "{}", "[{}]", "[{\"state\":\"yes\",\"environments\":[]}]"] {
        web.put(ROUTE, body);
        unanswered(&web, "what we cannot read");
    }
    let refusal = json!({ "message": "no", "documentation_url": "x", "status": "403" });
    web.page(ROUTE, Page { status: 403, body: refusal.to_string().into(), ..Page::default() });
    unanswered(&web, "refused with status 403: no");
    web.put(ROUTE, "[]");
    assert_eq!(ask(&web).unwrap(), []);
    web.fail(Fault::Status(500), 2);
    unanswered(&web, "no luck in 2 tries");
}
