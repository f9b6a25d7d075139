//! What the hazards look at: an ostool configuration or a boot test, reduced to what it waits for and types.

use std::path::{Path, PathBuf};

use spec::{Action, Pattern, Signs, Spec};

use crate::Generation;
use crate::config::Config;
use crate::fields::{Sign, Text};
use crate::place::Place;
use crate::step::{Step, Typed};

/// A file as the hazards see it.
pub struct Subject {
    pub(super) file: PathBuf,
    /// Nothing for a boot test of our own.
    pub(super) generation: Option<Generation>,
    pub(super) claims: Vec<Claim>,
    /// Where a limit should stand and does not.
    pub(super) unlimited: Option<Place>,
    /// Where what proves success stands, or should.
    pub(super) proof: Place,
    pub(super) ignored: Vec<Text>,
}

/// What has to be seen at one time of a run.
pub(super) struct Claim {
    pub(super) signs: Vec<Sign>,
    /// Whether one of them is enough.
    pub(super) any: bool,
    /// The lines that typing shows: each with its prompt.
    pub(super) echoes: Vec<String>,
    /// Whether the run passes with it.
    pub(super) last: bool,
}

impl From<&Config> for Subject {
    fn from(config: &Config) -> Subject {
        Subject {
            file: config.file.clone(),
            generation: Some(config.generation),
            claims: claims(config),
            unlimited: config.timeout.is_none().then_some(config.timeout_place),
            proof: config.proof_place,
            ignored: config.ignored.clone(),
        }
    }
}

fn claims(config: &Config) -> Vec<Claim> {
    let whole = (!config.success.is_empty()).then(|| Claim {
        signs: config.success.clone(),
        any: true,
        echoes: config.steps.iter().flat_map(echoes).collect(),
        last: true,
    });
    let last = config.steps.len();
    let of_step = |(index, step): (usize, &Step)| Claim {
        signs: step.success.clone(),
        any: true,
        echoes: echoes(typist(&config.steps, index)),
        last: index + 1 == last,
    };
    let steps = config.steps.iter().enumerate().filter(|(_, step)| !step.success.is_empty());
    whole.into_iter().chain(steps.map(of_step)).collect()
}

/// The step whose typing is still coming back at this one: the one before, where that waits for nothing.
fn typist(steps: &[Step], index: usize) -> &Step {
    let before = index.checked_sub(1).map(|before| &steps[before]);
    let echoing = before.filter(|before| steps[index].typed.is_none() && before.success.is_empty());
    echoing.unwrap_or(&steps[index])
}

/// A prompt that was given without the blank behind it is shown with it.
fn echoes(step: &Step) -> Vec<String> {
    let Some(Typed { prefix, command }) = &step.typed else { return Vec::new() };
    let first = |line| [format!("{} {line}", prefix.text), format!("{}{line}", prefix.text)];
    let mut lines = command.lines();
    let echoed = lines.next().into_iter().flat_map(first);
    echoed.chain(lines.map(str::to_owned)).collect()
}

impl Subject {
    /// A boot test whose text this is; where its patterns stand is found again in it.
    pub fn of_spec(spec: &Spec, file: &Path, text: &str) -> Subject {
        let pass = pass_line(text);
        let sign = |pattern: &Pattern, from: u32| Sign {
            pattern: pattern.clone(),
            written: pattern.as_str().to_owned(),
            place: (line_of(text, pattern.as_str(), from), 1),
        };
        let signs = spec.pass.patterns().iter().map(|pattern| sign(pattern, pass)).collect();
        let proves = spec.steps.iter().any(|step| !matches!(step.action, Action::Send(_)));
        let whole = Claim {
            signs,
            any: matches!(spec.pass, Signs::AnyOf(_)),
            echoes: typed(&spec.steps),
            last: !proves,
        };
        let expected = spec.steps.iter().enumerate().filter_map(|(index, step)| {
            let Action::Expect(pattern) = &step.action else { return None };
            let signs = vec![Sign { place: (step.line, 1), ..sign(pattern, step.line) }];
            Some(Claim {
                signs,
                any: false,
                echoes: typed(&spec.steps[waited(spec, index)..index]),
                last: false,
            })
        });
        Subject {
            file: file.to_path_buf(),
            generation: None,
            claims: [whole].into_iter().chain(expected).collect(),
            unlimited: None,
            proof: (pass, 1),
            ignored: Vec::new(),
        }
    }
}

/// The step behind the last that waited for a line before the one at `index`.
fn waited(spec: &Spec, index: usize) -> usize {
    let is_expect = |step: &spec::Step| matches!(step.action, Action::Expect(_));
    spec.steps[..index].iter().rposition(is_expect).map_or(0, |expect| expect + 1)
}

/// The lines that steps type.
fn typed(steps: &[spec::Step]) -> Vec<String> {
    let text = |step: &spec::Step| match &step.action {
        Action::Send(text) | Action::Run(text) => text.lines().map(str::to_owned).collect(),
        Action::Expect(_) | Action::Prompt(_) | Action::Ask(_) => Vec::new(),
    };
    steps.iter().flat_map(text).collect()
}

/// The line on which `pass` stands, from 1.
fn pass_line(text: &str) -> u32 {
    let is_pass = |line: &str| line.trim_start_matches(['"', '\'']).starts_with("pass");
    numbered(text, is_pass).unwrap_or(1)
}

/// The line on which a pattern stands, at `from` or later; `from` itself where it is written otherwise.
fn line_of(text: &str, pattern: &str, from: u32) -> u32 {
    let rest = text.lines().skip(from as usize - 1).position(|line| line.contains(pattern));
    rest.map_or(from, |skipped| from.saturating_add(u32::try_from(skipped).unwrap_or(0)))
}

fn numbered(text: &str, is_it: impl Fn(&str) -> bool) -> Option<u32> {
    text.lines().position(is_it).and_then(|index| u32::try_from(index + 1).ok())
}
