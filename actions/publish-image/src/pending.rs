//! An upload in parts that is not completed: what was sent of it costs money until it is aborted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gha::Runner;
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use problem::Problem;
use serde_json::{Value, json};
use supervise::{CleanUp, Guard};

use crate::bucket::runtime;
use crate::place::Place;
use crate::target::Target;

/// What the main step leaves for the one after the job, which aborts it if the main step was killed.
const STATE: &str = "upload";

/// An upload and where it is.
pub(crate) struct Upload {
    place: Place,
    pub(crate) path: String,
    pub(crate) id: String,
}

impl Upload {
    pub(crate) fn of(place: &Place, path: String, id: String) -> Upload {
        Upload { place: place.clone(), path, id }
    }

    fn as_text(&self) -> String {
        let Place { target, endpoint, region, .. } = &self.place;
        let (path, id) = (&self.path, &self.id);
        json!({ "to": target.url(""), "endpoint": endpoint, "region": region, "path": path, "id": id })
            .to_string()
    }

    /// What the main step left, and where to abort it; none if nothing was under way.
    pub(crate) fn left(runner: &Runner) -> Option<(Place, Upload)> {
        let state: Value = serde_json::from_str(runner.state(STATE)?).ok()?;
        let text = |name: &str| state[name].as_str().map(str::to_owned);
        let (endpoint, region) = (text("endpoint"), text("region"));
        let target = Target::parse(&text("to")?).ok()?;
        let place = Place { target, endpoint, region, part_size: 0, mutable: false };
        let upload = Upload { place: place.clone(), path: text("path")?, id: text("id")? };
        Some((place, upload))
    }
}

/// Aborts the upload when it is dropped, and when a signal comes, unless it is over.
pub(crate) struct Pending {
    pub(crate) upload: Upload,
    over: Arc<AtomicBool>,
    _guard: Guard,
}

impl Pending {
    pub(crate) fn new(
        client: Arc<dyn MultipartStore>,
        upload: Upload,
        runner: Option<&Runner>,
    ) -> Result<Pending, Problem> {
        let over = Arc::new(AtomicBool::new(false));
        let (is_over, path, id) =
            (Arc::clone(&over), Path::from(upload.path.as_str()), upload.id.clone());
        let guard = CleanUp::push(format!("upload of {path}"), move || {
            if let (false, Ok(runtime)) = (is_over.load(Ordering::SeqCst), runtime()) {
                // Nobody is left to be told.
                let _aborted = runtime.block_on(client.abort_multipart(&path, &id));
            }
        });
        let pending = Pending { upload, over, _guard: guard };
        runner.map_or(Ok(()), |runner| runner.save_state(STATE, &pending.upload.as_text()))?;
        Ok(pending)
    }

    /// It is completed: there is nothing to abort any more.
    pub(crate) fn is_over(&self, runner: Option<&Runner>) -> Result<(), Problem> {
        self.over.store(true, Ordering::SeqCst);
        runner.map_or(Ok(()), |runner| runner.save_state(STATE, ""))
    }
}
