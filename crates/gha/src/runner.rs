//! The runner that started us: its variables and its files.

use std::collections::HashMap;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use problem::Problem;

/// The environment as a runner gave it. All access goes through this value, so that tests need no environment at all.
#[derive(Clone, Default)]
pub struct Runner {
    /// The variables by name.
    pub vars: HashMap<String, String>,
}

impl Runner {
    /// Where GitHub's REST API is: the runner's own server, or the one that all know.
    pub fn api_url(runner: Option<&Runner>) -> String {
        let known = runner.and_then(|runner| runner.var("GITHUB_API_URL"));
        known.unwrap_or("https://api.github.com").to_owned()
    }

    /// The runner that started this process: none when `GITHUB_ACTIONS` is not `true`.
    ///
    /// Variables that are not UTF-8 are left out: a runner sets none.
    pub fn from_env() -> Option<Runner> {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let runner = Runner { vars: std::env::vars_os().filter_map(text).collect() };
        (runner.var("GITHUB_ACTIONS") == Some("true")).then_some(runner)
    }

    /// A variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A folder for files that nobody needs after the job: `RUNNER_TEMP`.
    pub fn temp(&self) -> Option<PathBuf> {
        self.var("RUNNER_TEMP").map(PathBuf::from)
    }

    /// Whether somebody asked for debug logging of this run.
    pub fn is_debug(&self) -> bool {
        self.var("RUNNER_DEBUG") == Some("1")
    }

    /// The page of this run: `https://…/actions/runs/<id>`.
    pub fn run_url(&self) -> Option<String> {
        let [server, repository, run] =
            ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(|name| self.var(name));
        Some(format!("{}/{}/actions/runs/{}", server?, repository?, run?))
    }

    /// Adds `text` to the file that `variable` names, in one write.
    pub(crate) fn append(&self, variable: &str, text: &str) -> Result<(), Problem> {
        let path = self.var(variable).ok_or_else(|| {
            Problem::infrastructure(format!("`{variable}` is not set"))
                .hint("run this as a step of a workflow")
        })?;
        let file = OpenOptions::new().append(true).create(true).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
            Problem::infrastructure(format!("cannot write `{path}` (`{variable}`): {error}"))
        })
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&String> = self.vars.keys().collect();
        names.sort();
        f.debug_struct("Runner").field("vars", &names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_empty_is_not_set() {
        let runner = Runner { vars: HashMap::from([("RUNNER_TEMP".into(), String::new())]) };
        assert_eq!(runner.temp(), None);
    }

    #[test]
    fn printing_a_runner_shows_no_secret() {
        let vars = HashMap::from([("INPUT_TOKEN".into(), "hunter2".into())]);
        assert_eq!(format!("{:?}", Runner { vars }), "Runner { vars: [\"INPUT_TOKEN\"] }");
    }
}
