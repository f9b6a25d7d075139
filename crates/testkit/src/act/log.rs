//! What act wrote of a run: one JSON object a line.

use std::fmt;

use serde_json::Value;

/// A run of a workflow.
pub struct Run {
    /// Whether act says that all went well.
    pub succeeded: bool,
    entries: Vec<Value>,
    complaints: String,
}

/// What became of one stage of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRun {
    /// The job as act calls it, with its file: `boot.yml/boot`.
    pub job: String,
    /// Its name, or what it uses.
    pub step: String,
    /// `Pre`, `Main` or `Post`.
    pub stage: String,
    /// `success`, `failure` or `skipped`.
    pub result: String,
}

/// An annotation that a step asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// `error`, `warning` or `notice`.
    pub level: String,
    /// Empty without one.
    pub title: String,
    /// What it says, unescaped.
    pub text: String,
    /// The file that it points at; empty without one.
    pub file: String,
    /// The line there, as it was written; empty without one.
    pub line: String,
}

impl Run {
    pub(crate) fn read(succeeded: bool, log: &str, complaints: &str) -> Run {
        let entries = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Run { succeeded, entries, complaints: complaints.to_owned() }
    }

    /// The stages of steps that were run, in the order of their ends.
    pub fn steps(&self) -> Vec<StepRun> {
        let ended = self.entries.iter().filter(|entry| entry["stage"].is_string());
        ended.filter_map(step_run).collect()
    }

    /// What became of the steps whose names contain `step`: one for each job of a matrix that has one.
    pub fn results(&self, step: &str, stage: &str) -> Vec<String> {
        let steps = self.steps().into_iter();
        let steps = steps.filter(|run| run.step.contains(step) && run.stage == stage);
        steps.map(|run| run.result).collect()
    }

    /// What became of the jobs, by their names, in the order of their ends.
    pub fn jobs(&self) -> Vec<(String, String)> {
        let result =
            |entry: &Value| Some((text(entry, "job"), entry["jobResult"].as_str()?.to_owned()));
        self.entries.iter().filter_map(result).collect()
    }

    /// The annotations that steps asked for.
    pub fn annotations(&self) -> Vec<Annotation> {
        let levels = ["error", "warning", "notice"];
        let commands = self.entries.iter().filter(|entry| levels.contains(&command(entry)));
        commands.map(annotation).collect()
    }

    /// The summaries that steps wrote.
    pub fn summary(&self) -> String {
        let parts = self.entries.iter().filter(|entry| command(entry) == "summary");
        parts.map(|entry| text(entry, "content")).collect()
    }

    /// The outputs that steps set, by their names.
    pub fn outputs(&self, name: &str) -> Vec<String> {
        let set = self.entries.iter().filter(|entry| command(entry) == "set-output");
        set.filter(|entry| entry["name"] == name).map(|entry| text(entry, "arg")).collect()
    }

    /// What the steps printed that was no command.
    pub fn text(&self) -> String {
        let printed = self.entries.iter().filter(|entry| entry["raw_output"] == true);
        printed.map(|entry| text(entry, "msg")).collect()
    }
}

/// For a failed test: everything that was said.
impl fmt::Debug for Run {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "succeeded: {}", self.succeeded)?;
        for entry in &self.entries {
            writeln!(out, "{} | {}", text(entry, "job"), text(entry, "msg").trim_end())?;
        }
        write!(out, "{}", self.complaints)
    }
}

fn step_run(entry: &Value) -> Option<StepRun> {
    let result = entry["stepResult"].as_str()?.to_owned();
    let [job, step, stage] = ["job", "step", "stage"].map(|key| text(entry, key));
    Some(StepRun { job, step, stage, result })
}

fn annotation(entry: &Value) -> Annotation {
    let property = |name| text(&entry["kvPairs"], name);
    let (level, said) = (command(entry).to_owned(), text(entry, "arg"));
    let [title, file, line] = ["title", "file", "line"].map(property);
    Annotation { level, title, text: said, file, line }
}

fn command(entry: &Value) -> &str {
    entry["command"].as_str().unwrap_or_default()
}

fn text(entry: &Value, key: &str) -> String {
    entry[key].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r##"{"job":"a.yml/boot","msg":"fake: run\n","raw_output":true,"stage":"Main","step":"uses"}
{"arg":"oh\nno","command":"error","job":"a.yml/boot","kvPairs":{"file":"a.c","line":"7","title":"bad"},"stage":"Main","step":"uses"}
{"executionTime":1,"job":"a.yml/boot","stage":"Main","step":"uses","stepResult":"failure"}
{"arg":"passed","command":"set-output","name":"verdict","stage":"Main","step":"uses"}
{"command":"summary","content":"# sum\n","stage":"Main","step":"uses"}
{"job":"a.yml/boot","step":"Complete job","stepResult":"success"}
{"job":"a.yml/boot","jobResult":"failure","msg":"Job failed"}
Error: Job 'boot' failed
"##;

    #[test]
    fn a_log_is_read_into_what_happened() {
        let run = Run::read(false, LOG, "");
        assert_eq!(run.results("uses", "Main"), ["failure"]);
        assert_eq!(run.steps().len(), 1);
        assert_eq!(run.jobs(), [("a.yml/boot".to_owned(), "failure".to_owned())]);
        assert_eq!(run.outputs("verdict"), ["passed"]);
        assert_eq!(run.summary(), "# sum\n");
        assert_eq!(run.text(), "fake: run\n");
        let [annotation] = &run.annotations()[..] else { panic!("{run:?}") };
        assert_eq!((annotation.title.as_str(), annotation.text.as_str()), ("bad", "oh\nno"));
        assert_eq!((annotation.file.as_str(), annotation.line.as_str()), ("a.c", "7"));
    }
}
