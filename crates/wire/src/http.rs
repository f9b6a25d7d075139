//! One request, sent until it is answered.

use std::io::{self, Read};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use ureq::http::request::Builder;
use ureq::http::{Response, Uri};
use ureq::{Agent, AsSendBody, Body, Proxy, SendBody};

use crate::Patience;

/// The longest that one request may take, with its body.
const LONGEST_REQUEST: Duration = Duration::from_secs(600);

/// The longest that a stream may be silent.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

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
    /// Whether another try would end the same way.
    pub is_final: bool,
}

impl Vain {
    /// Nobody said when to try again.
    pub fn new(why: impl Into<String>) -> Vain {
        Vain { why: why.into(), wait: None, is_final: false }
    }

    /// There is no use in another try.
    pub fn for_good(why: impl Into<String>) -> Vain {
        Vain { is_final: true, ..Vain::new(why) }
    }
}

impl From<ureq::Error> for Vain {
    /// Without the address that some of these texts hold: it may be signed.
    fn from(error: ureq::Error) -> Vain {
        match error {
            ureq::Error::BadUri(_) => Vain::for_good("the service gave no address"),
            ureq::Error::HostNotFound => Vain::new("the host is unknown"),
            ureq::Error::Timeout(_) => Vain::new("nothing came for too long"),
            ureq::Error::Tls(why) => Vain::for_good(format!("TLS failed: {why}")),
            ureq::Error::Rustls(why) => Vain::for_good(format!("TLS failed: {why}")),
            ureq::Error::Io(error) => error.into(),
            other => Vain::new(other.to_string()),
        }
    }
}

impl From<io::Error> for Vain {
    fn from(error: io::Error) -> Vain {
        let error = match error.downcast::<ureq::Error>() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        match error.kind() {
            // So rustls says that a certificate is wrong, or that TLS is not spoken there.
            io::ErrorKind::InvalidData => Vain::for_good(format!("TLS failed: {error}")),
            // The standard library has no kind for it.
            _ if error.to_string().starts_with("failed to lookup") => {
                Vain::new("the host is unknown")
            }
            _ => Vain::new(error.to_string()),
        }
    }
}

/// Both agents keep their connections. Only the remote one looks for a proxy in the environment.
#[derive(Clone, Debug)]
pub struct Http {
    remote: Agent,
    local: Agent,
    patience: Patience,
    silence: Duration,
    plain: Vec<String>,
}

impl Http {
    /// For so many requests at once.
    pub fn new(patience: Patience, parallel: usize) -> Http {
        let agent = |proxy| agent(proxy, parallel);
        Http {
            remote: agent(Proxy::try_from_env()),
            local: agent(None),
            patience,
            silence: LONGEST_SILENCE,
            plain: Vec::new(),
        }
    }

    /// Speaks to another host without TLS, too: who listens on the way can read and change all of it.
    #[must_use]
    pub fn plain(mut self, host: &str) -> Http {
        self.plain.push(host.to_owned());
        self
    }

    /// Whether a host, with its port if it has one, may be spoken to without TLS: it is this machine, or was allowed.
    pub fn is_plain(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => name,
            _ => host,
        };
        is_this_machine(name) || self.plain.iter().any(|plain| plain == host)
    }

    /// With another limit to how long a stream may be silent: a minute by default.
    #[must_use]
    pub fn silence(self, silence: Duration) -> Http {
        Http { silence, ..self }
    }

    /// How often, and how soon, it tries again.
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// Sends the request once. Its answer may take as long as it likes, as long as some of it comes.
    ///
    /// # Errors
    /// As [`Http::send`]; also 408, 429, and a fault of the server's.
    pub fn open(&self, request: &Request<'_>) -> Result<Response<Body>, Vain> {
        once(self.agent(request.url).map_err(Vain::for_good)?, request, Some(self.silence))
    }

    fn agent(&self, url: &str) -> Result<&Agent, String> {
        self.is_local(url).map(|is_local| if is_local { &self.local } else { &self.remote })
    }

    /// Whether the address is on this machine; an address elsewhere must be HTTPS, because a token goes there, unless its
    /// host was allowed.
    pub(crate) fn is_local(&self, url: &str) -> Result<bool, String> {
        let uri: Uri = url.parse().map_err(|_| "the service gave no address")?;
        let host = uri.host().unwrap_or_default();
        let local = is_this_machine(host);
        match uri.scheme_str() {
            Some("https") => Ok(local),
            Some("http") if uri.authority().is_some_and(|host| self.is_plain(host.as_str())) => {
                Ok(local)
            }
            _ => Err(format!("the address on `{}` is not HTTPS", host.trim_matches(['[', ']']))),
        }
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
        let agent = self.agent(request.url)?;
        self.patience.insist(|| once(agent, request, None).and_then(&read))
    }

    /// Sends so many bytes once, with `PUT`, as [`Http::open`] does.
    ///
    /// # Errors
    /// As [`Http::open`]; also the reader's.
    pub fn put(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        length: u64,
        mut from: impl Read,
    ) -> Result<Response<Body>, Vain> {
        let agent = self.agent(url).map_err(Vain::for_good)?;
        let length = length.to_string();
        let headers: Vec<_> =
            headers.iter().copied().chain([("content-length", &*length)]).collect();
        let body = SendBody::from_reader(&mut from);
        let message = message("PUT", url, &headers).body(body).map_err(ureq::Error::from)?;
        unless_busy(run(agent, message, Some(self.silence))?)
    }
}

