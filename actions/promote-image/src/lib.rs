//! The recipe of `promote-image`: know the images, look how things are, decide, carry it out, record, report.

mod aftermath;
mod carry;
pub mod channels;
mod facts;
mod image;
mod inputs;
mod outcome;
mod proof;
mod recorded;
mod registries;
mod rules;

use std::collections::BTreeSet;
use std::env;
use std::process::ExitCode;

use evidence::SigningKey;
use fetch::Digest;
use gha::{Interruption, Note, Runner};
use problem::Problem;
use promotion::{Plan, Reason, Record, Refusal, Refused, Target, decide};
use registry::Version;
use std::time::SystemTime;

use crate::aftermath::Aftermath;
use crate::carry::{Carrier, Source};
use crate::image::{Image, resolve, targets};
use crate::outcome::{Done, Outcome};
use crate::proof::Proof;
use crate::registries::Registries;
use crate::rules::Rules;

pub use inputs::{Inputs, OUTPUTS};

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let mut say = |note: Note<'_>| note.print(runner.is_some());
    let reported = Interruption::listen().and_then(|interruption| {
        let promotion = Promotion { inputs, runner: runner.as_ref(), interruption };
        let code = promotion.run(&mut say)?.report(inputs.json, runner.as_ref())?;
        // What was done or put back says more than that a signal came.
        promotion.interruption.over(Ok(code))
    });
    gha::exit_code(reported, runner.as_ref(), None)
}

struct Promotion<'a> {
    inputs: &'a Inputs,
    runner: Option<&'a Runner>,
    interruption: Interruption,
}

/// What is to be done, and where the images are that move.
type Planned = (Plan, Vec<Source>);

