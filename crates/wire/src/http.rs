//! One request, sent until it is answered.

use std::net::IpAddr;
use std::thread::sleep;
use std::time::Duration;

use ureq::http::{Response, Uri};
use ureq::{Agent, Body, Proxy};

use crate::Patience;

/// The longest that one request may take, with its body.
const LONGEST_REQUEST: Duration = Duration::from_secs(600);

/// What a request is made of.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Such as `PUT`.
    pub method: &'static str,
    /// Used as it is: changing so much as the spelling of its query would break a signature.
    pub url: &'a str,
    /// Names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// Not sent with `GET`.
    pub body: &'a [u8],
}

/// Why a try was in vain, and how long the service asks us to wait.
#[derive(Debug)]
pub struct Vain {
    /// As a lower-case fragment.
    pub why: String,
    /// None leaves it to us.
    pub wait: Option<Duration>,
}

impl Vain {
    /// Nobody said when to try again.
    pub fn new(why: impl Into<String>) -> Vain {
        Vain { why: why.into(), wait: None }
    }
}

impl From<ureq::Error> for Vain {
    /// Without the address that some of these texts hold: it may be signed.
    fn from(error: ureq::Error) -> Vain {
        match error {
            ureq::Error::BadUri(_) => Vain::new("the service gave no address"),
            other => Vain::new(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Vain {
    fn from(error: std::io::Error) -> Vain {
        Vain::new(error.to_string())
    }
}

/// Both agents keep their connections. Only the remote one looks for a proxy in the environment.
#[derive(Clone, Debug)]
pub struct Http {
    remote: Agent,
    local: Agent,
    patience: Patience,
}

impl Http {
    /// For so many requests at once.
    pub fn new(patience: Patience, parallel: usize) -> Http {
        let agent = |proxy| agent(proxy, parallel);
        Http { remote: agent(Proxy::try_from_env()), local: agent(None), patience }
    }

    /// Sends the request until it is answered with something other than 408, 429 or a fault of the server's, and until
    /// `read` could read that answer.
    ///
    /// # Errors
    /// As a lower-case fragment: the address is neither HTTPS nor of this machine, or our patience is at its end.
    pub fn send<T>(
        &self,
        request: &Request<'_>,
        read: impl Fn(Response<Body>) -> Result<T, Vain>,
    ) -> Result<T, String> {
        let agent = if is_local(request.url)? { &self.local } else { &self.remote };
        let mut tried = 1;
        loop {
            match once(agent, request).and_then(&read) {
                Ok(answer) => return Ok(answer),
                Err(Vain { why, .. }) if tried >= self.patience.tries => {
                    return Err(format!("no luck in {tried} tries: {why}"));
                }
                Err(Vain { wait, .. }) => sleep(self.patience.wait(tried, wait)),
            }
            tried += 1;
        }
    }
}

fn agent(proxy: Option<Proxy>, parallel: usize) -> Agent {
    Agent::config_builder()
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_idle_connections_per_host(parallel)
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_global(Some(LONGEST_REQUEST))
        .build()
        .into()
}

fn once(agent: &Agent, request: &Request<'_>) -> Result<Response<Body>, Vain> {
    let mut message = ureq::http::Request::builder().method(request.method).uri(request.url);
    for (name, value) in request.headers {
        message = message.header(*name, *value);
    }
    let answer = match request.method {
        "GET" => message.body(()).map_err(ureq::Error::from).and_then(|m| agent.run(m)),
        _ => message.body(request.body).map_err(ureq::Error::from).and_then(|m| agent.run(m)),
    }?;
    let status = answer.status();
    if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
        let wait = retry_after(&answer);
        return Err(Vain { why: format!("the service answered {status}"), wait });
    }
    Ok(answer)
}

fn retry_after(answer: &Response<Body>) -> Option<Duration> {
    let seconds = answer.headers().get("retry-after")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Whether the address is on this machine; an address elsewhere must be HTTPS, because a token goes there.
fn is_local(url: &str) -> Result<bool, String> {
    let uri: Uri = url.parse().map_err(|_| "the service gave no address")?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse().is_ok_and(|host: IpAddr| host.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(local),
        Some("http") if local => Ok(true),
        _ => Err(format!("the address on `{host}` is not HTTPS")),
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
}
