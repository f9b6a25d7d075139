//! GitHub's cache service, version 2: calls to the service, and a blob store behind it.

mod calls;
mod download;
mod upload;

use std::fmt;
use std::thread;

use calls::{Calls, Created};
use upload::{Failure, upload};
use wire::{Http, Patience};

use crate::key::Keys;
use crate::trouble::Trouble;
use problem::Problem;

use crate::{Paths, Saved, Watcher, archive, pack, printable};

/// The service of a job, as its runner describes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Service {
    /// Where it is; only the origin of this address counts.
    pub results_url: String,
    /// What the job shows to it.
    pub token: String,
    /// Whether the job may restore.
    pub readable: bool,
    /// Whether the job may save.
    pub writable: bool,
    /// How long to try.
    pub patience: Patience,
}

/// Without the token.
impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Service { results_url, token: _, readable, writable, patience } = self;
        f.debug_struct("Service")
            .field("results_url", results_url)
            .field("readable", readable)
            .field("writable", writable)
            .field("patience", patience)
            .finish_non_exhaustive()
    }
}

impl Service {
    /// Brings the best entry into a staging area. `Err` in the inner result names an entry that was there and is no good.
    pub(crate) fn fetch(
        &self,
        paths: &Paths,
        keys: Keys<'_>,
        watcher: &dyn Watcher,
    ) -> Result<Option<crate::Fetched>, Problem> {
        if !self.readable {
            return Ok(None);
        }
        let http = Http::new(self.patience, download::PARALLEL as usize);
        let found = Calls::new(self, &http).and_then(|calls| calls.find(keys, &paths.version()));
        let (key, address) = match found {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(why) => {
                watcher.warn(&format!("cannot look into the cache: {}", printable(&why)));
                return Ok(None);
            }
        };
        address.secrets().iter().for_each(|secret| watcher.mask(secret));
        let outcome = thread::scope(|scope| {
            let blob = download::open(&http, &address, scope).map_err(Trouble::Broken)?;
            archive::restore(blob, &paths.layout())
        });
        Ok(Some(crate::Fetched { key, outcome }))
    }

    pub(crate) fn save(
        &self,
        paths: &Paths,
        key: &str,
        watcher: &dyn Watcher,
    ) -> Result<Saved, Problem> {
        if !self.writable {
            return Ok(Saved::No { why: "this job may not save to the cache".into() });
        }
        let version = paths.version();
        let http = Http::new(self.patience, upload::PARALLEL);
        let sent = Calls::new(self, &http).map_err(Failure::Store).and_then(|calls| {
            let created = calls.create(key, &version).map_err(Failure::Store)?;
            let Created::At(address) = created else { return Ok(Saved::Exists) };
            address.secrets().iter().for_each(|secret| watcher.mask(secret));
            let size =
                upload(&http, &address, |blocks| pack::pack(&paths.layout(), blocks).map(drop))?;
            calls.finalize(key, &version, size).map_err(Failure::Store)?;
            Ok(Saved::Yes { size })
        });
        match sent {
            Ok(saved) => Ok(saved),
            Err(Failure::Source(error)) => Err(error),
            Err(Failure::Store(why)) => Ok(Saved::No { why: printable(&why) }),
        }
    }
}
