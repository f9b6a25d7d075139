//! What would let a file pass a guest that is broken, or hang where nothing ends it. One hazard is one module here, one
//! heading in docs/hazards.md and one fixture of the tests, all of the same name.

mod half_line;
mod hypervisor_greeting;
mod ignored_key;
mod no_success;
mod no_timeout;
mod pass_text_in_typed;
mod shared_any_of;
mod subject;

pub use spec::Hazard;
pub use subject::Subject;

use crate::place::Place;

/// What finds a hazard in one file.
type Finder = fn(&Subject) -> Vec<Found>;

/// The hazards of one file.
const FINDERS: [(&str, Finder); 6] = [
    ("half-line", half_line::find),
    ("hypervisor-greeting", hypervisor_greeting::find),
    ("ignored-key", ignored_key::find),
    ("no-success", no_success::find),
    ("no-timeout", no_timeout::find),
    ("pass-text-in-typed", pass_text_in_typed::find),
];

/// The name of the one hazard of several files.
const SHARED: &str = "shared-any-of";

/// The name of every hazard.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = FINDERS.iter().map(|(name, _)| *name).chain([SHARED]).collect();
    names.sort_unstable();
    names
}

/// The hazards of files that belong together and boot this many `guests`, in the order of the files and their lines.
pub fn hazards(subjects: &[Subject], guests: usize) -> Vec<Hazard> {
    let shared = shared_any_of::find(subjects, guests);
    let all = subjects.iter().zip(shared).flat_map(|(subject, shared)| {
        let single = FINDERS.iter().flat_map(|(name, find)| {
            find(subject).into_iter().map(|found| found.named(name, subject))
        });
        let shared = shared.into_iter().map(|found| found.named(SHARED, subject));
        let mut hazards: Vec<Hazard> = single.chain(shared).collect();
        hazards.sort_by_key(|hazard| (hazard.line, hazard.column));
        hazards
    });
    all.collect()
}

/// A hazard whose name and file are known elsewhere.
struct Found {
    place: Place,
    message: String,
    hint: String,
}

impl Found {
    fn new(place: Place, message: impl Into<String>, hint: impl Into<String>) -> Found {
        Found { place, message: message.into(), hint: hint.into() }
    }

    /// What a file says never reaches a terminal as it is.
    fn named(self, name: &'static str, subject: &Subject) -> Hazard {
        let error = spec::Error::at(&subject.file, self.place, self.message, Some(self.hint));
        let (line, column) = self.place;
        let hint = error.hint.unwrap_or_default();
        Hazard { file: error.file, line, column, name, message: error.message, hint }
    }
}
