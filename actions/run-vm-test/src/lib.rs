//! The recipe of `run-vm-test`: inputs, spec, machine, trial.

mod asked;
mod attested;
mod configured;
mod inputs;
mod machines;
mod unfit;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use fetch::Digest;
use gha::{Outputs, Runner};
use report::{Onlooker, Shown};
use spec::Spec;
use trial::{Problem, Report};

pub use configured::{Configured, document, is_toml, load};
pub use inputs::{Inputs, OUTPUTS};

use attested::Attestation;
use machines::Plans;

/// Runs the action as a program, on a runner or on a terminal: shows what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let outcome = run(inputs, runner.as_ref());
    let shown = outcome
        .and_then(|outcome| show(inputs, &outcome, runner.as_ref()).map(|()| outcome.exit_code()));
    gha::exit_code(shown, runner.as_ref(), inputs.spec.as_deref())
}

/// Ends what a main step left that was killed. Harmless where there is nothing to end.
pub fn post() -> ExitCode {
    if let Some(runner) = Runner::from_env() {
        report::post(&runner);
        vm::sweep();
    }
    ExitCode::SUCCESS
}

/// What came of it.
enum Outcome {
    /// This would be started, and take so long; that was all that was asked for.
    Planned(Plans, String),
    /// The host does not offer what the spec requires, and the spec says that this is no fault.
    Skipped(String),
    /// There is a verdict, and what holds it at the image, if that was wanted.
    Judged(Box<Report>, Result<Option<Digest>, Problem>),
}

impl Outcome {
    fn exit_code(&self) -> u8 {
        match self {
            Outcome::Planned(..) | Outcome::Skipped(_) => 0,
            // What the guest is at fault for stands, whatever became of the word of it.
            Outcome::Judged(report, attached) => match (report.exit_code(), attached) {
                (0, Err(_)) => 3,
                (code, _) => code,
            },
        }
    }
}

fn run(inputs: &Inputs, runner: Option<&Runner>) -> Result<Outcome, Problem> {
    let Configured { spec, notes } = asked::configured(inputs)?;
    if spec.ssh.is_some() && inputs.subject.is_some() {
        return Err(Problem::user("a result from another host cannot be attached to an image"));
    }
    if spec.ssh.is_some() && !inputs.relay {
        return Err(Problem::user("the spec's machine is on another host")
            .hint("use run-remote-test, or `bootgate run-vm-test`, which does both"));
    }
    if inputs.dry_run {
        let plans = Plans::of(&spec, notes)?;
        let longest = longest(&spec, &plans);
        return Ok(Outcome::Planned(plans, longest));
    }
    if let Some(why) = unfit::reason(&spec)? {
        return Ok(Outcome::Skipped(why));
    }
    let attestation = Attestation::prepare(inputs, &spec, runner)?;
    vm::sweep();
    let hold = held(inputs, runner)?;
    let mut onlooker = match inputs.relay {
        true => Onlooker::relaying(&spec.name)?,
        false => Onlooker::new(&spec.name, runner, hold)?,
    };
    let rerun = again(inputs);
    let place = (inputs.evidence_path.as_path(), rerun.as_str());
    let mut report = machines::run(&spec, place, &notes, hold.is_some(), &mut onlooker)?;
    let attached = attestation
        .map_or(Ok(None), |attestation| attestation.leave(&mut report, &inputs.evidence_path));
    Ok(Outcome::Judged(Box::new(report), attached))
}

/// How long a machine is to be kept that did not pass.
fn held(inputs: &Inputs, runner: Option<&Runner>) -> Result<Option<Duration>, Problem> {
    if inputs.hold_on_failure.is_some() && runner.is_some() {
        return Err(Problem::user("a machine on a runner cannot be held: nobody can attach to it")
            .hint(
                "run the command from the summary on your own machine, with `--hold-on-failure`",
            ));
    }
    Ok(inputs.hold_on_failure)
}

/// How long all tries take at worst.
fn longest(spec: &Spec, plans: &Plans) -> String {
    let tries = spec.repeat.max(spec.retries + 1);
    let (each, _) = spec.limits.total.under(plans.is_slow());
    let all = humantime::format_duration(each.saturating_mul(tries));
    match tries {
        1 => format!("at most {all}"),
        _ => format!("at most {tries} tries of {}, {all} in all", humantime::format_duration(each)),
    }
}

