//! Calls of GitHub's services for jobs: Twirp with JSON.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::Body;
use ureq::http::Response;

use crate::address::origin;
use crate::{Http, Request, Vain};

/// No service of GitHub's answers with more than this, in bytes.
const LARGEST_ANSWER: u64 = 1 << 20;

/// One service, as one job speaks to it.
pub struct Twirp {
    service: String,
    authorization: String,
}

/// What came back.
#[derive(Debug)]
pub enum Answer<T> {
    /// What was asked for.
    Yes(T),
    /// A status that is none of success, and why.
    No {
        /// Of HTTP.
        status: u16,
        /// What the service says.
        refusal: Refusal,
    },
}

/// What Twirp answers when it refuses: words of the service's, of any length and with any characters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Refusal {
    /// Such as `already_exists`.
    pub code: String,
    /// For people.
    pub msg: String,
}

impl Twirp {
    /// The service of this name, such as `CacheService`, on the host of the address: whatever path that has is dropped. None
    /// if it is no address.
    pub fn new(results_url: &str, service: &str, token: &str) -> Option<Twirp> {
        let origin = origin(results_url)?;
        Some(Twirp {
            service: format!("{origin}/twirp/github.actions.results.api.v1.{service}"),
            authorization: format!("Bearer {token}"),
        })
    }

    /// Calls a method. An answer that cannot be read, such as a proxy's page of error, is as good as none, and asked for
    /// again.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub fn call<T: DeserializeOwned>(
        &self,
        http: &Http,
        method: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, String> {
        let url = format!("{}/{method}", self.service);
        let body = serde_json::to_vec(body).map_err(|error| error.to_string())?;
        let headers =
            [("content-type", "application/json"), ("authorization", self.authorization.as_str())];
        http.send(&Request { method: "POST", url: &url, headers: &headers, body: &body }, read)
    }
}

fn read<T: DeserializeOwned>(mut answer: Response<Body>) -> Result<Answer<T>, Vain> {
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string()?;
    if !status.is_success() {
        let refusal = serde_json::from_str(&body).unwrap_or_default();
        return Ok(Answer::No { status: status.as_u16(), refusal });
    }
    serde_json::from_str(&body)
        .map(Answer::Yes)
        .map_err(|error| Vain::new(format!("the answer cannot be read: {error}")))
}