impl Promotion<'_> {
    fn run(&self, say: &mut dyn FnMut(Note<'_>)) -> Result<Outcome, Problem> {
        if let Some(refused) = self.unmerged()? {
            return Ok(Outcome::Refused(refused));
        }
        let key = self.inputs.signing_key.as_deref();
        let key = gha::signing_key(key, self.runner, SigningKey::from_pem)?;
        let registries = Registries::new(&self.inputs.plain_http, self.written()?);
        let images = resolve(&self.inputs.image, &registries, say)?;
        let planned = match self.inputs.rollback {
            true => self.back(&registries, &images, key.as_ref())?,
            false => self.on(&registries, images)?,
        };
        match planned {
            Ok(planned) => {
                self.carry_out(&registries, planned, key.as_ref(), say).map(Outcome::Planned)
            }
            Err(refused) => Ok(Outcome::Refused(refused)),
        }
    }

    /// Nothing moves for a change that nobody has merged: the policy in its checkout may be its own. So may be a registry on the
    /// machine itself, which goes with the job.
    fn unmerged(&self) -> Result<Option<Refused>, Problem> {
        let Some(event) = self.runner.map(Runner::unmerged).transpose()?.flatten() else {
            return Ok(None);
        };
        let mut reasons = Vec::new();
        for image in self.written()? {
            if !registries::reference(&image)?.is_here() {
                let reason = Reason::NotMerged { event: event.to_owned() };
                reasons.push(Refusal { image, reason });
            }
        }
        Ok((!reasons.is_empty()).then_some(Refused { reasons }))
    }

    /// The repositories that are written to; none where nothing moves.
    fn written(&self) -> Result<BTreeSet<String>, Problem> {
        if self.inputs.dry_run {
            return Ok(BTreeSet::new());
        }
        let named = self.inputs.image.iter();
        let named = named.chain(self.inputs.to.iter().filter(|to| to.contains(['/', ':'])));
        named.map(|text| registries::reference(text).map(|it| it.name())).collect()
    }

    /// The way on: what is asked, how things are, and what that allows.
    fn on(
        &self,
        registries: &Registries,
        images: Vec<Image>,
    ) -> Result<Result<Planned, Refused>, Problem> {
        let inputs = self.inputs;
        if inputs.to.is_empty() {
            return Err(Problem::user("there is no tag to move").hint("name one in `to`"));
        }
        let all = images.iter().map(|image| targets(image, &inputs.to, images.len()));
        let all: Vec<Vec<Target>> = all.collect::<Result<_, _>>()?;
        let tags: Vec<&str> = all.iter().flatten().map(|target| target.tag.as_str()).collect();
        let rules = Rules::read(inputs, &images, &tags)?;
        let proof = Proof::new(&inputs.evidence, &rules)?;
        let proof = rules.asks_for_proof().then_some(&proof);
        let mut known = Vec::new();
        for (image, targets) in images.iter().zip(all) {
            let asked = rules.asked(image, targets, &inputs.expect_current, self.commit())?;
            let facts = facts::gather(registries, &asked, &image.manifest, proof)?;
            let before = rules.asked_before(image)?;
            known.extend(before.into_iter().map(|asked| (asked, facts.clone())));
            known.push((asked, facts));
        }
        let source = |image: Image| Source { image: image.name, manifest: image.manifest };
        Ok(decide(&known, SystemTime::now().into())
            .map(|plan| (plan, images.into_iter().map(source).collect())))
    }

    /// The commit of a build of a git tag, unless something else is asked for.
    fn commit(&self) -> Option<&str> {
        let var = |name| self.runner.and_then(|runner| runner.var(name));
        let of_tag = var("GITHUB_REF_TYPE").filter(|kind| *kind == "tag");
        let own = of_tag.and_then(|_| var("GITHUB_SHA"));
        self.inputs.commit.as_deref().or(own).filter(|commit| *commit != "any")
    }

    /// The way back of each image's tag, by its last record.
    fn back(
        &self,
        registries: &Registries,
        images: &[Image],
        key: Option<&SigningKey>,
    ) -> Result<Result<Planned, Refused>, Problem> {
        let public = key.map(SigningKey::public);
        let (mut plan, mut refused) = (Plan::default(), Refused { reasons: Vec::new() });
        for image in images {
            let tag = image.tag.as_ref().ok_or_else(|| {
                Problem::user(format!("`{}` names no tag to go back", image.name))
                    .hint("name the image with its tag, such as `ghcr.io/me/os:stable`")
            })?;
            let record = recorded::last(registries, tag, image.manifest.digest, public.as_ref())?;
            let moved = record.moves.iter().map(|step| &step.target);
            match record.rollback(&facts::look_at(registries, moved)?) {
                Ok(back) => {
                    // What was there before need not have come there by a promotion.
                    for step in back.moves.iter().chain(&back.unchanged) {
                        recorded::last(registries, &step.target, step.to, public.as_ref())?;
                    }
                    plan.append(back);
                }
                Err(why) => refused.reasons.extend(why.reasons),
            }
        }
        if !refused.reasons.is_empty() {
            return Ok(Err(refused));
        }
        let steps = plan.moves.iter().chain(&plan.unchanged);
        let back: BTreeSet<(&String, Digest)> =
            steps.map(|step| (&step.target.image, step.to)).collect();
        let source = |(image, digest): (&String, Digest)| {
            let manifest = registries.get(image)?.manifest(&Version::Digest(digest))?;
            Ok(Source { image: image.clone(), manifest })
        };
        let sources = back.into_iter().map(source).collect::<Result<_, Problem>>()?;
        Ok(Ok((plan, sources)))
    }

    fn carry_out(
        &self,
        registries: &Registries,
        (plan, sources): Planned,
        key: Option<&SigningKey>,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<Done, Problem> {
        let digests = sources.iter().map(|source| source.manifest.digest).collect();
        if self.inputs.dry_run {
            return Ok(Done { plan, digests, records: Vec::new(), is_dry: true, aftermath: None });
        }
        let carrier = Carrier { registries, sources: &sources, interruption: &self.interruption };
        let is_fresh = !carrier.bring(&plan, say)? && plan.moves.len() == 1;
        let mut recorded = plan.clone();
        recorded.moves.extend(recorded::unrecorded(registries, &plan)?);
        let record = || {
            let record =
                Record::of(&recorded, &self.by(), SystemTime::now().into(), self.run_url());
            recorded::keep(registries, &record, &sources, key)
        };
        let records = carrier.carry_out(&plan, is_fresh, record, say)?;
        let look = || Aftermath::look(registries, &plan, self.inputs.policy.as_deref());
        let aftermath = self.runner.map(|_| look());
        Ok(Done { plan, digests, records, is_dry: false, aftermath })
    }

    fn by(&self) -> String {
        let actor = self.runner.and_then(|runner| runner.var("GITHUB_ACTOR"));
        match actor {
            Some(actor) => format!("@{actor}"),
            None => env::var("USER").unwrap_or_else(|_| "somebody".into()),
        }
    }

    fn run_url(&self) -> Option<String> {
        self.runner.and_then(Runner::run_url)
    }
}
