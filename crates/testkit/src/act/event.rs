//! What starts a workflow.

use serde_json::{Value, json};

/// What happened in a repository whose default branch is `main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// This branch was pushed.
    Branch(&'a str),
    /// This tag was pushed.
    Tag(&'a str),
    /// Somebody started the workflow by hand, with these inputs.
    ByHand(Value),
    /// It was time.
    Schedule,
    /// A change that is not merged; its files are those of the default branch.
    Change,
}

impl Event<'_> {
    /// What GitHub calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Event::Branch(_) | Event::Tag(_) => "push",
            Event::ByHand(_) => "workflow_dispatch",
            Event::Schedule => "schedule",
            Event::Change => "pull_request",
        }
    }

    /// What is checked out.
    pub(crate) fn reference(&self) -> String {
        match self {
            Event::Branch(branch) => format!("refs/heads/{branch}"),
            Event::Tag(tag) => format!("refs/tags/{tag}"),
            Event::ByHand(_) | Event::Schedule | Event::Change => "refs/heads/main".into(),
        }
    }

    /// What GitHub says of it, as far as act and our workflows look.
    pub(crate) fn payload(&self, commit: &str) -> String {
        let repository = json!({ "default_branch": "main", "full_name": "octo/kernel" });
        let mut payload = json!({ "ref": self.reference(), "repository": repository });
        match self {
            Event::ByHand(inputs) => payload["inputs"] = inputs.clone(),
            Event::Branch(_) | Event::Tag(_) => {
                payload["after"] = commit.into();
                payload["deleted"] = false.into();
            }
            Event::Change => payload["pull_request"] = json!({ "merged_at": null }),
            Event::Schedule => {}
        }
        payload.to_string()
    }
}
