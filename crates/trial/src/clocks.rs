//! The limits of one run, as they hold for its accelerator.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use spec::{Action, Limit, Spec, System};
use verdict::Stage;

use crate::Accelerator;

/// A limit that was made longer because QEMU translates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Scaled {
    /// `total`, `silence`, the step's number, or the stage's name.
    pub limit: String,
    /// What it became, in milliseconds.
    pub to_ms: u64,
}

/// The limits of one run.
#[derive(Clone, Debug)]
pub(crate) struct Clocks {
    pub(crate) total: Duration,
    pub(crate) silence: Option<Duration>,
    pub(crate) drain: Duration,
    steps: Vec<Option<Duration>>,
    budgets: Vec<Option<Duration>>,
    stages: BTreeMap<Stage, Duration>,
    pub(crate) scaled: Vec<Scaled>,
}

impl Clocks {
    pub(crate) fn new(spec: &Spec, accelerator: Option<Accelerator>) -> Clocks {
        let tcg = accelerator == Some(Accelerator::Tcg);
        let mut scaled = Vec::new();
        let mut take = |name: String, limit: &Limit| {
            let (time, longer) = limit.under(tcg);
            if longer {
                scaled.push(Scaled { limit: name, to_ms: millis(time) });
            }
            time
        };
        let total = take("total".into(), &spec.limits.total);
        let silence = spec.limits.silence.as_ref().map(|limit| take("silence".into(), limit));
        let within = spec.steps.iter().enumerate();
        let steps = within
            .map(|(index, step)| Some(take(format!("step {}", index + 1), step.within.as_ref()?)));
        let steps = steps.collect();
        let budgets = spec.steps.iter().enumerate().map(|(index, step)| match &step.action {
            Action::Ask(System::BootTime(limit)) => {
                Some(take(format!("boot-time of step {}", index + 1), limit))
            }
            _ => None,
        });
        let budgets = budgets.collect();
        let stages = spec.limits.stages.iter();
        let stages =
            stages.map(|(&stage, limit)| (stage, take(format!("stage {stage}"), limit))).collect();
        Clocks { total, silence, drain: spec.limits.drain, steps, budgets, stages, scaled }
    }

    /// How long the guest may stay in a stage.
    pub(crate) fn stage(&self, stage: Stage) -> Option<Duration> {
        self.stages.get(&stage).copied()
    }

    /// How long the boot may have taken, by a step counted from 0.
    pub(crate) fn budget(&self, index: usize) -> Option<Duration> {
        self.budgets.get(index).copied().flatten()
    }

    /// How long a step may take, counted from 0.
    pub(crate) fn step(&self, index: usize) -> Option<Duration> {
        self.steps.get(index).copied().flatten()
    }
}

/// Whole milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
