//! `units-active`: units that have to run, by what `systemctl show` says of them.

use super::said::{JOURNAL, PLAIN, name, no_systemd, parts};
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// Units, by their full names.
pub(super) struct UnitsActive(pub(super) Vec<String>);

impl Check for UnitsActive {
    fn script(&self) -> String {
        let units: Vec<String> = self.0.iter().map(|unit| format!("'{unit}'")).collect();
        let units = units.join(" ");
        format!(
            "{PLAIN}\n\
             systemctl show --no-pager -p LoadState -p ActiveState -p SubState -p Result -- {units} || exit $?\n\
             for u in {units}; do if systemctl is-failed -q -- \"$u\"; then {JOURNAL}; fi; done; exit 0\n"
        )
    }

    fn judge(&mut self, said: &Said, _memory: &mut Memory) -> Outcome {
        if let Some(outcome) = no_systemd(said) {
            return outcome;
        }
        let (shown, journal) = parts(&said.stdout);
        let states = states(&shown);
        if states.len() != self.0.len() {
            return Outcome::NotYet("systemd did not say how all units are".into());
        }
        let all = || self.0.iter().zip(&states);
        let hopeless: Vec<(&String, String, &State)> =
            all().filter_map(|(unit, it)| Some((unit, it.hopeless()?, it))).collect();
        if let Some((_, _, first)) = hopeless.first() {
            let told: Vec<String> =
                hopeless.iter().map(|(unit, how, _)| format!("unit `{unit}` {how}")).collect();
            let result =
                (first.result != "success").then(|| format!("result {}", name(&first.result)));
            return Fault::new(told.join(", ")).detail(result).said(journal).into();
        }
        let waiting: Vec<String> = all()
            .filter(|(_, it)| it.active != "active")
            .map(|(unit, it)| it.words(unit))
            .collect();
        match waiting.is_empty() {
            true => Outcome::Met(None),
            false => Outcome::NotYet(waiting.join(", ")),
        }
    }
}

/// How a unit is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    load: String,
    active: String,
    sub: String,
    result: String,
}

impl State {
    /// Why it will not become active by itself.
    fn hopeless(&self) -> Option<String> {
        match (self.load.as_str(), self.active.as_str()) {
            ("not-found", _) => Some("is not found".into()),
            ("masked", _) => Some("is masked".into()),
            ("bad-setting" | "error", _) => Some("cannot be loaded".into()),
            (_, "failed") => Some("is failed".into()),
            _ => None,
        }
    }

    fn words(&self, unit: &str) -> String {
        format!("unit `{unit}` is {} ({})", name(&self.active), name(&self.sub))
    }
}

/// What stands between empty lines is of one unit.
fn states(shown: &str) -> Vec<State> {
    let blocks = shown.split("\n\n").filter(|block| !block.trim().is_empty());
    blocks.map(state).collect()
}

fn state(block: &str) -> State {
    let mut state = State::default();
    for (key, value) in block.lines().filter_map(|line| line.split_once('=')) {
        let place = match key {
            "LoadState" => &mut state.load,
            "ActiveState" => &mut state.active,
            "SubState" => &mut state.sub,
            "Result" => &mut state.result,
            _ => continue,
        };
        value.trim().clone_into(place);
    }
    state
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHOWN: &str = include_str!("answers/units-active.txt");

    fn judged(units: &[&str], stdout: &str) -> Outcome {
        let units = units.iter().map(|unit| (*unit).to_owned()).collect();
        let said = Said { stdout: stdout.into(), ..Said::default() };
        UnitsActive(units).judge(&said, &mut Memory::default())
    }

    /// What was said of one unit.
    fn of(index: usize) -> &'static str {
        parts(SHOWN.as_bytes());
        SHOWN.split("\n\n").nth(index).unwrap()
    }

    #[test]
    fn each_unit_that_cannot_become_active_is_named_with_its_journal() {
        let units = [
            "ssh.service",
            "broken.service",
            "cron.service",
            "nosuch.service",
            "a.timer",
            "b.service",
        ];
        let Outcome::Failed(fault) = judged(&units, SHOWN) else { panic!() };
        assert_eq!(
            fault.title,
            "unit `broken.service` is failed, unit `cron.service` is masked, unit `nosuch.service` is not found"
        );
        assert_eq!(fault.detail.as_deref(), Some("result exit-code"));
        assert!(fault.said.is_some_and(|said| said.contains("about to fail")));
    }

    #[test]
    fn active_is_enough_and_inactive_is_waited_for() {
        assert_eq!(judged(&["ssh.service"], of(0)), Outcome::Met(None));
        let waits = Outcome::NotYet("unit `b.service` is inactive (dead)".into());
        let last = of(5).split("== ").next().unwrap();
        assert_eq!(judged(&["b.service"], last), waits);
        assert!(matches!(judged(&["a.service", "b.service"], of(0)), Outcome::NotYet(_)));
    }

    #[test]
    fn without_systemd_it_fails_and_without_its_bus_it_waits() {
        let said = |status| Said {
            status,
            stderr: b"sh: systemctl: not found\n".to_vec(),
            ..Said::default()
        };
        let mut check = UnitsActive(vec!["ssh.service".into()]);
        assert!(matches!(check.judge(&said(127), &mut Memory::default()), Outcome::Failed(_)));
        assert!(matches!(check.judge(&said(1), &mut Memory::default()), Outcome::NotYet(_)));
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd(text in "((LoadState|ActiveState|Result)?=?[a-z=\n\x00é]{0,9}\n){0,9}(== .{0,9})?") {
            let _outcome = judged(&["a.service"], &text);
        }
    }
}
