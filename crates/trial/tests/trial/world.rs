//! A spec, a scripted machine, and a folder that goes away.

use std::path::Path;

use testkit::Script;
use trial::{Machine, Problem, Report, Trial};

/// The head of every spec; what follows is the test's own.
const HEAD: &str = "name: scripted\nmachine:\n  qemu: { arch: x86_64, kernel: vmlinuz }\n";

/// What a trial made, with the folder of its evidence.
pub(crate) struct Tried {
    pub(crate) report: Report,
    pub(crate) folder: tempfile::TempDir,
}

impl Tried {
    pub(crate) fn file(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.path().join(name)).expect("the evidence is there");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Tries `script` by a spec with these rules.
pub(crate) fn tried(rules: &str, script: Script) -> Tried {
    tried_in_turn(rules, vec![script])
}

/// Tries one script after the other, as long as the spec wants to.
pub(crate) fn tried_in_turn(rules: &str, scripts: Vec<Script>) -> Tried {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = try_in(folder.path(), rules, scripts).expect("a report");
    Tried { report, folder }
}

pub(crate) fn try_in(folder: &Path, rules: &str, scripts: Vec<Script>) -> Result<Report, Problem> {
    let spec = spec::parse(&format!("{HEAD}{rules}"), Path::new("scripted.yaml")).expect("a spec");
    let trial = Trial { spec: &spec, evidence: folder, rerun: "bootgate run-vm-test" };
    let mut scripts = scripts.into_iter();
    let mut machine =
        || Box::new(scripts.next().expect("no more tries than scripts")) as Box<dyn Machine>;
    trial::run(trial, &mut machine, &mut ())
}
