//! From a QEMU configuration to a spec.

use std::path::{Path, PathBuf};
use std::time::Duration;

use problem::Problem;
use spec::{
    Accel, Action, Arch, Error, Limit, Limits, Machine, Pattern, Qemu, Signs, Spec, StopWhen,
    Tests, Unfit,
};

use crate::arguments;
use crate::config::Config;
use crate::fields::{Sign, Text};
use crate::firmware;
use crate::step::{Step, Typed};

/// What the file does not say.
pub struct Target<'a> {
    /// The guest's architecture; without it, the one in the file's name.
    pub arch: Option<Arch>,
    /// What ostool would have built.
    pub kernel: Option<PathBuf>,
    /// Whether there is such a file, for firmware.
    pub is_file: &'a dyn Fn(&Path) -> bool,
}

/// A spec, and what its reader should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// The boot test.
    pub spec: Spec,
    /// What was added, left out or understood otherwise.
    pub notes: Vec<String>,
}

/// The longest limit, as in a spec: a week.
const LONGEST: u64 = 7 * 24 * 60 * 60;

impl Config {
    /// The boot test that this file means.
    ///
    /// # Errors
    /// Its architecture cannot be told, an argument cannot be given to QEMU, or there is no firmware.
    pub fn lower(&self, target: &Target<'_>) -> Result<Lowered, Problem> {
        let mut notes = self.notes.clone();
        let (qemu, muxed) = self.qemu(target, &mut notes)?;
        let accel = qemu.accel;
        let mut steps = Vec::new();
        for step in &self.steps {
            steps.extend(self.steps_of(step, muxed, accel)?);
        }
        let fails = self.steps.iter().flat_map(|step| &step.fail);
        if fails.clone().next().is_some() {
            notes.push("the `fail_regex` of a step holds for the whole run".into());
        }
        let spec = Spec {
            name: spec::stem(&self.file),
            machine: Machine::Qemu(Box::new(qemu)),
            ssh: None,
            access: spec::Access::default(),
            requires: Vec::new(),
            unfit: Unfit::default(),
            steps,
            pass: self.pass(),
            fail: self.fail.iter().chain(fails).map(|sign| sign.pattern.clone()).collect(),
            allow: Vec::new(),
            limits: Limits { total: self.total(accel, &mut notes), ..Limits::default() },
            results: Tests::default(),
            symbols: None,
            collect: Vec::new(),
            repeat: 1,
            stop_when: StopWhen::default(),
            retries: 0,
            quarantine: None,
        };
        Ok(Lowered { spec, notes })
    }

    fn qemu(&self, target: &Target<'_>, notes: &mut Vec<String>) -> Result<(Qemu, bool), Problem> {
        let mut qemu = Qemu::of(self.arch(target)?);
        let translated = arguments::translate(&self.args, &mut qemu)
            .map_err(|(place, why)| Error::at(&self.file, place, why, None))?;
        if !translated.dropped.is_empty() {
            notes.push(format!(
                "left out of QEMU's arguments, because bootgate sees to it: {}",
                translated.dropped.join(", ")
            ));
        }
        qemu.kernel = target.kernel.clone().or(qemu.kernel);
        let given = |text: &Option<Text>| text.as_ref().map(|text| text.text.clone());
        qemu.initrd = given(&self.initramfs).map(PathBuf::from).or(qemu.initrd);
        qemu.append = given(&self.cmdline).or(qemu.append);
        if self.uefi && !translated.firmware {
            qemu.args.extend(uefi(qemu.arch, target)?);
        }
        Ok((qemu, translated.muxed))
    }

    fn arch(&self, target: &Target<'_>) -> Result<Arch, Problem> {
        let name = spec::stem(&self.file);
        let named = || Arch::ALL.into_iter().find(|arch| name.contains(arch.as_str()));
        target.arch.or_else(named).ok_or_else(|| {
            Problem::user(format!(
                "`{}` does not say for which architecture it is",
                self.file.display()
            ))
            .hint("give `--arch`, such as `--arch aarch64`")
        })
    }

