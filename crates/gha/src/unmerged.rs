//! Whether a run is for a change that nobody has merged: its files, a policy too, may be that change's own.

use problem::Problem;

use crate::Runner;

impl Runner {
    /// The name of the event of this run, if it is about a change that is not merged. What cannot be told counts as not merged.
    ///
    /// # Errors
    /// The event cannot be read.
    pub fn unmerged(&self) -> Result<Option<&str>, Problem> {
        let name = self.var("GITHUB_EVENT_NAME").unwrap_or_default();
        let is_unmerged = match name {
            "workflow_run" => {
                let of = &self.event()?["workflow_run"]["event"];
                of.as_str().is_none_or(is_about_change) || self.foreign()?.is_some()
            }
            "issue_comment" => {
                let event = self.event()?;
                let change = event["issue"].get("pull_request");
                change.is_some_and(|change| !change["merged_at"].is_string())
            }
            "merge_group" => true,
            name if is_about_change(name) => {
                !self.event()?["pull_request"]["merged_at"].is_string()
            }
            _ => false,
        };
        Ok(is_unmerged.then_some(name))
    }
}

/// By the event's name: also those about what somebody says of a change.
fn is_about_change(event: &str) -> bool {
    event.starts_with("pull_request") || event == "merge_group"
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn is_unmerged(name: &str, event: &str) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), event).unwrap();
        let path = file.path().to_str().unwrap();
        let vars = [
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", path),
            ("GITHUB_REPOSITORY", "o/r"),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let unmerged = Runner { vars: HashMap::from(vars) }.unmerged().unwrap().map(str::to_owned);
        assert!(unmerged.as_deref().is_none_or(|it| it == name));
        unmerged.is_some()
    }

    #[test]
    fn a_change_counts_as_merged_only_where_its_event_says_when() {
        let merged = "{\"merged_at\":\"2026-01-31T12:00:00Z\"}";
        let pull = |change: &str| format!("{{\"pull_request\":{change}}}");
        for name in ["pull_request", "pull_request_target", "pull_request_review"] {
            assert!(is_unmerged(name, &pull("{\"merged_at\":null}")) && is_unmerged(name, "{}"));
            assert!(!is_unmerged(name, &pull(merged)));
        }
        let comment = |issue: &str| is_unmerged("issue_comment", &format!("{{\"issue\":{issue}}}"));
        assert!(comment(&pull("{}")) && !comment(&pull(merged)) && !comment("{}"));
        let run = |event: &str, of: &str| {
            let head = format!("\"head_repository\":{{\"full_name\":\"{of}\"}}");
            let run = format!("{{\"workflow_run\":{{\"event\":\"{event}\",{head}}}}}");
            is_unmerged("workflow_run", &run)
        };
        assert!(run("pull_request", "o/r") && run("push", "evil/r") && run("merge_group", "o/r"));
        assert!(!run("push", "o/r") && is_unmerged("workflow_run", "{}"));
        assert!(is_unmerged("merge_group", "{}"));
        for name in ["push", "schedule", "workflow_dispatch", "release"] {
            assert!(!is_unmerged(name, "{}"), "{name}");
        }
    }
}