fn agent(proxy: Option<Proxy>, parallel: usize) -> Agent {
    Agent::config_builder()
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        // Those of WebDAV.
        .allow_non_standard_methods(true)
        .max_idle_connections_per_host(parallel)
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_global(Some(LONGEST_REQUEST))
        .build()
        .into()
}

/// With a limit to silence, there is none to the whole.
fn once(
    agent: &Agent,
    request: &Request<'_>,
    silence: Option<Duration>,
) -> Result<Response<Body>, Vain> {
    let message = message(request.method, request.url, request.headers);
    let answer = match request.method {
        "GET" | "HEAD" => message.body(()).map_err(Into::into).and_then(|m| run(agent, m, silence)),
        _ => message.body(request.body).map_err(Into::into).and_then(|m| run(agent, m, silence)),
    }?;
    unless_busy(answer)
}

fn message(method: &str, url: &str, headers: &[(&str, &str)]) -> Builder {
    let message = Builder::new().method(method).uri(url);
    headers.iter().fold(message, |message, (name, value)| message.header(*name, *value))
}

fn unless_busy(answer: Response<Body>) -> Result<Response<Body>, Vain> {
    let status = answer.status();
    if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
        let wait = retry_after(&answer);
        return Err(Vain { wait, ..Vain::new(format!("the service answered {status}")) });
    }
    Ok(answer)
}

fn run<B: AsSendBody>(
    agent: &Agent,
    message: ureq::http::Request<B>,
    silence: Option<Duration>,
) -> Result<Response<Body>, ureq::Error> {
    let Some(silence) = silence else { return agent.run(message) };
    let message = agent
        .configure_request(message)
        .timeout_global(None)
        .timeout_recv_response(Some(silence))
        .timeout_per_read(Some(silence))
        .timeout_per_write(Some(silence))
        .build();
    agent.run(message)
}

fn retry_after(answer: &Response<Body>) -> Option<Duration> {
    let wish = answer.headers().get("retry-after")?.to_str().ok()?;
    wait_of(wish, SystemTime::now())
}

/// How long to wait by the header `Retry-After`: seconds, or a date.
fn wait_of(wish: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = wish.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = SystemTime::from(DateTime::parse_from_rfc2822(wish).ok()?);
    Some(date.duration_since(now).unwrap_or_default())
}

/// Whether a host, without its port, is the machine that we run on.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|host: IpAddr| host.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        let http = Http::new(Patience::default(), 1);
        assert!(http.is_local("http://127.0.0.1:80/x").unwrap());
        assert!(http.is_local("http://[::1]/x").unwrap());
        assert!(!http.is_local("https://results.example/x?sig=a%2Fb").unwrap());
        for url in
            ["http://results.example/", "http://127.0.0.1.example/", "ftp://127.0.0.1/", "/x", ""]
        {
            assert!(http.is_local(url).is_err(), "{url}");
        }
        let http = http.plain("lab.example:5000");
        assert!(!http.is_local("http://lab.example:5000/x").unwrap());
        for url in ["http://lab.example/", "http://me@lab.example:5000/", "http://x.example:5000/"]
        {
            assert!(http.is_local(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_service_asks_for_a_wait_in_seconds_or_until_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        for (wish, expected) in [
            ("7", Some(7)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
        ] {
            assert_eq!(wait_of(wish, now), expected.map(Duration::from_secs), "{wish}");
        }
    }
}
