//! What came of it, for people, programs and GitHub.

use std::path::PathBuf;

use evidence::Pinned;
use fetch::Digest;
use gha::{Outputs, Runner, Summary};
use problem::Problem;
use serde_json::{Value, json};

use crate::OUTPUTS;
use crate::gate::Answer;

/// A gate that answered.
pub(crate) struct Outcome {
    pub(crate) gate: String,
    pub(crate) image: Pinned,
    pub(crate) answer: Answer,
    /// What holds the answer in the registry.
    pub(crate) holder: Digest,
    pub(crate) evidence: PathBuf,
    pub(crate) is_signed: bool,
}

impl Outcome {
    /// Prints it, tells GitHub, and gives the exit code.
    pub(crate) fn report(&self, json: bool, runner: Option<&Runner>) -> Result<u8, Problem> {
        let text = match json {
            true => format!("{:#}", self.as_json()),
            false => self.as_text(),
        };
        gha::print(&text);
        if let Some(runner) = runner {
            self.summary().write(runner)?;
            let outputs = Outputs::new(runner, &OUTPUTS);
            outputs.set("answer", self.word())?;
            outputs.set("attestation-digest", &self.holder.to_string())?;
            outputs.set("evidence-path", &self.evidence.display().to_string())?;
        }
        if self.answer.is_yes {
            return Ok(0);
        }
        let why = format!("the gate `{}` is closed: {}", self.gate, self.answer.because);
        gha::tell(&Problem::user(why), runner, None);
        Ok(1)
    }

    fn word(&self) -> &'static str {
        if self.answer.is_yes { "yes" } else { "no" }
    }

    fn named(&self) -> String {
        format!("{}@{}", self.image.image, self.image.digest())
    }

    fn as_json(&self) -> Value {
        json!({
            "gate": self.gate,
            "image": self.named(),
            "answer": self.word(),
            "because": self.answer.because,
            "attestation": self.holder.to_string(),
            "signed": self.is_signed,
            "evidence": self.evidence.display().to_string(),
        })
    }

    /// The words of those who were asked are shown without control characters.
    fn facts(&self) -> [(&'static str, String); 4] {
        let how = if self.is_signed { "signed" } else { "without a signature" };
        [
            ("because", self.answer.because.escape_debug().to_string()),
            ("image", self.named()),
            ("attached", format!("{} {how}", self.holder)),
            ("evidence", self.evidence.display().to_string()),
        ]
    }

    fn as_text(&self) -> String {
        let head = format!("the gate {} says {}\n", self.gate, self.word());
        self.facts().iter().fold(head, |text, (name, value)| text + &format!("  {name}: {value}\n"))
    }

    fn summary(&self) -> Summary {
        let mut summary = Summary::new();
        summary.heading(3, &format!("Gate {}: {}", self.gate, self.word()));
        let row = |(name, value): &(&str, String)| vec![Summary::text(name), Summary::span(value)];
        summary.table(&["", ""], &self.facts().iter().map(row).collect::<Vec<_>>());
        summary
    }
}
