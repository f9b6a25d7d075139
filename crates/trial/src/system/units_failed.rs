//! `units-failed`: no unit may be failed once systemd has started everything.

use super::said::{JOURNAL, PLAIN, name, no_systemd, parts};
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// How many units a title names.
const NAMED: usize = 5;

/// Units that may be failed.
pub(super) struct UnitsFailed(pub(super) Vec<String>);

impl Check for UnitsFailed {
    fn script(&self) -> String {
        // `--wait` may never come back, so it is asked again and again.
        format!(
            "{PLAIN}\n\
             command -v systemctl >/dev/null || exit 127\n\
             systemctl is-system-running\n\
             f=$(systemctl list-units --state=failed --all --plain --no-legend --no-pager --full) || exit 1\n\
             echo \"$f\"\n\
             echo \"$f\" | while read -r u rest; do if [ -n \"$u\" ]; then {JOURNAL}; fi; done | head -n 200\n"
        )
    }

    fn judge(&mut self, said: &Said, _memory: &mut Memory) -> Outcome {
        if let Some(outcome) = no_systemd(said) {
            return outcome;
        }
        let (told, journal) = parts(&said.stdout);
        if let Err(outcome) = settled(&told) {
            return outcome;
        }
        let lines = told.lines().skip(1);
        let failed = lines.filter_map(|line| line.split_whitespace().next());
        let failed: Vec<&str> = failed.filter(|unit| !self.0.iter().any(|it| it == unit)).collect();
        if failed.is_empty() {
            return Outcome::Met(None);
        }
        Fault::new(title(&failed)).said(journal).into()
    }
}

/// The first of them by name, and how many more there are.
fn title(failed: &[&str]) -> String {
    let named: Vec<String> =
        failed.iter().take(NAMED).map(|it| format!("`{}`", name(it))).collect();
    let more = match failed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match failed.len() {
        1 => format!("unit {} is failed", named.join("")),
        _ => format!("units {}{more} are failed", named.join(", ")),
    }
}

/// Whether systemd has started all there is, by the first line of what it told.
pub(super) fn settled(told: &str) -> Result<(), Outcome> {
    match told.lines().next().unwrap_or_default().trim() {
        "running" | "degraded" => Ok(()),
        "maintenance" => Err(Fault::new("the system is in maintenance").into()),
        state => Err(Outcome::NotYet(format!("the system is {}", name(state)))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAID: &str = include_str!("answers/units-failed.txt");

    fn judged(allow: &[&str], stdout: &str) -> Outcome {
        let said = Said { stdout: stdout.into(), ..Said::default() };
        let allow = allow.iter().map(|unit| (*unit).to_owned()).collect();
        UnitsFailed(allow).judge(&said, &mut Memory::default())
    }

    #[test]
    fn a_failed_unit_is_named_with_its_journal_unless_it_is_allowed() {
        let Outcome::Failed(fault) = judged(&["other.service"], SAID) else { panic!() };
        assert_eq!(fault.title, "unit `broken.service` is failed");
        assert!(fault.said.is_some_and(|said| said.contains("status=3/NOTIMPLEMENTED")));
        assert_eq!(judged(&["broken.service"], SAID), Outcome::Met(None));
    }

    #[test]
    fn it_waits_until_everything_is_started() {
        let starting = SAID.replacen("degraded", "starting", 1);
        assert_eq!(judged(&[], &starting), Outcome::NotYet("the system is starting".into()));
        assert_eq!(judged(&[], "running\n\n"), Outcome::Met(None));
    }

    #[test]
    fn many_are_counted() {
        let units: String =
            (0..9).map(|index| format!("u{index}.service loaded failed\n")).collect();
        let Outcome::Failed(fault) = judged(&[], &format!("degraded\n{units}")) else { panic!() };
        assert!(fault.title.ends_with("`u4.service` and 4 more are failed"), "{}", fault.title);
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd(text in "(degraded\n)?([a-z .\u{1b}`]{0,9}\n){0,9}(== .{0,9})?") {
            if let Outcome::Failed(fault) = judged(&[], &text) {
                prop_assert!(!fault.title.contains(char::is_control));
            }
        }
    }
}
