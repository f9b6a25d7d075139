//! What a step has made and the cache is to have: saved after the job, which need not wait for it.

use std::process::ExitCode;

use cache::Kept;
use problem::Problem;

use crate::{Note, Place, Runner, Watcher};

/// The names of what is left for the step after the job.
const STATE: [&str; 3] = ["kept-folder", "kept-key", "kept-as"];

/// A folder that is kept, and that the cache does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    /// The folder of ours that it is in, such as `qemu`.
    pub folder: String,
    /// Its name there.
    pub key: String,
    /// The key to save it under.
    pub save_as: String,
}

impl Unsaved {
    /// On a runner leaves it to the step after the job; elsewhere saves it.
    ///
    /// # Errors
    /// The runner's file cannot be written; or what is there has changed.
    pub fn keep(
        &self,
        runner: Option<&Runner>,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), Problem> {
        let Some(runner) = runner else { return self.save(&Place::here(None), say) };
        let values = [&self.folder, &self.key, &self.save_as];
        STATE.iter().zip(values).try_for_each(|(name, value)| runner.save_state(name, value))
    }

    /// In the step after the job: saves what the one before has left, if it did. Whatever becomes of it, the job is none the
    /// worse.
    pub fn after_the_job() -> ExitCode {
        let Some(runner) = Runner::from_env() else { return ExitCode::SUCCESS };
        let mut say = |note: Note<'_>| note.print(true);
        if let [Some(folder), Some(key), Some(save_as)] = STATE.map(|name| runner.state(name)) {
            let [folder, key, save_as] = [folder, key, save_as].map(str::to_owned);
            let saved =
                Unsaved { folder, key, save_as }.save(&Place::here(Some(&runner)), &mut say);
            if let Err(problem) = saved {
                say(Note::Warning(&problem.message));
            }
        }
        ExitCode::SUCCESS
    }

    fn save(&self, place: &Place, say: &mut dyn FnMut(Note<'_>)) -> Result<(), Problem> {
        say(Note::Step(&format!("saving `{}` to the cache", self.key)));
        let base = place.folder(&self.folder);
        let saved =
            Kept::new(&place.cache, &base, &self.key)?.save(&self.save_as, &Watcher::new(say))?;
        if let Some(size) = saved {
            say(Note::Step(&format!("saved {} MiB", size >> 20)));
        }
        Ok(())
    }
}
