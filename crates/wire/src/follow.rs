//! Getting something, wherever it has moved to.

use ureq::Body;
use ureq::http::Response;

use crate::address::{join, origin};
use crate::{Http, Request, Vain};

/// How often something may have moved.
const MOVES: usize = 10;

/// What is to be got.
#[derive(Clone, Copy, Debug)]
pub struct Get<'a> {
    /// HTTPS, or of this machine.
    pub url: &'a str,
    /// Names and values, for every server on the way.
    pub headers: &'a [(&'a str, &'a str)],
    /// The header that says who we are, such as `Bearer …`: for this server alone.
    pub authorization: Option<&'a str>,
}

impl Http {
    /// Gets something once, following up to ten redirects: only to HTTPS, and to this machine only from this machine.
    ///
    /// # Errors
    /// As [`Http::open`]; also a redirect that is not followed.
    pub fn get(&self, get: &Get<'_>) -> Result<Response<Body>, Vain> {
        let mut url = get.url.to_owned();
        for _ in 0..=MOVES {
            let ours = get.authorization.filter(|_| origin(&url) == origin(get.url));
            let mut headers = get.headers.to_vec();
            headers.extend(ours.map(|value| ("authorization", value)));
            let request = Request { method: "GET", url: &url, headers: &headers, body: &[] };
            let answer = self.open(&request)?;
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let location = answer.headers().get("location").and_then(|to| to.to_str().ok());
            let next = location.and_then(|location| join(&url, location));
            url = next.ok_or_else(|| Vain::for_good("it has moved, and nobody says where"))?;
            if self.is_local(&url).map_err(Vain::for_good)?
                && !self.is_local(get.url).unwrap_or(false)
            {
                return Err(Vain::for_good("a redirect leads to this machine"));
            }
        }
        Err(Vain::for_good(format!("it has moved more than {MOVES} times")))
    }
}