fn show(inputs: &Inputs, outcome: &Outcome, runner: Option<&Runner>) -> Result<(), Problem> {
    match outcome {
        Outcome::Planned(Plans(plans), longest) => {
            report::print(runner, |out| {
                for (name, plan) in plans {
                    name.iter().try_for_each(|name| writeln!(out, "# {name}"))?;
                    writeln!(out, "{plan}")?;
                }
                writeln!(out, "# {longest}")
            });
        }
        Outcome::Skipped(why) if inputs.relay => {
            // Whoever does not listen any more learns it by the exit code.
            let _unheard = std::io::stderr().write_all(why.as_bytes());
        }
        // The evidence has it.
        Outcome::Judged(..) if inputs.relay => {}
        Outcome::Skipped(why) => report::skipped("run-vm-test", why, inputs.json, runner),
        Outcome::Judged(report, attached) => {
            let (spec, again) = (inputs.spec.as_deref(), &again(inputs));
            let evidence = &inputs.evidence_path;
            Shown { spec, evidence, again, json: inputs.json }.report(report, runner)?;
            tell(attached, runner)?;
        }
    }
    Ok(())
}

/// Says where the result is, or why it is nowhere.
fn tell(
    attached: &Result<Option<Digest>, Problem>,
    runner: Option<&Runner>,
) -> Result<(), Problem> {
    if let Err(problem) = attached {
        let message = format!("the result is not attached to the image: {}", problem.message);
        gha::tell(&Problem { message, ..problem.clone() }, runner, None);
    }
    let digest = attached.iter().flatten().map(Digest::to_string).collect::<String>();
    runner
        .map_or(Ok(()), |runner| Outputs::new(runner, &OUTPUTS).set("attestation-digest", &digest))
}

/// The command that does the same again.
fn again(inputs: &Inputs) -> String {
    let mut words = vec!["bootgate".to_owned(), "run-vm-test".to_owned()];
    let path = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
    words.extend(inputs.spec.iter().flat_map(|spec| ["--spec".to_owned(), path(spec)]));
    words.extend(flags(inputs));
    words.extend(["--evidence-path".to_owned(), path(&inputs.evidence_path)]);
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default()
}

/// The flags that are given beside a spec.
pub fn flags(inputs: &Inputs) -> Vec<String> {
    let mut words = Vec::new();
    let mut flag = |name: &str, value: Option<String>| {
        words.extend(value.into_iter().flat_map(|value| [format!("--{name}"), value]));
    };
    let path = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
    flag("kernel", inputs.kernel.as_ref().map(path));
    flag("initrd", inputs.initrd.as_ref().map(path));
    flag("append", inputs.append.clone());
    flag("image", inputs.image.as_ref().map(path));
    flag("symbols", inputs.symbols.as_ref().map(path));
    flag("arch", inputs.arch.map(|arch| arch.to_string()));
    flag("command", inputs.command.clone());
    inputs.pass.iter().for_each(|pattern| flag("pass", Some(pattern.clone())));
    inputs.fail.iter().for_each(|pattern| flag("fail", Some(pattern.clone())));
    let timeout = |time| humantime::format_duration(time).to_string().replace(' ', "");
    flag("timeout", inputs.timeout.map(timeout));
    flag("repeat", inputs.repeat.map(|repeat| repeat.to_string()));
    let stop_when = inputs.stop_when.filter(|when| *when == spec::StopWhen::FirstFailure);
    flag("stop-when", stop_when.map(|_| "first-failure".to_owned()));
    flag("retries", inputs.retries.map(|retries| retries.to_string()));
    flag("accel", inputs.accel.map(|accel| format!("{accel:?}").to_lowercase()));
    words
}

/// Whether the spec has the guest started on another machine, which this action alone cannot do.
pub fn is_for_a_host(inputs: &Inputs) -> bool {
    let is_here = inputs.relay || inputs.subject.is_some();
    let spec = inputs.spec.as_ref().filter(|path| !is_here && !is_toml(path));
    spec.and_then(|path| spec::load(path).ok()).is_some_and(|spec| spec.ssh.is_some())
}
