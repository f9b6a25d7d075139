//! What a promotion changed, for the page of its run: nothing of that can undo it, so what cannot be read is said.

use std::path::Path;

use gha::Summary;
use problem::Problem;
use promotion::{Move, Plan};
use registry::difference::Differences;

use crate::channels::{Channels, State, changed};
use crate::registries::Registries;

/// What there is to see afterwards.
pub(crate) struct Aftermath {
    changes: Vec<(Move, Result<Differences, Problem>)>,
    channels: Vec<Result<Channels, Problem>>,
}

impl Aftermath {
    /// Looks at what moved, and at the channels where there is a policy.
    pub(crate) fn look(registries: &Registries, plan: &Plan, policy: Option<&Path>) -> Aftermath {
        let mut changes: Vec<(Move, Result<Differences, Problem>)> = Vec::new();
        for step in &plan.moves {
            let Some(from) = step.from else { continue };
            let image = &step.target.image;
            let is_known = |(it, _): &(Move, _)| {
                (&it.target.image, it.from, it.to) == (image, step.from, step.to)
            };
            if !changes.iter().any(is_known) {
                changes.push((step.clone(), changed(registries, image, from, step.to)));
            }
        }
        let steps = plan.moves.iter().chain(&plan.unchanged);
        let mut images: Vec<&str> = steps.map(|step| step.target.image.as_str()).collect();
        images.dedup();
        let look = |path| images.iter().map(move |image| Channels::look(registries, image, path));
        Aftermath { changes, channels: policy.into_iter().flat_map(look).collect() }
    }

    pub(crate) fn show(&self, summary: &mut Summary) {
        let mut failed = Vec::new();
        for (step, found) in &self.changes {
            match found {
                Ok(found) => show_changes(step, found, summary),
                Err(why) => failed.push(format!("cannot say what changed: {why}")),
            }
        }
        for found in &self.channels {
            match found {
                Ok(found) => show_channels(found, summary),
                Err(why) => failed.push(format!("cannot look at the channels: {why}")),
            }
        }
        for why in failed {
            summary.paragraph(&format!("note: {why}"));
        }
    }
}

fn show_changes(step: &Move, found: &Differences, summary: &mut Summary) {
    let counted = found.counted();
    let what =
        if counted.is_empty() { "nothing that we can see".into() } else { counted.join("; ") };
    summary.paragraph(&format!("changed for {}: {what}", step.target));
    if !counted.is_empty() {
        let mut inner = Summary::new();
        inner.code("diff", &found.to_string());
        summary.details("What changed", &inner);
    }
}

fn show_channels(found: &Channels, summary: &mut Summary) {
    summary.heading(4, &format!("Channels of {}", found.image));
    let row = |state: &State| {
        let digest = state.digest.map(|digest| Summary::span(&digest.to_string()));
        let since = state.since.as_ref().map(|since| {
            let at = since.at.format("%Y-%m-%d %H:%M UTC");
            Summary::text(&format!("{at} by {}", since.by))
        });
        let waits = state.waits.as_ref().map(|waits| {
            let against = waits.against.iter().map(|it| it.why.as_str());
            let why: Vec<&str> = against.collect();
            let why = if why.is_empty() { "nothing is in its way".into() } else { why.join("; ") };
            Summary::text(&format!("{} of {}: {why}", waits.digest, waits.from))
        });
        let cells = [Some(Summary::span(&state.name)), digest, since, waits];
        cells.into_iter().map(Option::unwrap_or_default).collect()
    };
    let rows: Vec<Vec<String>> = found.channels.iter().map(row).collect();
    summary.table(&["channel", "has", "since", "waits"], &rows);
}
