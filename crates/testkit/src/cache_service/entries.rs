//! The calls: what the service knows of entries.

use serde_json::{Value, json};

use super::{Fault, Shared, TOKEN, locked};
use crate::exchange::Head;

const SERVICE: &str = "/twirp/github.actions.results.api.v1.CacheService/";

#[derive(Debug)]
pub(super) struct Entries {
    /// Oldest first; the place is the blob's name.
    entries: Vec<Entry>,
    /// Where blobs are, and the query that opens them.
    store: (String, String),
}

#[derive(Debug)]
struct Entry {
    key: String,
    version: String,
    finished: bool,
}

impl Entries {
    pub(super) fn new(store: (String, String)) -> Entries {
        Entries { entries: Vec::new(), store }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.entries.iter().filter(|one| one.finished).map(|one| one.key.clone()).collect()
    }

    fn url(&self, blob: usize) -> String {
        format!("{}/{blob}?{}", self.store.0, self.store.1)
    }

    fn create(&mut self, key: &str, version: &str) -> (u16, Value) {
        if self.entries.iter().any(|one| one.key == key && one.version == version) {
            return (409, json!({"code": "already_exists", "msg": "cache entry already exists"}));
        }
        self.entries.push(Entry { key: key.into(), version: version.into(), finished: false });
        let url = self.url(self.entries.len() - 1);
        (200, json!({"ok": true, "signed_upload_url": url, "later_field": 1}))
    }

    /// The number of the entry that is being made.
    fn open(&self, key: &str, version: &str) -> Option<usize> {
        let open = |one: &Entry| one.key == key && one.version == version && !one.finished;
        self.entries.iter().position(open)
    }

    fn find(&self, keys: &[&str], version: &str) -> (u16, Value) {
        let of_version = |(_, one): &(usize, &Entry)| one.finished && one.version == version;
        let exact = |(_, one): &(usize, &Entry)| keys.first() == Some(&one.key.as_str());
        let all = || self.entries.iter().enumerate().rev().filter(of_version);
        let newest = |key: &&str| all().find(|(_, one)| one.key.starts_with(key));
        match all().find(exact).or_else(|| keys.iter().find_map(newest)) {
            // In the other spelling that clients must take.
            Some((blob, one)) => (
                200,
                json!({"ok": true, "signedDownloadUrl": self.url(blob), "matchedKey": one.key}),
            ),
            None => (200, json!({"ok": false})),
        }
    }
}

impl Shared {
    pub(super) fn call(&self, head: &Head, body: &[u8], fault: Option<Fault>) -> (u16, Value) {
        if head.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return self.complain(401, "a call without the token".into());
        }
        if !head.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            return self.complain(415, "a call that is not JSON".into());
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let (key, version) = (text(&body["key"]), text(&body["version"]));
        let is_hash = version.len() == 64 && version.bytes().all(|b| b.is_ascii_hexdigit());
        if key.is_empty() || key.contains(',') || key.chars().count() > 512 || !is_hash {
            return self.complain(400, format!("a call with {body}"));
        }
        let mut entries = locked(&self.entries);
        match (head.target.strip_prefix(SERVICE), fault) {
            (Some("CreateCacheEntry"), Some(Fault::WriteDenied)) => {
                (200, json!({"ok": false, "message": "cache write denied: by policy"}))
            }
            (Some("CreateCacheEntry"), _) => entries.create(key, version),
            (Some("FinalizeCacheEntryUpload"), _) => {
                let open = entries.open(key, version);
                let ended = self.end(&body, open, &entries.store.1);
                if let (200, Some(at)) = (ended.0, open) {
                    entries.entries[at].finished = true;
                }
                ended
            }
            (Some("GetCacheEntryDownloadURL"), Some(Fault::ReadDenied)) => {
                (403, json!({"code": "permission_denied", "msg": "cache read denied: by policy"}))
            }
            (Some("GetCacheEntryDownloadURL"), _) => {
                let restore = body["restore_keys"].as_array().into_iter().flatten().map(text);
                entries.find(&[key].into_iter().chain(restore).collect::<Vec<_>>(), version)
            }
            _ => self.complain(404, format!("an unknown call to `{}`", head.target)),
        }
    }

    fn end(&self, body: &Value, open: Option<usize>, signature: &str) -> (u16, Value) {
        let Some(at) = open else {
            return self.complain(404, format!("the end of no entry: {body}"));
        };
        let size = text(&body["size_bytes"]).parse().ok();
        // A store elsewhere is not ours to look into.
        let ours = signature == super::SIGNATURE;
        if size.is_none() || ours && self.blobs.size(at) != size {
            let is = self.blobs.size(at);
            return self.complain(400, format!("{body} for a blob of {is:?} bytes"));
        }
        (200, json!({"ok": true, "entry_id": (1000 + at).to_string()}))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
