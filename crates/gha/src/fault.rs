//! A panic, told to the log of a runner.

use std::io::{self, Write};

use crate::fence::{self, neutralise};

/// From now on a panic ends the process with code 3, behind the clean-up. What it says may hold a guest's text, and the
/// runner may have been stopped for that: it hears us again, and obeys nothing in it.
pub fn end_on_panic() {
    supervise::end_on_panic(|about| {
        // Nobody is left to hear that the log is gone.
        let _resumed = fence::resume(&mut io::stdout());
        let _told = io::stderr().write_all(words(&about.to_string()).as_bytes());
    });
}

fn words(about: &str) -> String {
    let about = neutralise(about.as_bytes());
    format!("error: bootgate made a mistake\n{about}  next: please report it with these lines\n")
}
