//! The three calls of the cache service: Twirp with JSON.

use serde::{Deserialize, Serialize};
use wire::{Answer, Http, Refusal, Signed, Twirp};

use super::Service;
use crate::key::Keys;
use crate::printable;

/// What the service did about a new entry.
pub(super) enum Created {
    /// To be sent there.
    At(Signed),
    /// Another one has the key, or is about to.
    Exists,
}

type Call = Answer<Told>;

/// The job's own end of the service.
pub(super) struct Calls<'a> {
    http: &'a Http,
    twirp: Twirp,
}

#[derive(Serialize)]
struct Create<'a> {
    key: &'a str,
    version: &'a str,
}

/// Whole numbers of 64 bits travel as strings.
#[derive(Serialize)]
struct Finalize<'a> {
    key: &'a str,
    size_bytes: String,
    version: &'a str,
}

#[derive(Serialize)]
struct Find<'a> {
    key: &'a str,
    restore_keys: &'a [String],
    version: &'a str,
}

/// All answers at once: each call fills its own part. A proxy or stand-in may use either spelling.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    ok: bool,
    #[serde(alias = "signedUploadUrl")]
    signed_upload_url: String,
    #[serde(alias = "signedDownloadUrl")]
    signed_download_url: String,
    #[serde(alias = "matchedKey")]
    matched_key: String,
    message: String,
}

impl<'a> Calls<'a> {
    pub(super) fn new(service: &Service, http: &'a Http) -> Result<Calls<'a>, String> {
        let twirp = Twirp::new(&service.results_url, "CacheService", &service.token);
        Ok(Calls { http, twirp: twirp.ok_or("its address is none")? })
    }

    /// Reserves the key.
    pub(super) fn create(&self, key: &str, version: &str) -> Result<Created, String> {
        match self.call("CreateCacheEntry", &Create { key, version })? {
            Call::Yes(answer) if answer.ok => Ok(Created::At(Signed(answer.signed_upload_url))),
            Call::Yes(Told { message, .. }) if is_denied(&message) => Err(message),
            Call::No { status: 409, .. } | Call::Yes(_) => Ok(Created::Exists),
            Call::No { refusal, .. } if refusal.code == "already_exists" => Ok(Created::Exists),
            Call::No { status, refusal } => Err(refused(status, &refusal)),
        }
    }

    /// Says that the entry is whole.
    pub(super) fn finalize(&self, key: &str, version: &str, size: u64) -> Result<(), String> {
        let finalize = Finalize { key, size_bytes: size.to_string(), version };
        match self.call("FinalizeCacheEntryUpload", &finalize)? {
            Call::Yes(answer) if answer.ok => Ok(()),
            Call::Yes(answer) => Err(format!("it was not completed: {}", answer.message)),
            Call::No { status, refusal } => Err(refused(status, &refusal)),
        }
    }

    /// Where the best entry is, and its key.
    pub(super) fn find(
        &self,
        keys: Keys<'_>,
        version: &str,
    ) -> Result<Option<(String, Signed)>, String> {
        let find = Find { key: keys.key, restore_keys: keys.restore, version };
        match self.call("GetCacheEntryDownloadURL", &find)? {
            Call::Yes(answer) if answer.ok && !keys.match_key(&answer.matched_key) => {
                Err(format!("it offers the entry `{}`", answer.matched_key))
            }
            Call::Yes(answer) if answer.ok => {
                Ok(Some((answer.matched_key, Signed(answer.signed_download_url))))
            }
            Call::Yes(_) => Ok(None),
            Call::No { status, refusal } => Err(refused(status, &refusal)),
        }
    }

    fn call(&self, method: &str, body: &impl Serialize) -> Result<Call, String> {
        self.twirp.call(self.http, method, body)
    }
}

/// Whether a policy of the repository's forbids it.
fn is_denied(message: &str) -> bool {
    message.contains("cache write denied:") || message.contains("cache read denied:")
}

fn refused(status: u16, refusal: &Refusal) -> String {
    match is_denied(&refusal.msg) {
        true => printable(&refusal.msg),
        false => printable(&format!("it answered {status} {}: {}", refusal.code, refusal.msg)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_in_either_spelling_with_fields_to_come() {
        for text in [
            r#"{"ok":true,"signed_download_url":"u","matched_key":"k","later":[1]}"#,
            r#"{"ok":true,"signedDownloadUrl":"u","matchedKey":"k"}"#,
        ] {
            let answer: Told = serde_json::from_str(text).unwrap();
            assert!(answer.ok && answer.signed_download_url == "u" && answer.matched_key == "k");
        }
    }
}
