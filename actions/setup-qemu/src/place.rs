//! Where builds and tarballs are kept: below the user's home, and in the job's cache or this machine's.

use std::env;
use std::path::PathBuf;

use cache::{Cache, Local, Patience, Service};
use gha::Runner;
use trial::Problem;

use crate::build::Build;
use crate::note::Note;

/// Where things are kept.
#[derive(Clone, Debug)]
pub struct Place {
    /// For builds.
    pub cache: Cache,
    /// The user's home.
    pub home: PathBuf,
}

impl Place {
    /// As the runner has it, or the user of this machine.
    pub fn here(runner: Option<&Runner>) -> Place {
        let home = env::home_dir().unwrap_or_default();
        let service = runner.and_then(Runner::cache_service).map(|service| {
            let gha::CacheService { results_url, token, readable, writable } = service;
            Cache::Service(Service {
                results_url,
                token,
                readable,
                writable,
                patience: Patience::default(),
            })
        });
        let local = || {
            let tools = runner.and_then(Runner::tool_cache);
            let xdg = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let folder = Local::usual_folder(tools.as_deref(), xdg.as_deref(), Some(&home));
            Cache::Local(Local::new(folder.unwrap_or_default(), Local::USUAL_LIMIT))
        };
        Place { cache: service.unwrap_or_else(local), home }
    }

    /// For tarballs that were fetched.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.home.join(".cache/bootgate/downloads")
    }

    /// Saves a build that is in its place.
    ///
    /// # Errors
    /// It is not what was built any more.
    pub(crate) fn save(
        &self,
        key: &str,
        save_as: &str,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), Problem> {
        Build::save(&self.cache, &self.home, key, save_as, say)
    }
}
