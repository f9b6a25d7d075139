//! Who let a run of a workflow into which environment, by GitHub's own word.

use percent_encoding::utf8_percent_encode;
use problem::Problem;
use serde::Deserialize;

use crate::Api;
use crate::api::PLAIN;

/// What somebody decided about a run that waited for one or more environments.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Review {
    state: State,
    environments: Vec<Environment>,
    user: Option<User>,
    /// What they wrote, which may be nothing.
    #[serde(default)]
    pub comment: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Approved,
    Rejected,
    Pending,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Environment {
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct User {
    login: String,
}

impl Review {
    /// Reads the reviews of a run of `repository`, such as `owner/name`.
    ///
    /// # Errors
    /// GitHub cannot be asked, does not answer to this token, or says what no review is.
    pub fn of_run(api: &Api, repository: &str, run: &str) -> Result<Vec<Review>, Problem> {
        let parts = |text: &str| {
            text.split('/').map(|it| utf8_percent_encode(it, PLAIN).to_string()).collect::<Vec<_>>()
        };
        let route = format!(
            "/repos/{}/actions/runs/{}/approvals",
            parts(repository).join("/"),
            parts(run).join("%2F")
        );
        let found = api.ask(async |github| github.get(&route, None::<&()>).await);
        // Whoever may not look is told that there is no such run.
        let found = found.and_then(|found| {
            found.ok_or_else(|| {
                Problem::infrastructure(format!(
                    "the run `{run}` of `{repository}` is not there for us"
                ))
            })
        });
        found.map_err(|why| {
            let message = format!("cannot ask who approved this run: {}", why.message);
            Problem::infrastructure(message).hint("give the job `permissions: actions: read`")
        })
    }

    /// Whether it lets the run into this environment; nothing if it is about others, or decides nothing.
    pub fn admits(&self, environment: &str) -> Option<bool> {
        let is_about = self.environments.iter().any(|it| it.name.eq_ignore_ascii_case(environment));
        match self.state {
            State::Approved if is_about => Some(true),
            State::Rejected if is_about => Some(false),
            _ => None,
        }
    }

    /// Whose it is, such as `@name`.
    pub fn by(&self) -> String {
        self.user.as_ref().map_or("somebody who is gone".into(), |user| format!("@{}", user.login))
    }
}
