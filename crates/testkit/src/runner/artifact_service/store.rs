//! What was sent to the service, and whether it was sent by the rules.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::message::Message;
use super::{JOB, RUN, SIGNATURE};

#[derive(Debug, Default)]
pub(super) struct Store {
    artifacts: Vec<Artifact>,
    pub(super) complaints: Vec<String>,
    pub(super) requests: usize,
}

#[derive(Debug, Default)]
struct Artifact {
    name: String,
    blocks: BTreeMap<String, Vec<u8>>,
    archive: Option<Vec<u8>>,
    finished: bool,
}

impl Store {
    pub(super) fn finished(&self, name: &str) -> Option<Vec<u8>> {
        self.artifacts.iter().find(|one| one.name == name && one.finished)?.archive.clone()
    }

    pub(super) fn complain(&mut self, status: u16, why: String) -> (u16, Value) {
        self.complaints.push(why.clone());
        (status, json!({"code": "invalid_argument", "msg": why}))
    }

    pub(super) fn call(&mut self, method: &str, message: &Message) -> (u16, Value) {
        if !message.header("authorization").is_some_and(|value| value.starts_with("Bearer e30.")) {
            return self.complain(401, "a call without the token".into());
        }
        if message.header("content-type") != Some("application/json") {
            return self.complain(415, "a call that is not JSON".into());
        }
        let body: Value = serde_json::from_slice(&message.body).unwrap_or_default();
        let ids = (&body["workflow_run_backend_id"], &body["workflow_job_run_backend_id"]);
        if ids != (&RUN.into(), &JOB.into()) {
            return self.complain(400, format!("a call for another job: {body}"));
        }
        match method {
            "CreateArtifact" => self.create(&body, &message.host),
            "FinalizeArtifact" => self.finalize(&body),
            _ => self.complain(404, format!("an unknown call `{method}`")),
        }
    }

    fn create(&mut self, body: &Value, host: &str) -> (u16, Value) {
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        if name.is_empty()
            || name.contains(['/', '\\', ':', '<', '>', '|', '*', '?', '"', '\n', '\r'])
        {
            return self.complain(400, format!("the name {name:?}"));
        }
        if body["version"] != 4 {
            return self.complain(400, format!("the version {}", body["version"]));
        }
        if self.artifacts.iter().any(|artifact| artifact.name == name) {
            return (409, json!({"code": "already_exists", "msg": "an artifact with this name"}));
        }
        let url = format!("http://{host}/blob/{}?{SIGNATURE}", self.artifacts.len());
        self.artifacts.push(Artifact { name, ..Artifact::default() });
        (200, json!({"ok": true, "signed_upload_url": url, "later_field": 1}))
    }

    pub(super) fn put(&mut self, path: &str, query: &str, message: &Message) -> (u16, Value) {
        if message.header("authorization").is_some() {
            return self.complain(400, "the job's token was shown to the store".into());
        }
        let Some(rest) = query.strip_prefix(SIGNATURE).and_then(|rest| rest.strip_prefix('&'))
        else {
            return self.complain(403, format!("the signed query became `{query}`"));
        };
        let number = path.strip_prefix("/blob/").and_then(|number| number.parse::<usize>().ok());
        let artifact = number.and_then(|number| self.artifacts.get_mut(number));
        let taken = match (artifact, rest.strip_prefix("comp=block&blockid=")) {
            (Some(artifact), Some(id)) => artifact.block(id, message),
            (Some(artifact), None) if rest == "comp=blocklist" => artifact.list(message),
            _ => Err(format!("a put to `{path}` with `{rest}`")),
        };
        taken.map_or_else(|why| self.complain(400, why), |()| (201, Value::Null))
    }

    fn finalize(&mut self, body: &Value) -> (u16, Value) {
        let at = self.artifacts.iter().position(|one| body["name"] == one.name.as_str());
        let archive = at.and_then(|at| self.artifacts[at].archive.as_deref());
        let (Some(at), Some(archive)) = (at, archive) else {
            return self.complain(404, format!("the end of no archive: {body}"));
        };
        let mut hash = String::from("sha256:");
        for byte in Sha256::digest(archive) {
            let _infallible = write!(hash, "{byte:02x}");
        }
        let size = archive.len().to_string();
        if body["size"] != size.as_str() || body["hash"] != hash.as_str() {
            return self.complain(400, format!("{body} for {size} bytes of {hash}"));
        }
        self.artifacts[at].finished = true;
        (200, json!({"ok": true, "artifact_id": (1000 + at).to_string()}))
    }
}

impl Artifact {
    fn block(&mut self, id: &str, message: &Message) -> Result<(), String> {
        if self.blocks.keys().any(|other| other.len() != id.len()) || id.contains(['%', '/', '+']) {
            return Err(format!("the block id `{id}`"));
        }
        self.blocks.insert(id.to_owned(), message.body.clone());
        Ok(())
    }

    fn list(&mut self, message: &Message) -> Result<(), String> {
        let list = String::from_utf8_lossy(&message.body).into_owned();
        let mut archive = Vec::new();
        for id in list.split("<Latest>").skip(1).filter_map(|rest| rest.split_once("</Latest>")) {
            let block = self.blocks.get(id.0);
            archive
                .extend(block.ok_or_else(|| format!("a list with the unknown block `{}`", id.0))?);
        }
        self.archive = Some(archive);
        Ok(())
    }
}
