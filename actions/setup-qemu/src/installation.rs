//! Packages installed by the system's package manager, with patience for what passes.

use std::thread;
use std::time::Duration;

use supervise::Deadline;
use trial::Problem;

use crate::distribution::{Distribution, Trouble};
use crate::host::Host;
use crate::job::Ended;
use crate::plan::Packages;
use gha::Note;

/// How long one run of the package manager may take.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// How long another package manager at work is waited for.
const BUSY_FOR: Duration = Duration::from_secs(5 * 60);

/// How often a network that does not answer is asked again.
const NETWORK_TRIES: u32 = 4;

/// The pause before the first new try; each later one is twice as long, up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How much of what a failed package manager said is shown.
const SHOWN_LINES: usize = 15;

/// Installs `packages`; what the package manager knows is refreshed only where it turns out to be out of date.
///
/// # Errors
/// The package manager fails for good: its last lines are in the message.
pub(crate) fn install(
    packages: &Packages,
    host: &Host,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<(), Problem> {
    let mut installer = Installer {
        distribution: packages.distribution,
        host,
        say,
        pause: PAUSE,
        half_success_counts: true,
    };
    installer.install(packages).map_err(|failure| failure.problem(packages))
}

/// Why the package manager failed.
struct Failure {
    trouble: Trouble,
    /// Which command, and how it ended or that it could not be started.
    how: String,
    lines: Vec<String>,
    /// It claimed to have succeeded, and its lines say otherwise.
    succeeded: bool,
}

struct Installer<'a> {
    distribution: &'static Distribution,
    host: &'a Host,
    say: &'a mut dyn FnMut(Note<'_>),
    /// Before the next try.
    pause: Duration,
    /// Whether success is believed where the lines speak of a network that does not answer.
    half_success_counts: bool,
}

impl Installer<'_> {
    fn install(&mut self, packages: &Packages) -> Result<(), Failure> {
        let (mut repaired, mut refreshed) = (false, false);
        loop {
            match self.install_with_what_is_known(packages) {
                Err(failure) if failure.trouble == Trouble::Interrupted && !repaired => {
                    repaired = true;
                    self.repair()?;
                }
                Err(failure) if failure.trouble == Trouble::Stale && !refreshed => {
                    refreshed = true;
                    self.refresh()?;
                }
                other => return other,
            }
        }
    }

    fn install_with_what_is_known(&mut self, packages: &Packages) -> Result<(), Failure> {
        let Distribution { manager, install, .. } = *self.distribution;
        let arguments = [install, &packages.names].concat();
        self.persist(&format!("installing {}", packages.names.join(" ")), manager, &arguments)
    }

    /// A job that was cancelled half-way is no reason why the next one must fail.
    fn repair(&mut self) -> Result<(), Failure> {
        match self.distribution.repair {
            Some((program, arguments)) => {
                self.persist("bringing in order what was cut off", program, arguments)
            }
            None => Ok(()),
        }
    }

    /// `apt-get update` succeeds even where it reached nothing; only its lines say so. But one archive of several that
    /// does not answer need not be the one with QEMU: whether it was, the installation shows.
    fn refresh(&mut self) -> Result<(), Failure> {
        let Distribution { manager, refresh, .. } = *self.distribution;
        self.half_success_counts = false;
        let refreshed = self.persist("refreshing the list of packages", manager, refresh);
        self.half_success_counts = true;
        match refreshed {
            Err(failure) if failure.succeeded => Ok(()),
            other => other,
        }
    }

    /// Runs a program until it succeeds, or fails in a way that waiting does not help.
    fn persist(&mut self, what: &str, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let mut patience = Patience::new(self.pause);
        loop {
            (self.say)(Note::Step(&format!("{what} with `{program}`")));
            let Err(failure) = self.once(program, arguments) else { return Ok(()) };
            let Some(pause) = patience.pause(failure.trouble) else { return Err(failure) };
            let why = match failure.trouble {
                Trouble::Busy => "another one is at work",
                _ => "the network does not answer",
            };
            (self.say)(Note::Step(&format!("{why}: next try in {:.1} s", pause.as_secs_f32())));
            thread::sleep(pause);
        }
    }

    fn once(&mut self, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let job = self.host.root_job(self.distribution.variables, program, arguments).within(LIMIT);
        let shown = [&[program], arguments].concat().join(" ");
        match job.run(&mut |line| (self.say)(Note::Output(line))) {
            Ok(ended) => self.judge(shown, ended),
            Err(error) => Err(Failure {
                trouble: Trouble::Final,
                how: format!("`{shown}` cannot be started: {error}"),
                lines: Vec::new(),
                succeeded: false,
            }),
        }
    }

    fn judge(&self, shown: String, ended: Ended) -> Result<(), Failure> {
        let trouble = match ended.status {
            Some(_) => self.distribution.trouble(ended.lines.iter().map(String::as_str)),
            None => Trouble::Final,
        };
        let succeeded = ended.succeeded();
        if succeeded && (self.half_success_counts || trouble != Trouble::Unreachable) {
            return Ok(());
        }
        let how = format!("`{shown}` {}", ended.how());
        Err(Failure { trouble, how, lines: ended.lines.into(), succeeded })
    }
}

impl Failure {
    fn problem(&self, packages: &Packages) -> Problem {
        let shown = &self.lines[self.lines.len().saturating_sub(SHOWN_LINES)..];
        let lines: String = shown.iter().map(|line| format!("\n  {line}")).collect();
        let message = format!("cannot install {}: {}{lines}", packages.names.join(" "), self.how);
        Problem::infrastructure(message).hint(self.hint(packages))
    }

    fn hint(&self, packages: &Packages) -> String {
        let system = &packages.system;
        match self.trouble {
            Trouble::Busy => {
                "end the other package manager, or run this step when it is done".to_owned()
            }
            Trouble::Stale => format!(
                "{system} may not have these packages, or its archive was not reached; leave out the target, or use another image"
            ),
            Trouble::Unreachable => {
                "look whether the machine reaches its package archive".to_owned()
            }
            Trouble::Interrupted | Trouble::Final => {
                format!("make the same command work on {system} in a step before this one")
            }
        }
    }
}

/// How long and how often it is worth trying again.
struct Patience {
    pause: Duration,
    network: u32,
    busy: Deadline,
}

impl Patience {
    fn new(pause: Duration) -> Patience {
        Patience { pause, network: NETWORK_TRIES - 1, busy: Deadline::after(BUSY_FOR) }
    }

    /// The pause before the next try, if there is to be one.
    fn pause(&mut self, trouble: Trouble) -> Option<Duration> {
        match trouble {
            Trouble::Busy if !self.busy.has_passed() => {}
            Trouble::Unreachable if self.network > 0 => self.network -= 1,
            _ => return None,
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        Some(jittered(pause))
    }
}

/// Up to a quarter longer, so that jobs that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    // Without a random number they do; that is no reason to fail.
    let random = getrandom::u32().unwrap_or_default();
    pause + pause.mul_f64(f64::from(random) / f64::from(u32::MAX) / 4.0)
}

#[cfg(test)]
mod tests;
