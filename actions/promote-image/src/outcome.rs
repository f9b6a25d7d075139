//! What came of it, for people, programs and GitHub.

use fetch::Digest;
use gha::{Outputs, Runner, Summary};
use problem::Problem;
use promotion::{Move, Plan, Refused};
use serde_json::{Value, json};

use crate::OUTPUTS;
use crate::aftermath::Aftermath;

/// What came of a promotion.
pub(crate) enum Outcome {
    /// The plan was carried out, or would be.
    Planned(Done),
    /// Nothing moved.
    Refused(Refused),
}

/// A plan, and what became of it.
pub(crate) struct Done {
    pub(crate) plan: Plan,
    /// The images in the order in which they were named.
    pub(crate) digests: Vec<Digest>,
    pub(crate) records: Vec<Digest>,
    pub(crate) is_dry: bool,
    /// On a runner, for its summary.
    pub(crate) aftermath: Option<Aftermath>,
}

impl Outcome {
    /// Prints it, tells GitHub, and gives the exit code.
    pub(crate) fn report(&self, json: bool, runner: Option<&Runner>) -> Result<u8, Problem> {
        gha::print(&if json { format!("{:#}", self.as_json()) } else { self.as_text() });
        if let Some(runner) = runner {
            self.summary().write(runner)?;
            if let Outcome::Planned(done) = self {
                done.set(&Outputs::new(runner, &OUTPUTS))?;
            }
        }
        let Outcome::Refused(refused) = self else { return Ok(0) };
        for refusal in &refused.reasons {
            let problem = Problem::user(refusal.to_string()).hint(refusal.reason.hint());
            gha::tell(&problem, runner, None);
        }
        Ok(1)
    }

    fn as_json(&self) -> Value {
        match self {
            Outcome::Planned(done) => json!({
                "outcome": done.word(),
                "plan": done.plan,
                "digests": strings(&done.digests),
                "records": strings(&done.records),
            }),
            Outcome::Refused(refused) => {
                let reasons = refused.reasons.iter().map(ToString::to_string);
                json!({ "outcome": "refused", "reasons": reasons.collect::<Vec<_>>() })
            }
        }
    }

    fn as_text(&self) -> String {
        let Outcome::Planned(done) = self else { return "refused: nothing has moved\n".into() };
        let mut text = format!("{}\n", done.word());
        for (step, is_new) in done.steps() {
            let before = if is_new { was(step) } else { "unchanged".into() };
            text += &format!("  {} {} (before: {before})\n", step.target, step.to);
        }
        for line in done.grounds() {
            text += &format!("  {line}\n");
        }
        text
    }

    fn summary(&self) -> Summary {
        let mut summary = Summary::new();
        match self {
            Outcome::Planned(done) => {
                summary.heading(3, &format!("Promotion: {}", done.word()));
                summary.table(&["tag", "digest", "before"], &done.rows());
                for line in done.grounds() {
                    summary.paragraph(&line);
                }
                done.aftermath.iter().for_each(|it| it.show(&mut summary));
            }
            Outcome::Refused(refused) => {
                summary.heading(3, "Promotion: refused, nothing has moved");
                let row = |refusal: &promotion::Refusal| {
                    vec![Summary::text(&refusal.to_string()), Summary::text(&refusal.reason.hint())]
                };
                let rows: Vec<_> = refused.reasons.iter().map(row).collect();
                summary.table(&["why", "next"], &rows);
            }
        }
        summary
    }
}

impl Done {
    fn word(&self) -> &'static str {
        match (self.plan.moves.is_empty(), self.is_dry) {
            (true, _) => "nothing to move",
            (false, true) => "planned, nothing has moved",
            (false, false) => "promoted",
        }
    }

    /// All tags, and whether they move.
    fn steps(&self) -> impl Iterator<Item = (&Move, bool)> {
        let unchanged = self.plan.unchanged.iter().map(|step| (step, false));
        self.plan.moves.iter().map(|step| (step, true)).chain(unchanged)
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |(step, is_new): (&Move, bool)| {
            let before = if is_new { was(step) } else { "unchanged".into() };
            let code = |text: &dyn ToString| Summary::span(&text.to_string());
            vec![code(&step.target), code(&step.to), code(&before)]
        };
        self.steps().map(row).collect()
    }

    /// On what it rests, and what a reader has to know.
    fn grounds(&self) -> Vec<String> {
        let proof = self.plan.proof.iter().map(|used| {
            let by = used.signed_by.as_deref().unwrap_or("nobody");
            format!("proof: {} passed, signed by {by}, {}", used.result, used.digest)
        });
        let waived = self.plan.waived.iter().map(|it| {
            let waiver = &it.waiver;
            let (result, by, why, until) = (&waiver.result, &waiver.by, &waiver.why, &waiver.until);
            format!("waived: {result}, by {by} until {until}, because {why}")
        });
        let notes = self.plan.notes.iter().map(|note| format!("note: {note}"));
        let records = self.records.iter().map(|record| format!("record: {record}"));
        proof.chain(waived).chain(notes).chain(records).collect()
    }

    fn set(&self, outputs: &Outputs<'_>) -> Result<(), Problem> {
        let before = |digest: &Digest| {
            let of_it = self.steps().map(|(step, _)| step).filter(|step| step.to == *digest);
            let before = of_it.filter_map(|step| step.from).next();
            before.map(|before| before.to_string()).unwrap_or_default()
        };
        let before: Vec<String> = self.digests.iter().map(before).collect();
        let changed = !self.plan.moves.is_empty() && !self.is_dry;
        outputs.set("digest", &strings(&self.digests).join("\n"))?;
        outputs.set("previous-digest", &before.join("\n"))?;
        outputs.set("record-digest", &strings(&self.records).join("\n"))?;
        outputs.set("changed", &changed.to_string())
    }
}

fn was(step: &Move) -> String {
    step.from.map_or("new".into(), |from| from.to_string())
}

fn strings(digests: &[Digest]) -> Vec<String> {
    digests.iter().map(ToString::to_string).collect()
}
