//! `run`: a command that is judged by its status, and by what it prints.

use std::time::Duration;

use spec::Run;

use super::said::{quoted, shown};
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// How much of its output is looked at, in bytes.
const MOST: usize = 1 << 20;

/// A command of the spec's. It is never run twice.
pub(super) struct Command(pub(super) Run);

impl Check for Command {
    fn script(&self) -> String {
        self.0.command.clone()
    }

    fn judge(&mut self, said: &Said, _memory: &mut Memory) -> Outcome {
        let Run { command, stdout, status } = &self.0;
        let words = if said.stderr.trim_ascii().is_empty() { &said.stdout } else { &said.stderr };
        if said.status != *status {
            let title = format!("{} exited with status {}", quoted(command), said.status);
            let wanted = (*status != 0).then(|| format!("it had to be {status}"));
            return Fault::new(title).detail(wanted).said(words).into();
        }
        let text = String::from_utf8_lossy(complete(said));
        let Some(pattern) = stdout else { return Outcome::Met(found(said)) };
        match pattern.first_match(text.lines()) {
            Some(line) => Outcome::Met(Some(shown(line.as_bytes()))),
            None => {
                let title = format!(
                    "{} printed no line that matches `{}`",
                    quoted(command),
                    pattern.as_str()
                );
                let cut = said.is_cut.then(|| format!("in its first {} MiB", MOST >> 20));
                Fault::new(title).detail(cut).said(&said.stdout).into()
            }
        }
    }

    fn most(&self) -> usize {
        MOST
    }

    fn patience(&self) -> Option<Duration> {
        None
    }

    fn lost(&mut self) -> bool {
        false
    }
}

/// What of the output is lines: the last one is none where the rest of it was cut off.
fn complete(said: &Said) -> &[u8] {
    let end = said.stdout.iter().rposition(|byte| *byte == b'\n').filter(|_| said.is_cut);
    match (said.is_cut, end) {
        (true, end) => &said.stdout[..end.unwrap_or(0)],
        (false, _) => &said.stdout,
    }
}

fn found(said: &Said) -> Option<String> {
    Some(shown(&said.stdout)).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use spec::Pattern;

    use super::*;

    fn judged(pattern: Option<&str>, said: Said) -> Outcome {
        let stdout = pattern.map(|text| Pattern::new(text).unwrap());
        let run = Run { command: "cat /x".into(), stdout, status: 0 };
        Command(run).judge(&said, &mut Memory::default())
    }

    fn said(stdout: &str) -> Said {
        Said { stdout: stdout.into(), ..Said::default() }
    }

    fn title(outcome: Outcome) -> String {
        let Outcome::Failed(fault) = outcome else { panic!("{outcome:?}") };
        fault.title
    }

    #[test]
    fn a_command_is_judged_by_its_status() {
        assert_eq!(judged(None, said("6.1.0\n")), Outcome::Met(Some("6.1.0".into())));
        assert_eq!(judged(None, said("")), Outcome::Met(None));
        let failed = Said { status: 3, stderr: b"no such file\n".to_vec(), ..said("x") };
        let Outcome::Failed(fault) = judged(None, failed) else { panic!() };
        assert_eq!(fault.title, "`cat /x` exited with status 3");
        assert_eq!(fault.said.as_deref(), Some("no such file"));
    }

    #[test]
    fn one_complete_line_has_to_match() {
        let pattern = Some("^VERSION_ID=");
        assert_eq!(
            judged(pattern, said("A\nVERSION_ID=12")),
            Outcome::Met(Some("VERSION_ID=12".into()))
        );
        let missing = title(judged(pattern, said("NO VERSION_ID=12\n")));
        assert_eq!(missing, "`cat /x` printed no line that matches `^VERSION_ID=`");
        let cut = Said { is_cut: true, ..said("A\nVERSION_ID=1") };
        assert_eq!(title(judged(pattern, cut)), missing);
    }
}
