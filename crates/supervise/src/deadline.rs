//! A moment by which something must be done.

use std::time::{Duration, Instant};

/// What stands for "never": longer than any run, short enough for every clock.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A moment by which something must be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// `time` from now; a time too long for the clock counts as never.
    pub fn after(time: Duration) -> Deadline {
        Deadline(Instant::now() + time.min(NEVER))
    }

    /// At `instant`.
    pub fn at(instant: Instant) -> Deadline {
        Deadline(instant)
    }

    /// How much time is left; zero once it has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether no time is left.
    pub fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_runs_down_to_zero_and_stays_there() {
        let deadline = Deadline::after(Duration::from_millis(5));
        assert!(deadline.remaining() <= Duration::from_millis(5));
        std::thread::sleep(Duration::from_millis(6));
        assert!(deadline.has_passed());
        assert_eq!(deadline.remaining(), Duration::ZERO);
    }

    #[test]
    fn the_longest_time_does_not_overflow_the_clock() {
        assert!(!Deadline::after(Duration::MAX).has_passed());
    }
}
