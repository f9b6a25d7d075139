//! GitHub's REST API: octocrab's routes and types over our own HTTP, which knows proxies, patience and what is local.

use std::future::{Ready, ready};
use std::io::Read;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use http::Request;
use octocrab::models::repos::Release;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use problem::Problem;
use tower_service::Service;
use wire::{Body, Get, Http, Response, Vain};

use crate::ReleaseName;

/// No answer is larger, in bytes: a release may have a thousand files.
const LARGEST_ANSWER: u64 = 16 << 20;

/// What may stand in a path as it is.
pub(crate) const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An API, and who we are there.
#[derive(Clone)]
pub struct Api {
    base: String,
    token: Option<String>,
    http: Http,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.base)
    }
}

impl Api {
    /// GitHub's API, or that of a server of one's own, such as `https://github.example/api/v3`; without a token only what
    /// is public is seen.
    pub fn new(base: &str, token: Option<&str>, http: Http) -> Api {
        let base = base.trim_end_matches('/').to_owned();
        Api { base, token: token.filter(|token| !token.is_empty()).map(str::to_owned), http }
    }

    pub(crate) fn authorization(&self) -> Option<String> {
        self.token.as_ref().map(|token| format!("Bearer {token}"))
    }

    /// Not as the answer has it: the token goes there.
    pub(crate) fn asset_url(&self, name: &ReleaseName, id: u64) -> String {
        let ReleaseName { owner, repository, .. } = name;
        format!("{}/repos/{owner}/{repository}/releases/assets/{id}", self.base)
    }

    /// None if there is none for us.
    pub(crate) fn release(&self, name: &ReleaseName) -> Result<Option<Release>, Problem> {
        let tag = utf8_percent_encode(&name.tag, PLAIN).to_string();
        self.ask(async |github| {
            github.repos(&name.owner, &name.repository).releases().get_by_tag(&tag).await
        })
    }

    /// The latest, none if there is no such repository for us.
    pub(crate) fn releases(&self, name: &ReleaseName) -> Result<Option<Vec<Release>>, Problem> {
        let page = self.ask(async |github| {
            github.repos(&name.owner, &name.repository).releases().list().per_page(20).send().await
        })?;
        Ok(page.map(|page| page.items))
    }

    /// None is an answer of 404.
    pub(crate) fn ask<T>(
        &self,
        ask: impl AsyncFnOnce(Octocrab) -> octocrab::Result<T>,
    ) -> Result<Option<T>, Problem> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime
            .map_err(|error| Problem::infrastructure(format!("cannot make a runtime: {error}")))?;
        let answer = runtime.block_on(async {
            let github = OctocrabBuilder::new_empty().with_service(Transport(self.clone()));
            let github = match github.with_auth(AuthState::None).build() {
                Ok(github) => github,
                Err(never) => match never {},
            };
            ask(github).await
        });
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(octocrab::Error::GitHub { source, .. }) if source.status_code == 404 => Ok(None),
            Err(error) => Err(self.explain(error)),
        }
    }

    fn explain(&self, error: octocrab::Error) -> Problem {
        let base = &self.base;
        match error {
            octocrab::Error::GitHub { source, .. } => {
                let (status, why) = (source.status_code.as_u16(), printable(&source.message));
                let problem =
                    Problem::user(format!("`{base}` refused with status {status}: {why}"));
                problem.hint("check the token, and what it may read")
            }
            octocrab::Error::Service { source, .. } | octocrab::Error::Other { source, .. } => {
                match root(&*source).downcast_ref::<Failure>() {
                    Some(Failure(problem)) => problem.clone(),
                    None => Problem::infrastructure(format!("cannot ask `{base}`: {source}")),
                }
            }
            other => Problem::infrastructure(format!(
                "`{base}` answered what we cannot read: {}",
                printable(&other.to_string())
            )),
        }
    }

    /// Asks until it is answered.
    fn send(&self, method: &http::Method, path: &str) -> Result<Response<String>, Problem> {
        let url = format!("{}{path}", self.base);
        let headers = [
            ("accept", "application/vnd.github+json"),
            ("user-agent", "bootgate"),
            ("x-github-api-version", "2022-11-28"),
        ];
        let authorization = self.authorization();
        let get = Get { url: &url, headers: &headers, authorization: authorization.as_deref() };
        let answer = self.http.patience().insist(|| {
            let answer = match *method {
                http::Method::DELETE => self.delete(&get)?,
                _ => self.http.get(&get)?,
            };
            match limit(&answer, SystemTime::now()) {
                Some(why) => Ok(Err(why)),
                None => text(answer).map(Ok),
            }
        });
        let answer = answer.map_err(|why| {
            Problem::infrastructure(format!("cannot ask `{}`: {why}", self.base))
                .hint("check the address, and whether this host can reach it")
        })?;
        answer.map_err(|why| {
            let hint = if self.token.is_some() {
                "wait, or ask less often"
            } else {
                "give a token: without one the limit is low"
            };
            Problem::infrastructure(why).hint(hint)
        })
    }
}

impl Api {
    /// It is not followed anywhere.
    fn delete(&self, of: &Get<'_>) -> Result<Response<Body>, Vain> {
        let ours = of.authorization.map(|value| ("authorization", value));
        let headers: Vec<_> = of.headers.iter().copied().chain(ours).collect();
        self.http.open(&wire::Request {
            method: "DELETE",
            url: of.url,
            headers: &headers,
            body: &[],
        })
    }
}

/// What octocrab sends its requests through.
#[derive(Clone)]
struct Transport(Api);

impl Service<Request<OctoBody>> for Transport {
    type Response = Response<String>;
    type Error = Failure;
    type Future = Ready<Result<Response<String>, Failure>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        ready(self.0.send(request.method(), path).map_err(Failure))
    }
}

/// Why there is no answer at all.
#[derive(Debug)]
struct Failure(Problem);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {}

/// Where an error began.
fn root<'a>(
    mut error: &'a (dyn std::error::Error + 'static),
) -> &'a (dyn std::error::Error + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

fn text(answer: Response<Body>) -> Result<Response<String>, Vain> {
    let (head, body) = answer.into_parts();
    let mut text = String::new();
    body.into_reader().take(LARGEST_ANSWER).read_to_string(&mut text)?;
    Ok(Response::from_parts(head, text))
}

/// Whether the rate limit is used up, and when it is not any more.
fn limit(answer: &Response<Body>, now: SystemTime) -> Option<String> {
    let header = |name| answer.headers().get(name)?.to_str().ok()?.parse::<u64>().ok();
    if !matches!(answer.status().as_u16(), 403 | 429) {
        return None;
    }
    let at = if header("x-ratelimit-remaining") == Some(0) {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(header("x-ratelimit-reset")?))?
    } else {
        now.checked_add(Duration::from_secs(header("retry-after")?))?
    };
    let minutes = at.duration_since(now).unwrap_or_default().as_secs().div_ceil(60);
    let at = humantime::format_rfc3339_seconds(at);
    Some(format!("GitHub's rate limit is used up until {at}, that is for {minutes} min"))
}

fn printable(text: &str) -> String {
    text.chars().take(300).flat_map(char::escape_debug).collect()
}
