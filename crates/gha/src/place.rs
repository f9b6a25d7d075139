//! Where builds and downloads are kept: below the user's home, and in the job's cache or this machine's.

use std::env;
use std::path::{Path, PathBuf};

use cache::{Cache, Local, Patience, Service};
use problem::Problem;
use supervise::RunDir;

use crate::Runner;

/// Where things are kept.
#[derive(Clone, Debug)]
pub struct Place {
    /// Of the job, or of this machine.
    pub cache: Cache,
    /// The user's.
    pub home: PathBuf,
}

impl Place {
    /// As the runner has it, or the user of this machine.
    pub fn here(runner: Option<&Runner>) -> Place {
        let home = env::home_dir().unwrap_or_default();
        let service = runner.and_then(Runner::cache_service).map(|service| {
            let crate::cache_service::CacheService { results_url, token, readable, writable } =
                service;
            let patience = Patience::default();
            Cache::Service(Service { results_url, token, readable, writable, patience })
        });
        let local = || {
            let tools = runner.and_then(Runner::tool_cache);
            let xdg = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let folder = Local::usual_folder(tools.as_deref(), xdg.as_deref(), Some(&home));
            Cache::Local(Local::new(folder.unwrap_or_default(), Local::USUAL_LIMIT))
        };
        Place { cache: service.unwrap_or_else(local), home }
    }

    /// A folder of ours, such as `downloads`.
    pub fn folder(&self, name: &str) -> PathBuf {
        Place::folder_of(&self.home, name)
    }

    /// The same below this home.
    pub fn folder_of(home: &Path, name: &str) -> PathBuf {
        home.join(".cache/bootgate").join(name)
    }
}

/// A new folder to work in, beside the place of what is made in it, so that one rename puts that there; what runs that were
/// killed have left there is removed.
///
/// # Errors
/// It cannot be made.
pub fn work_in(parent: &Path) -> Result<RunDir, Problem> {
    std::fs::create_dir_all(parent).map_err(Problem::path("make", parent))?;
    RunDir::sweep_in(parent);
    RunDir::create_in(parent).map_err(Problem::path("make a folder in", parent))
}
