//! The two calls of the artifact service.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Patience;
use super::blob::Sent;
use super::http::{Answer, Http, Request};
use super::token::{BackendIds, backend_ids};
use crate::{Error, Runner};

const SERVICE: &str = "twirp/github.actions.results.api.v1.ArtifactService";

/// The service of this job.
pub(super) struct Service {
    pub(super) http: Http,
    origin: String,
    authorization: String,
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

/// What Twirp answers when it refuses.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: String,
    msg: String,
}

impl Service {
    /// The service that the runner names: none where it names none.
    pub(super) fn find(runner: &Runner, patience: Patience) -> Result<Option<Service>, Error> {
        let (Some(token), Some(url)) =
            (runner.var("ACTIONS_RUNTIME_TOKEN"), runner.var("ACTIONS_RESULTS_URL"))
        else {
            return Ok(None);
        };
        let ids = backend_ids(token).ok_or_else(|| {
            Error::infrastructure("`ACTIONS_RUNTIME_TOKEN` has no scope `Actions.Results`")
        })?;
        let origin = origin(url).ok_or_else(|| {
            Error::infrastructure(format!("`ACTIONS_RESULTS_URL` is no address: `{url}`"))
        })?;
        let authorization = format!("Bearer {token}");
        Ok(Some(Service { http: Http::new(patience), origin, authorization, ids }))
    }

    /// Where to send the archive: nowhere on a server that has no such service.
    pub(super) fn create(&self, name: &str) -> Result<Option<String>, Error> {
        let BackendIds { run, job } = &self.ids;
        let create = Create {
            workflow_run_backend_id: run,
            workflow_job_run_backend_id: job,
            name,
            version: 4,
        };
        let created: Option<Created> = self.call("CreateArtifact", name, &create)?;
        match created {
            Some(created) if created.ok => Ok(Some(created.signed_upload_url)),
            Some(_) => {
                Err(Error::infrastructure(format!("the service refuses the artifact `{name}`")))
            }
            None => Ok(None),
        }
    }

    /// Says that the archive is complete, and gives the artifact's number.
    pub(super) fn finalize(&self, name: &str, sent: &Sent) -> Result<String, Error> {
        let BackendIds { run, job } = &self.ids;
        let finalize = Finalize {
            workflow_run_backend_id: run,
            workflow_job_run_backend_id: job,
            name,
            size: sent.size.to_string(),
            hash: &sent.digest,
        };
        let finalized: Option<Finalized> = self.call("FinalizeArtifact", name, &finalize)?;
        finalized.filter(|finalized| finalized.ok).and_then(|f| number(&f.artifact_id)).ok_or_else(
            || Error::infrastructure(format!("the service did not complete the artifact `{name}`")),
        )
    }

    /// `None` when the server knows no such call.
    fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        name: &str,
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let url = format!("{}/{SERVICE}/{method}", self.origin);
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::infrastructure(format!("cannot ask for `{method}`: {error}"))
        })?;
        let headers =
            [("content-type", "application/json"), ("authorization", self.authorization.as_str())];
        let request = Request { method: "POST", url: &url, headers: &headers, body: &body };
        let Answer { status, body } = self.http.send(&request)?;
        match status {
            200..300 => serde_json::from_str(&body).map(Some).map_err(|error| {
                Error::infrastructure(format!("the answer to `{method}` cannot be read: {error}"))
            }),
            404 => Ok(None),
            _ => Err(refused(method, name, status, &body)),
        }
    }
}

fn refused(method: &str, name: &str, status: u16, body: &str) -> Error {
    let Refusal { code, msg } = serde_json::from_str(body).unwrap_or_default();
    if status == 409 || code == "already_exists" {
        return Error::user(format!("this run already has an artifact `{name}`"))
            .hint("give each job of a matrix a name of its own");
    }
    let msg = crate::visible::one_line(&msg);
    Error::infrastructure(format!("`{method}` was refused with status {status}: {code} {msg}"))
}

/// The number, however it was spelt; anything else would end up in an address.
fn number(id: &serde_json::Value) -> Option<String> {
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

/// The service lives at the root of its host, whatever path the runner's address has.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    Some(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_address_is_dropped() {
        assert_eq!(origin("https://x.example/some/path/").as_deref(), Some("https://x.example"));
        assert_eq!(origin("http://127.0.0.1:80").as_deref(), Some("http://127.0.0.1:80"));
        assert_eq!(origin("https:///"), None);
    }

    #[test]
    fn an_id_is_a_number() {
        assert_eq!(number(&"12".into()).as_deref(), Some("12"));
        assert_eq!(number(&12.into()).as_deref(), Some("12"));
        assert_eq!(number(&"../x".into()), None);
        assert_eq!(number(&serde_json::Value::Null), None);
    }
}