    fn total(&self, accel: Accel, notes: &mut Vec<String>) -> Limit {
        match self.timeout {
            Some(seconds) => limit(seconds, accel),
            None => {
                notes.push("no `timeout`: the whole run may take 5 minutes".into());
                limit(300, accel)
            }
        }
    }

    fn pass(&self) -> Signs {
        let patterns: Vec<Pattern> = self.success.iter().map(|sign| sign.pattern.clone()).collect();
        if patterns.is_empty() { Signs::default() } else { Signs::AnyOf(patterns) }
    }

    /// The steps of a spec that one of ostool's is.
    fn steps_of(&self, step: &Step, muxed: bool, accel: Accel) -> Result<Vec<spec::Step>, Problem> {
        let line = step.place.0;
        let plain = |action| spec::Step { action, within: None, line, phase: None };
        let mut steps = Vec::new();
        if let Some(Typed { prefix, command }) = &step.typed {
            let prompt = self.pattern(prefix.place, escaped(&prefix.text))?;
            steps
                .extend([Action::Prompt(prompt), Action::Send(entered(command, muxed))].map(plain));
        }
        if !step.success.is_empty() {
            let any = self.pattern(step.place, alternation(&step.success))?;
            let action = if any.is_prompt() { Action::Prompt(any) } else { Action::Expect(any) };
            let within = step.timeout.map(|seconds| limit(seconds, accel));
            steps.push(spec::Step { action, within, line, phase: None });
        }
        Ok(steps)
    }

    fn pattern(&self, place: (u32, u32), text: String) -> Result<Pattern, Problem> {
        let unusable = |why| {
            Error::at(
                &self.file,
                place,
                format!("unusable pattern {}: {why}", spec::quoted(&text)),
                None,
            )
        };
        Pattern::new(text.clone()).map_err(|why| unusable(why).into())
    }
}

fn uefi(arch: Arch, target: &Target<'_>) -> Result<Vec<String>, Problem> {
    firmware::arguments(arch, target.is_file).ok_or_else(|| {
        let missing = Problem::infrastructure(format!("`uefi = true`, and there is no UEFI firmware for {arch} here"));
        match firmware::package(arch) {
            Some(package) => missing.hint(format!(
                "install it: `apt-get install {package}` (Debian, Ubuntu), or name one in `args`: `\"-bios\", \"…\"`"
            )),
            None => missing.hint("take `uefi` out"),
        }
    })
}

/// Who pins TCG, as ostool does where it says nothing, means the limit as it stands.
fn limit(seconds: u64, accel: Accel) -> Limit {
    let limit = Duration::from_secs(seconds.min(LONGEST));
    match accel {
        Accel::Tcg => Limit::ByAccelerator { kvm: limit, tcg: limit },
        Accel::Kvm | Accel::Auto => Limit::Any(limit),
    }
}

/// The text as a pattern that matches nothing else.
fn escaped(text: &str) -> String {
    let escape =
        |c: char| if r"\.+*?()|[]{}^$#&-~".contains(c) { format!("\\{c}") } else { c.into() };
    text.chars().map(escape).collect()
}

fn alternation(signs: &[Sign]) -> String {
    match signs {
        [sign] => sign.pattern.as_str().to_owned(),
        signs => signs
            .iter()
            .map(|sign| format!("(?:{})", sign.pattern.as_str()))
            .collect::<Vec<_>>()
            .join("|"),
    }
}

/// One line feed ends what is typed. A file for a QEMU that takes Ctrl-A for itself doubles it; ours does not.
fn entered(command: &str, muxed: bool) -> String {
    let command = command.trim_end_matches(['\r', '\n']);
    let command = if muxed { command.replace("\u{1}\u{1}", "\u{1}") } else { command.into() };
    format!("{command}\n")
}
