//! How often and how soon something is tried again.

use std::thread::sleep;
use std::time::Duration;

use crate::Vain;

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How often and how soon a request is tried again, when the service is busy, broken or out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How many times in all.
    pub tries: u32,
    /// The longest wait before the second try; it doubles with each try, and the real one is anything below.
    pub first_wait: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { tries: 5, first_wait: Duration::from_secs(3) }
    }
}

impl Patience {
    /// Tries until it is not in vain.
    ///
    /// # Errors
    /// Why it was, the last time.
    pub fn insist<T>(self, mut attempt: impl FnMut() -> Result<T, Vain>) -> Result<T, String> {
        let mut tried = 1;
        loop {
            match attempt() {
                Ok(done) => return Ok(done),
                Err(Vain { why, is_final: true, .. }) => return Err(why),
                Err(Vain { why, .. }) if tried >= self.tries => {
                    return Err(format!("no luck in {tried} tries: {why}"));
                }
                Err(Vain { wait, .. }) => sleep(self.wait(tried, wait)),
            }
            tried += 1;
        }
    }

    /// How long to wait after so many tries: as long as the service asks for, and then up to a limit that grows, so that
    /// not all who were asked to wait come back at once.
    pub fn wait(self, tried: u32, asked: Option<Duration>) -> Duration {
        let most = self.first_wait.saturating_mul(1 << tried.saturating_sub(1).min(10));
        let own = most.min(LONGEST_WAIT).mul_f64(fraction());
        asked.unwrap_or_default().saturating_add(own).min(LONGEST_WAIT)
    }
}

/// Somewhere in `0..=1`; good enough to spread retries.
fn fraction() -> f64 {
    // Where the system gives no random bytes, the retries of several jobs coincide: no harm but to the server.
    f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_spread_grow_and_end() {
        let patience = Patience { tries: 9, first_wait: Duration::from_secs(2) };
        let wait = |tried| patience.wait(tried, None);
        assert!((0..50).all(|_| wait(1) <= Duration::from_secs(2)));
        assert!((0..50).any(|_| wait(3) > Duration::from_secs(2)));
        assert!((0..50).all(|_| wait(u32::MAX) <= LONGEST_WAIT));
        assert_ne!(wait(4), wait(4));
    }

    #[test]
    fn a_service_may_ask_for_a_wait_but_not_for_an_endless_one() {
        let patience = Patience::default();
        let waits = || patience.wait(1, Some(Duration::from_secs(7)));
        assert!((0..50).all(|_| (7..=10).contains(&waits().as_secs())));
        assert_ne!(waits(), waits());
        assert_eq!(patience.wait(1, Some(Duration::from_secs(7000))), LONGEST_WAIT);
    }
}
