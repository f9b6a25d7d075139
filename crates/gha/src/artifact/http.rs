//! Requests over HTTPS, or over HTTP to this machine alone, with patience.

use std::net::IpAddr;
use std::thread::sleep;
use std::time::Duration;

use ureq::http::{Response, Uri};
use ureq::{Agent, Body, Proxy};

use super::Patience;
use crate::{Error, random};

/// No service of GitHub's answers with more than this, in bytes.
const LARGEST_ANSWER: u64 = 1 << 20;

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What a request is made of.
pub(super) struct Request<'a> {
    pub(super) method: &'static str,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Why a try was in vain, and how long the service asks us to wait.
struct Vain {
    why: String,
    wait: Option<Duration>,
}

/// Both agents keep their connections. Only the remote one looks for a proxy in the environment.
pub(super) struct Http {
    remote: Agent,
    local: Agent,
    patience: Patience,
}

impl Http {
    pub(super) fn new(patience: Patience) -> Http {
        Http { remote: agent(Proxy::try_from_env()), local: agent(None), patience }
    }

    /// Sends the request until it is answered with something other than 408, 429 or a fault of the server's.
    pub(super) fn send(&self, request: &Request<'_>) -> Result<Answer, Error> {
        let agent = if is_local(request.url)? { &self.local } else { &self.remote };
        let mut tried = 1;
        loop {
            match once(agent, request) {
                Ok(answer) => return Ok(answer),
                Err(Vain { why, .. }) if tried >= self.patience.tries => {
                    let message = format!("no luck in {tried} tries: {why}");
                    return Err(Error::infrastructure(message));
                }
                Err(Vain { wait, .. }) => sleep(wait.unwrap_or_else(|| self.wait(tried))),
            }
            tried += 1;
        }
    }

    fn wait(&self, tried: u32) -> Duration {
        let most =
            self.patience.first_wait.saturating_mul(1 << (tried - 1).min(10)).min(LONGEST_WAIT);
        Duration::from_millis(random::below(u64::try_from(most.as_millis()).unwrap_or(u64::MAX)))
    }
}

fn agent(proxy: Option<Proxy>) -> Agent {
    Agent::config_builder()
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_global(Some(Duration::from_secs(300)))
        .build()
        .into()
}

fn once(agent: &Agent, request: &Request<'_>) -> Result<Answer, Vain> {
    let mut message = ureq::http::Request::builder().method(request.method).uri(request.url);
    for (name, value) in request.headers {
        message = message.header(*name, *value);
    }
    let sent = message.body(request.body).map_err(ureq::Error::from).and_then(|m| agent.run(m));
    let answer = sent.map_err(|error| Vain { why: error.to_string(), wait: None })?;
    read(answer)
}

fn read(mut answer: Response<Body>) -> Result<Answer, Vain> {
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string();
    if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
        return Err(Vain {
            why: format!("the service answered {status}"),
            wait: retry_after(&answer),
        });
    }
    let body = body.map_err(|error| Vain { why: error.to_string(), wait: None })?;
    Ok(Answer { status: status.as_u16(), body })
}

fn retry_after(answer: &Response<Body>) -> Option<Duration> {
    let seconds = answer.headers().get("retry-after")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Whether the address is on this machine; an address elsewhere must be HTTPS, because a token goes there.
fn is_local(url: &str) -> Result<bool, Error> {
    let uri: Uri = url.parse().map_err(|_| Error::infrastructure("the service gave no address"))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse().is_ok_and(|host: IpAddr| host.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(local),
        Some("http") if local => Ok(true),
        _ => Err(Error::infrastructure(format!("the address on `{host}` is not HTTPS"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        assert!(is_local("http://127.0.0.1:80/x").unwrap());
        assert!(is_local("http://[::1]/x").unwrap());
        assert!(!is_local("https://results.example/x?sig=a%2Fb").unwrap());
        for url in
            ["http://results.example/", "http://127.0.0.1.example/", "ftp://127.0.0.1/", "/x", ""]
        {
            assert!(is_local(url).is_err(), "{url}");
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let patience = Patience { tries: 9, first_wait: Duration::from_secs(2) };
        let http = Http::new(patience);
        assert!((0..50).all(|_| http.wait(1) < Duration::from_secs(2)));
        assert!((0..50).any(|_| http.wait(3) > Duration::from_secs(2)));
        assert!((0..50).all(|_| http.wait(u32::MAX) < LONGEST_WAIT));
    }
}
