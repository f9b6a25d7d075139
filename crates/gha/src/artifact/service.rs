//! The two calls of the artifact service.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use wire::{Answer, Http, Patience, Refusal, Signed, Twirp};

use super::blob::Sent;
use super::token::{BackendIds, backend_ids};
use problem::Problem;

use crate::Runner;

/// The service of this job.
pub(super) struct Service {
    pub(super) http: Http,
    twirp: Twirp,
    ids: BackendIds,
}

#[derive(Serialize)]
struct Create<'a> {
    workflow_run_backend_id: &'a str,
    workflow_job_run_backend_id: &'a str,
    name: &'a str,
    version: u32,
}

/// A proxy or stand-in may answer in either spelling.
#[derive(Deserialize)]
struct Created {
    #[serde(default)]
    ok: bool,
    #[serde(default, alias = "signedUploadUrl")]
    signed_upload_url: String,
}

/// Whole numbers of 64 bits travel as strings.
#[derive(Serialize)]
struct Finalize<'a> {
    workflow_run_backend_id: &'a str,
    workflow_job_run_backend_id: &'a str,
    name: &'a str,
    size: String,
    hash: &'a str,
}

#[derive(Deserialize)]
struct Finalized {
    #[serde(default)]
    ok: bool,
    #[serde(default, alias = "artifactId")]
    artifact_id: serde_json::Value,
}

/// Where an archive goes.
pub(super) enum Address {
    At(Signed),
    /// This run has an artifact of that name.
    Taken,
    /// The server has no such service.
    Nowhere,
}

impl Service {
    /// The service that the runner names: none where it names none.
    pub(super) fn find(runner: &Runner, patience: Patience) -> Result<Option<Service>, Problem> {
        let (Some(token), Some(url)) =
            (runner.var("ACTIONS_RUNTIME_TOKEN"), runner.var("ACTIONS_RESULTS_URL"))
        else {
            return Ok(None);
        };
        let ids = backend_ids(token).ok_or_else(|| {
            Problem::infrastructure("`ACTIONS_RUNTIME_TOKEN` has no scope `Actions.Results`")
        })?;
        let twirp = Twirp::new(url, "ArtifactService", token).ok_or_else(|| {
            Problem::infrastructure(format!("`ACTIONS_RESULTS_URL` is no address: `{url}`"))
        })?;
        Ok(Some(Service { http: Http::new(patience, 1), twirp, ids }))
    }

    /// Where to send the archive of this name.
    pub(super) fn create(&self, name: &str) -> Result<Address, Problem> {
        let BackendIds { run, job } = &self.ids;
        let create = Create {
            workflow_run_backend_id: run,
            workflow_job_run_backend_id: job,
            name,
            version: 4,
        };
        match self.call("CreateArtifact", &create)? {
            Answer::Yes(Created { ok: true, signed_upload_url }) => {
                Ok(Address::At(Signed(signed_upload_url)))
            }
            Answer::Yes(_) => {
                Err(Problem::infrastructure(format!("the service refuses the artifact `{name}`")))
            }
            Answer::No { status: 404, .. } => Ok(Address::Nowhere),
            Answer::No { status, refusal } if status == 409 || refusal.code == "already_exists" => {
                Ok(Address::Taken)
            }
            Answer::No { status, refusal } => Err(refused("CreateArtifact", status, &refusal)),
        }
    }

    /// Says that the archive is complete, and gives the artifact's number.
    pub(super) fn finalize(&self, name: &str, sent: &Sent) -> Result<String, Problem> {
        let BackendIds { run, job } = &self.ids;
        let finalize = Finalize {
            workflow_run_backend_id: run,
            workflow_job_run_backend_id: job,
            name,
            size: sent.size.to_string(),
            hash: &sent.digest,
        };
        let id = match self.call("FinalizeArtifact", &finalize)? {
            Answer::Yes(Finalized { ok: true, artifact_id }) => number(&artifact_id),
            Answer::Yes(_) => None,
            Answer::No { status, refusal } => {
                return Err(refused("FinalizeArtifact", status, &refusal));
            }
        };
        id.ok_or_else(|| {
            let message = format!("the service did not complete the artifact `{name}`");
            Problem::infrastructure(message)
        })
    }

    fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Problem> {
        self.twirp.call(&self.http, method, body).map_err(Problem::infrastructure)
    }
}

fn refused(method: &str, status: u16, Refusal { code, msg }: &Refusal) -> Problem {
    let msg = crate::visible::one_line(msg);
    Problem::infrastructure(format!("`{method}` was refused with status {status}: {code} {msg}"))
}

/// The number, however it was spelt; anything else would end up in an address.
fn number(id: &serde_json::Value) -> Option<String> {
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number() {
        assert_eq!(number(&"12".into()).as_deref(), Some("12"));
        assert_eq!(number(&12.into()).as_deref(), Some("12"));
        assert_eq!(number(&"../x".into()), None);
        assert_eq!(number(&serde_json::Value::Null), None);
    }
}
