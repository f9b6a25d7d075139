//! What a runner says of caches: its service, and the folder that lasts longer than a job.

use std::fmt;
use std::path::PathBuf;

use crate::Runner;

/// The cache service of a job, version 2.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CacheService {
    /// Where it is.
    pub(crate) results_url: String,
    /// What the job shows to it.
    pub(crate) token: String,
    /// Whether the job may restore.
    pub(crate) readable: bool,
    /// Whether the job may save.
    pub(crate) writable: bool,
}

/// Without the token.
impl fmt::Debug for CacheService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CacheService { results_url, token: _, readable, writable } = self;
        f.debug_struct("CacheService")
            .field("results_url", results_url)
            .field("readable", readable)
            .field("writable", writable)
            .finish_non_exhaustive()
    }
}

impl Runner {
    /// The job's cache service: none on GitHub Enterprise Server, on servers with version 1 only, and in steps that are
    /// no JavaScript actions.
    pub(crate) fn cache_service(&self) -> Option<CacheService> {
        self.var("ACTIONS_CACHE_SERVICE_V2")?;
        if !is_github(self.var("GITHUB_SERVER_URL").unwrap_or("https://github.com")) {
            return None;
        }
        let mode = self.var("ACTIONS_CACHE_MODE").map(|mode| mode.trim().to_lowercase());
        // A mode that is not known yet forbids nothing, as with GitHub's own client.
        let (readable, writable) = match mode.as_deref() {
            Some("none") => (false, false),
            Some("read") => (true, false),
            Some("write-only") => (false, true),
            _ => (true, true),
        };
        let results_url = self.var("ACTIONS_RESULTS_URL")?.to_owned();
        let token = self.var("ACTIONS_RUNTIME_TOKEN")?.to_owned();
        Some(CacheService { results_url, token, readable, writable })
    }

    /// The checkout: `GITHUB_WORKSPACE`.
    pub fn workspace(&self) -> Option<PathBuf> {
        self.var("GITHUB_WORKSPACE").map(PathBuf::from)
    }

    /// A folder that lasts as long as the machine: `RUNNER_TOOL_CACHE`.
    pub(crate) fn tool_cache(&self) -> Option<PathBuf> {
        self.var("RUNNER_TOOL_CACHE").map(PathBuf::from)
    }
}

/// Whether the server is one of GitHub's own, as its client decides: others have version 1 at most.
fn is_github(server: &str) -> bool {
    let host = server.split_once("://").map_or(server, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default().to_lowercase();
    host == "github.com" || host.ends_with(".ghe.com") || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runner(more: &[(&str, &str)]) -> Runner {
        let usual = [
            ("ACTIONS_CACHE_SERVICE_V2", "True"),
            ("ACTIONS_RESULTS_URL", "https://results.example/"),
            ("ACTIONS_RUNTIME_TOKEN", "hunter2"),
        ];
        let vars = usual.iter().chain(more).map(|&(name, value)| (name.into(), value.into()));
        Runner { vars: vars.collect() }
    }

    #[test]
    fn the_mode_says_what_the_job_may_do() {
        for (mode, may) in [
            ("none", (false, false)),
            ("read", (true, false)),
            (" WRITE-only ", (false, true)),
            ("write", (true, true)),
            ("later", (true, true)),
            ("", (true, true)),
        ] {
            let service = runner(&[("ACTIONS_CACHE_MODE", mode)]).cache_service().unwrap();
            assert_eq!((service.readable, service.writable), may, "{mode}");
        }
    }

    #[test]
    fn only_githubs_own_servers_have_the_service() {
        for server in ["https://github.com", "https://x.ghe.com/", "http://x.localhost:80"] {
            assert!(runner(&[("GITHUB_SERVER_URL", server)]).cache_service().is_some(), "{server}");
        }
        for server in ["https://github.example", "http://127.0.0.1:80", "https://ghe.com"] {
            assert!(runner(&[("GITHUB_SERVER_URL", server)]).cache_service().is_none(), "{server}");
        }
        assert!(runner(&[("ACTIONS_CACHE_SERVICE_V2", "")]).cache_service().is_none());
    }

    #[test]
    fn printing_a_service_shows_no_token() {
        let service = runner(&[]).cache_service();
        assert!(!format!("{service:?}").contains("hunter2"));
    }
}
