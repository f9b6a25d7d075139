//! `boot-time`: what `systemd-analyze` says of the boot, against a budget.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::said::{PART, PLAIN, no_systemd, parts, shown};
use super::units_failed::settled;
use super::{Check, Fault, Memory, Outcome};
use crate::Said;
use crate::clocks::millis;

/// How a boot went, by systemd's own word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Boot {
    /// How long the kernel took, in milliseconds.
    pub kernel_ms: u64,
    /// How long the initrd took, where there is one with systemd, in milliseconds.
    pub initrd_ms: Option<u64>,
    /// How long everything after that took, in milliseconds.
    pub userspace_ms: u64,
    /// The units that the others waited for, at most 40 lines.
    pub chain: Vec<String>,
}

impl Boot {
    /// All of it that is the system's and not its firmware's.
    fn total(&self) -> Duration {
        let all = [self.kernel_ms, self.initrd_ms.unwrap_or(0), self.userspace_ms];
        Duration::from_millis(all.into_iter().fold(0, u64::saturating_add))
    }
}

/// The budget.
pub(super) struct BootTime(pub(super) Duration);

impl Check for BootTime {
    fn script(&self) -> String {
        format!(
            "{PLAIN}\n\
             command -v systemctl >/dev/null || exit 127\n\
             systemctl is-system-running\n\
             systemd-analyze time --no-pager || exit $?\n\
             echo '{PART}'\n\
             systemd-analyze critical-chain --no-pager; exit 0\n"
        )
    }

    fn judge(&mut self, said: &Said, memory: &mut Memory) -> Outcome {
        let (told, chain) = parts(&said.stdout);
        if let Err(outcome) = no_systemd(said).map_or_else(|| settled(&told), Err) {
            return outcome;
        }
        let Some(boot) = told.lines().find_map(times) else {
            return Fault::new("systemd does not tell how long the boot took")
                .said(&said.stdout)
                .into();
        };
        // What explains the signs has them in quotes.
        let shown = shown(chain);
        let lines = shown.lines().filter(|line| line.contains('@') && !line.contains('"'));
        let chain = lines.map(str::to_owned).collect();
        let boot = memory.boot.insert(Boot { chain, ..boot });
        let took = humantime::format_duration(boot.total()).to_string();
        if boot.total() <= self.0 {
            return Outcome::Met(Some(took));
        }
        let title = format!("the boot took longer than {}", humantime::format_duration(self.0));
        Fault::new(title)
            .detail(format!("it took {took}"))
            .said(boot.chain.join("\n").as_bytes())
            .into()
    }
}

/// `Startup finished in 16.202s (kernel) + 1min 36.436s (userspace) = 1min 52.638s`
fn times(line: &str) -> Option<Boot> {
    let (sum, _) = line.split_once("Startup finished in ")?.1.split_once(" = ")?;
    let mut boot = Boot::default();
    for part in sum.split(" + ") {
        let (time, what) = part.rsplit_once(" (")?;
        let time = millis(duration(time)?);
        match what.trim_end_matches(')') {
            "kernel" => boot.kernel_ms = time,
            "initrd" => boot.initrd_ms = Some(time),
            "userspace" => boot.userspace_ms = time,
            _ => {}
        }
    }
    Some(boot)
}

/// A time as systemd writes it: `1h 2min 3.456s`, `789ms`.
fn duration(text: &str) -> Option<Duration> {
    text.split_whitespace().try_fold(Duration::ZERO, |sum, word| sum.checked_add(part(word)?))
}

fn part(word: &str) -> Option<Duration> {
    let units =
        [("month", 2_629_800.0), ("min", 60.0), ("ms", 1e-3), ("us", 1e-6), ("y", 31_557_600.0)];
    let more = [("w", 604_800.0), ("d", 86_400.0), ("h", 3600.0), ("s", 1.0)];
    let mut all = units.into_iter().chain(more);
    let (number, seconds) =
        all.find_map(|(unit, seconds)| Some((word.strip_suffix(unit)?, seconds)))?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain)?;
    Duration::try_from_secs_f64(number * seconds).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAID: &str = include_str!("answers/boot-time.txt");

    fn judged(budget: u64, stdout: &str) -> (Outcome, Option<Boot>) {
        let mut memory = Memory::default();
        let said = Said { stdout: stdout.into(), ..Said::default() };
        let outcome = BootTime(Duration::from_secs(budget)).judge(&said, &mut memory);
        (outcome, memory.boot)
    }

    #[test]
    fn a_boot_within_its_budget_is_told_with_its_chain() {
        let (outcome, boot) = judged(60, SAID);
        let boot = boot.unwrap();
        assert_eq!(outcome, Outcome::Met(Some("52s 638ms".into())));
        assert_eq!((boot.kernel_ms, boot.initrd_ms, boot.userspace_ms), (16_202, None, 36_436));
        assert_eq!(boot.chain.len(), 14);
        assert_eq!(boot.chain[2], "  └─ssh.service @27.208s +5.371s");
    }

    #[test]
    fn a_boot_over_its_budget_fails_by_the_budget_and_tells_the_chain_too() {
        let (Outcome::Failed(fault), Some(boot)) = judged(52, SAID) else { panic!() };
        assert_eq!(fault.title, "the boot took longer than 52s");
        assert_eq!(fault.detail.as_deref(), Some("it took 52s 638ms"));
        assert!(
            fault.said.is_some_and(|said| said.contains("ssh.service")) && boot.chain.len() == 14
        );
    }

    #[test]
    fn a_boot_that_goes_on_is_waited_for() {
        let starting = SAID.replacen("degraded", "starting", 1);
        assert_eq!(judged(60, &starting).0, Outcome::NotYet("the system is starting".into()));
    }

    #[test]
    fn times_are_read_as_systemd_writes_them() {
        let line = "Startup finished in 1.5s (firmware) + 789ms (loader) + 999us (kernel) + 2.25s (initrd) + 1h 2min 3.456s (userspace) = 1h 2min 8s";
        let boot = times(line).unwrap();
        assert_eq!((boot.kernel_ms, boot.initrd_ms, boot.userspace_ms), (0, Some(2250), 3_723_456));
        assert_eq!(boot.total(), Duration::from_millis(3_725_706));
        for odd in
            ["", "s", "-1s", "1", "1parsec", "infs", "1e9s", "99999999999999999999999999999y"]
        {
            assert_eq!(duration(odd).filter(|time| !time.is_zero()), None, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn a_time_is_what_was_written(hours in 0u64..1000, minutes in 0u64..60, ms in 0u64..60_000) {
            let text = format!("{hours}h {minutes}min {}.{:03}s", ms / 1000, ms % 1000);
            let read = duration(&text).unwrap();
            prop_assert_eq!(millis(read), hours * 3_600_000 + minutes * 60_000 + ms);
        }

        #[test]
        fn no_line_is_too_odd(text in "(degraded\n)?(Startup finished in )?[0-9a-z+=(). é]{0,80}") {
            let _outcome = judged(1, &text);
        }
    }
}
