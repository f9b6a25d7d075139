//! Whether what a workflow runs on was written by somebody who may not write to the repository, and who let it through.

use std::fs;

use problem::Problem;
use serde_json::Value;
use wire::{Get, Http, Patience, Vain};

use crate::Runner;

/// A change from a fork.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The repository that it comes from; empty where that was removed.
    pub repository: String,
    /// Its last commit.
    pub commit: String,
}

/// Where an event names the repository and the commit that its code comes from.
const HEADS: [(&str, &str, &str); 3] = [
    ("/pull_request", "/pull_request/head/repo/full_name", "/pull_request/head/sha"),
    ("/workflow_run", "/workflow_run/head_repository/full_name", "/workflow_run/head_sha"),
    // A merge queue holds what people with write access put there.
    ("/merge_group", "/repository/full_name", "/merge_group/head_sha"),
];

impl Runner {
    /// The foreign change that the event of this run is about, if it is about one. What cannot be told counts as foreign.
    ///
    /// # Errors
    /// The event cannot be read.
    pub fn foreign(&self) -> Result<Option<Foreign>, Problem> {
        let event = self.event()?;
        let text = |place: &str| event.pointer(place).and_then(Value::as_str).unwrap_or_default();
        let own = self.var("GITHUB_REPOSITORY").unwrap_or_default();
        let head = HEADS.iter().find(|(about, ..)| event.pointer(about).is_some());
        let foreign = head.map(|(_, repository, commit)| Foreign {
            repository: text(repository).into(),
            commit: text(commit).into(),
        });
        Ok(foreign.filter(|foreign| foreign.repository != own || own.is_empty()))
    }

    /// What this run is about, in GitHub's words.
    pub(crate) fn event(&self) -> Result<Value, Problem> {
        let path = self.var("GITHUB_EVENT_PATH").unwrap_or_default();
        let read = fs::read(path).map_err(|error| error.to_string());
        let event = read.and_then(|text| {
            serde_json::from_slice::<Value>(&text).map_err(|error| error.to_string())
        });
        event.map_err(|error| {
            Problem::infrastructure(format!("cannot read the event `{path}`: {error}"))
        })
    }

    /// Whether somebody approved this very run for `environment`, by GitHub's own word.
    ///
    /// # Errors
    /// GitHub cannot be asked, or does not answer to this token.
    pub fn is_approved(&self, environment: &str, token: &str) -> Result<bool, Problem> {
        let [repository, run] =
            ["GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(|name| self.var(name).unwrap_or_default());
        let url = format!(
            "{}/repos/{repository}/actions/runs/{run}/approvals",
            Runner::api_url(Some(self))
        );
        let authorization = format!("Bearer {token}");
        let headers = [("accept", "application/vnd.github+json"), ("user-agent", "bootgate")];
        let get = Get { url: &url, headers: &headers, authorization: Some(&authorization) };
        let http = Http::new(Patience::default(), 1);
        let asked = http.patience().insist(|| {
            let answer = http.get(&get)?;
            let status = answer.status();
            if !status.is_success() {
                return Err(Vain::for_good(format!("it answers with status {status}")));
            }
            let text = answer.into_body().with_config().limit(LARGEST_ANSWER).read_to_string()?;
            serde_json::from_str::<Vec<Value>>(&text)
                .map_err(|error| Vain::for_good(format!("its answer is no list: {error}")))
        });
        let reviews = asked.map_err(|why| {
            Problem::infrastructure(format!("cannot ask GitHub who approved this run: {why}"))
                .hint("give the job `actions: read`, and the step its token")
        })?;
        Ok(reviews.iter().any(|review| approves(review, environment)))
    }
}

/// No answer is larger, in bytes.
const LARGEST_ANSWER: u64 = 1 << 20;

fn approves(review: &Value, environment: &str) -> bool {
    let environments = review["environments"].as_array().into_iter().flatten();
    review["state"] == "approved"
        && environments.map(|one| &one["name"]).any(|name| name == environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn of(event: &str) -> Option<Foreign> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), event).unwrap();
        let path = file.path().display().to_string();
        let vars =
            [("GITHUB_EVENT_PATH".to_owned(), path), ("GITHUB_REPOSITORY".into(), "o/r".into())];
        Runner { vars: HashMap::from(vars) }.foreign().unwrap()
    }

    #[test]
    fn a_change_is_foreign_when_another_repository_holds_it_or_none() {
        let pull = |repository: &str| {
            format!("{{\"pull_request\":{{\"head\":{{\"sha\":\"abc\",\"repo\":{repository}}}}}}}")
        };
        let foreign = |repository: &str| {
            Some(Foreign { repository: repository.into(), commit: "abc".into() })
        };
        assert_eq!(of(&pull("{\"full_name\":\"o/r\"}")), None);
        assert_eq!(of(&pull("{\"full_name\":\"evil/r\"}")), foreign("evil/r"));
        assert_eq!(of(&pull("null")), foreign(""));
        let run = "{\"workflow_run\":{\"head_sha\":\"abc\",\"head_repository\":{\"full_name\":\"evil/r\"}}}";
        assert_eq!(of(run), foreign("evil/r"));
        assert_eq!(of("{\"ref\":\"refs/heads/main\"}"), None);
    }

    #[test]
    fn a_review_approves_what_it_names_and_nothing_else() {
        let review =
            |state: &str| serde_json::json!({"state": state, "environments": [{"name": "lab"}]});
        assert!(approves(&review("approved"), "lab"));
        assert!(!approves(&review("rejected"), "lab"));
        assert!(!approves(&review("approved"), "production"));
    }
}
