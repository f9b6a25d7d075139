//! The gate of people: somebody let this run of a workflow into an environment.

use std::fs;
use std::time::SystemTime;

use gha::{Note, Runner};
use problem::Problem;
use promotion::Approval;
use release::{Api, Review};
use serde_json::{Value, json};
use wire::{Http, Patience};

use crate::gate::{Answer, Gate, Question};

/// Who decided, in the folder of evidence.
pub(crate) const FILE: &str = "approvals.json";

/// How much of a comment is repeated, in characters.
const COMMENT: usize = 200;

impl Gate for Approval {
    fn ask(&self, question: &Question<'_>) -> Result<Answer, Problem> {
        let environment = self.environment.as_str();
        let [repository, run] = ["GITHUB_REPOSITORY", "GITHUB_RUN_ID"]
            .map(|name| question.runner.and_then(|runner| runner.var(name)));
        let Some((repository, run)) = repository.zip(run) else {
            let why =
                format!("no run of a workflow is here that could be approved for `{environment}`");
            return Err(Problem::infrastructure(why)
                .hint("ask this gate in a job that waits for that `environment`"));
        };
        Note::Secret(question.token.unwrap_or_default()).print(question.runner.is_some());
        let http = Http::new(Patience::default(), 1);
        let api = Api::new(&Runner::api_url(question.runner), question.token, http);
        let reviews = Review::of_run(&api, repository, run)?;
        let about: Vec<(&Review, bool)> =
            reviews.iter().filter_map(|it| Some((it, it.admits(environment)?))).collect();
        keep(environment, question, run, &about)?;
        Ok(answer(environment, &about))
    }
}

/// GitHub does not say when somebody decided, so what is kept is when we asked.
fn keep(
    environment: &str,
    question: &Question<'_>,
    run: &str,
    of: &[(&Review, bool)],
) -> Result<(), Problem> {
    let review = |(review, admits): &(&Review, bool)| json!({ "by": review.by(), "approved": admits, "comment": review.comment });
    let kept = json!({
        "environment": environment,
        "run": run,
        "askedOn": humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
        "reviews": of.iter().map(review).collect::<Vec<Value>>(),
    });
    let path = question.evidence.join(FILE);
    fs::write(&path, format!("{kept:#}\n")).map_err(Problem::path("write", &path))
}

/// One who rejects outweighs all who approve.
fn answer(environment: &str, about: &[(&Review, bool)]) -> Answer {
    let rejected = about.iter().find(|(_, admits)| !admits);
    match rejected.or(about.last()) {
        Some((review, is_yes)) => {
            let said = if *is_yes { "approved" } else { "rejected" };
            let comment: String =
                review.comment.chars().filter(|c| !c.is_control()).take(COMMENT).collect();
            let comment = if comment.is_empty() { comment } else { format!(": {comment}") };
            let because = format!("{} {said} this run for `{environment}`{comment}", review.by());
            Answer { is_yes: *is_yes, because }
        }
        None => Answer {
            is_yes: false,
            because: format!("nobody approved this run for `{environment}`"),
        },
    }
}
