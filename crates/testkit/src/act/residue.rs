//! What a step left behind: processes that carry its mark or name its folder, and folders of runs.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

/// A process that was left.
#[derive(Debug)]
pub(crate) struct Process {
    id: i32,
    command: String,
}

impl Process {
    /// The processes whose environment holds `mark` or whose command line names `folder`, without the dead ones.
    pub(crate) fn all(mark: &str, folder: &Path) -> Vec<Process> {
        let ids = super::files::list(Path::new("/proc"));
        let ids = ids.iter().filter_map(|path| path.file_name()?.to_str()?.parse().ok());
        ids.filter_map(|id| Process::read(id, mark, &folder.display().to_string())).collect()
    }

    fn read(id: i32, mark: &str, folder: &str) -> Option<Process> {
        let file = |name: &str| fs::read(format!("/proc/{id}/{name}")).ok();
        let [environment, command] =
            [file("environ")?, file("cmdline")?].map(|bytes| shown(&bytes));
        let ours = environment.contains(mark) || command.contains(folder);
        ours.then_some(Process { id, command })
    }

    pub(crate) fn shown(&self) -> String {
        format!("process {}: {}", self.id, self.command)
    }

    pub(crate) fn kill(&self) {
        // It may have ended meanwhile, which is what is wanted.
        let _gone = Pid::from_raw(self.id).map(|id| kill_process(id, Signal::KILL));
    }
}

/// The private folders of runs below `tmp`.
pub(crate) fn folders(tmp: &Path) -> Vec<String> {
    let parents = super::files::list(tmp);
    let runs = parents.iter().flat_map(|parent| super::files::list(parent));
    runs.map(|run| format!("folder {}", run.display())).collect()
}

fn shown(words: &[u8]) -> String {
    String::from_utf8_lossy(words).replace('\0', " ")
}
