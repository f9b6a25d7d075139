//! One repository of a registry, as we may use it.

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fetch::download::to_file;
use fetch::{Digest, Download, Expect, Progress};
use problem::Problem;
use serde::Deserialize;
use wire::{Body, Get, Http, Request, Response, Vain, shown};

use crate::challenge::{Challenge, form};
use crate::credentials::{Credentials, Keychain};
use crate::manifest::{self, Descriptor, Manifest};
use crate::reference::{Reference, Version};

/// No answer but a manifest or a blob is larger, in bytes.
const LARGEST_ANSWER: u64 = 1 << 20;

/// What we want to do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read.
    Pull,
    /// Read and write.
    Push,
}

/// A repository. It is asked over HTTPS, or over HTTP where it is on this machine.
pub struct Repository {
    pub(crate) http: Http,
    /// With scheme, up to the repository's name.
    pub(crate) base: String,
    reference: Reference,
    access: Access,
    credentials: Credentials,
    authorization: Mutex<Option<String>>,
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {:?}", self.base, self.credentials)
    }
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Repository {
    /// The repository of a reference, whatever version that names. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`Keychain::find`].
    pub fn open(
        reference: &Reference,
        access: Access,
        keychain: &Keychain,
        http: Http,
    ) -> Result<Repository, Problem> {
        let host = reference.host();
        let scheme = if is_local(host) { "http" } else { "https" };
        Ok(Repository {
            http,
            base: format!("{scheme}://{host}/v2/{}", reference.repository),
            reference: reference.clone(),
            access,
            credentials: keychain.find(reference)?,
            authorization: Mutex::new(None),
        })
    }

    /// The manifest or index of a version. What was asked for by digest is what came.
    ///
    /// # Errors
    /// The user's: it is not there, not for us, or not what its digest says. Otherwise the network's.
    pub fn manifest(&self, version: &Version) -> Result<Manifest, Problem> {
        let url = format!("{}/manifests/{version}", self.base);
        let accept = manifest::accept();
        let headers = [("accept", accept.as_str())];
        let read = |mut answer: Response<Body>| {
            let status = answer.status().as_u16();
            let limit = if status == 200 { manifest::LARGEST } else { LARGEST_ANSWER };
            let media_type = header(&answer, "content-type").unwrap_or_default();
            let digest = header(&answer, "docker-content-digest");
            Ok((status, media_type, digest, body(&mut answer, limit)?))
        };
        let (status, media_type, said, raw) = self.ask(
            |authorization| self.http.get(&Get { url: &url, headers: &headers, authorization }),
            read,
        )?;
        if status != 200 {
            return Err(self.refused(&version.to_string(), status));
        }
        let came = Digest::of(&raw);
        let said = match version {
            Version::Digest(digest) => Some(*digest),
            Version::Tag(_) => said.and_then(|said| said.parse().ok()),
        };
        if let Some(said) = said.filter(|said| *said != came) {
            return Err(self.lied("the manifest", said, came));
        }
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
        Manifest::parse(raw, &media_type)
    }

    /// A blob into a file, which has that name only when it is all there and verified.
    ///
    /// # Errors
    /// As [`to_file`]; also if it has another size than was said.
    pub fn blob(
        &self,
        of: &Descriptor,
        path: &Path,
        progress: Progress<'_>,
    ) -> Result<(), Problem> {
        let url = format!("{}/blobs/{}", self.base, of.digest);
        // A download cannot log in, and a token may have run out since the last request.
        let status = self.status("HEAD", &url)?;
        if status >= 400 {
            return Err(self.refused(&of.digest.to_string(), status));
        }
        let authorization = self.authorization();
        let download = Download {
            authorization: authorization.as_deref(),
            most: of.size,
            ..Download::new(&url, Expect::Sha256(of.digest))
        };
        to_file(&self.http, &download, path, progress)?;
        let size = path.metadata().map_err(Problem::path("read", path))?.len();
        if size != of.size {
            let why = format!("`{}` has {size} bytes, and {} were said", of.digest, of.size);
            return Err(Problem::user(why));
        }
        Ok(())
    }

    /// The status of a request without a body.
    pub(crate) fn status(&self, method: &'static str, url: &str) -> Result<u16, Problem> {
        let open = |authorization: Option<&str>| {
            let headers: Vec<_> =
                authorization.map(|value| ("authorization", value)).into_iter().collect();
            self.http.open(&Request { method, url, headers: &headers, body: &[] })
        };
        self.ask(open, |answer| Ok(answer.status().as_u16()))
    }

    /// Sends with patience, and shows who we are when that is asked for.
    pub(crate) fn ask<T>(
        &self,
        send: impl Fn(Option<&str>) -> Result<Response<Body>, Vain>,
        read: impl Fn(Response<Body>) -> Result<T, Vain>,
    ) -> Result<T, Problem> {
        let asked = self.http.patience().insist(|| {
            let answer = send(self.authorization().as_deref())?;
            if answer.status() != 401 {
                return read(answer);
            }
            let Some(authorization) = self.log_in(&answer)? else { return read(answer) };
            // The connection is free for the next request when this answer is gone.
            drop(answer);
            self.remember(authorization.clone());
            read(send(Some(&authorization))?)
        });
        asked.map_err(|why| {
            Problem::infrastructure(format!("cannot ask `{}`: {why}", self.reference.registry))
                .hint("check its name, and whether this host can reach it")
        })
    }

    pub(crate) fn authorization(&self) -> Option<String> {
        self.authorization.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, authorization: String) {
        *self.authorization.lock().unwrap_or_else(PoisonError::into_inner) = Some(authorization);
    }

    /// What is to be shown: none if we have nothing of that kind.
    fn log_in(&self, answer: &Response<Body>) -> Result<Option<String>, Vain> {
        let wish = header(answer, "www-authenticate").and_then(|wish| Challenge::parse(&wish));
        match wish {
            Some(Challenge::Basic) => Ok(self.credentials.basic()),
            Some(Challenge::Bearer { realm, service }) => self.token(&realm, &service).map(Some),
            None => Ok(None),
        }
    }

    fn token(&self, realm: &str, service: &str) -> Result<String, Vain> {
        let actions = if self.access == Access::Pull { "pull" } else { "pull,push" };
        let scope = format!("repository:{}:{actions}", self.reference.repository);
        let asked = [("service", service), ("scope", &scope)];
        let mut answer = match &self.credentials {
            Credentials::Identity(token) => {
                let more = [
                    ("grant_type", "refresh_token"),
                    ("client_id", "bootgate"),
                    ("refresh_token", token),
                ];
                let body = form(&[&asked[..], &more].concat());
                let headers = [("content-type", "application/x-www-form-urlencoded")];
                self.http.open(&Request {
                    method: "POST",
                    url: realm,
                    headers: &headers,
                    body: body.as_bytes(),
                })?
            }
            credentials => {
                let joint = if realm.contains('?') { '&' } else { '?' };
                let url = format!("{realm}{joint}{}", form(&asked));
                let authorization = credentials.basic();
                self.http.get(&Get {
                    url: &url,
                    headers: &[],
                    authorization: authorization.as_deref(),
                })?
            }
        };
        let status = answer.status();
        if !status.is_success() {
            let why = format!("`{}` gave no token: status {}", shown(realm), status.as_u16());
            return Err(Vain::for_good(why));
        }
        let token: Option<Token> = serde_json::from_slice(&body(&mut answer, LARGEST_ANSWER)?).ok();
        let token = token.and_then(|answer| answer.token.or(answer.access_token));
        let token = token.filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()));
        let token =
            token.ok_or_else(|| Vain::for_good(format!("`{}` gave no token", shown(realm))))?;
        Ok(format!("Bearer {token}"))
    }

    /// Why a status is none of success.
    pub(crate) fn refused(&self, what: &str, status: u16) -> Problem {
        let Reference { registry, repository, .. } = &self.reference;
        let named = format!("`{what}` of `{registry}/{repository}`");
        let login = format!("check the name, and log in to `{registry}` with what may use it");
        match status {
            401 | 403 => {
                Problem::user(format!("{named} is not for us: status {status}")).hint(login)
            }
            404 => Problem::user(format!("{named} is not there: status 404")).hint(login),
            _ => Problem::infrastructure(format!("{named}: the registry answered {status}")),
        }
    }

    pub(crate) fn lied(&self, what: &str, said: Digest, came: Digest) -> Problem {
        let registry = &self.reference.registry;
        Problem::user(format!("`{registry}` says that {what} is `{said}`, and it is `{came}`"))
            .hint("do not use it; ask who runs the registry")
    }
}

fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    name == "localhost" || name.parse().is_ok_and(|host: std::net::IpAddr| host.is_loopback())
}

pub(crate) fn header(answer: &Response<Body>, name: &str) -> Option<String> {
    Some(answer.headers().get(name)?.to_str().ok()?.to_owned())
}

fn body(answer: &mut Response<Body>, limit: u64) -> Result<Vec<u8>, Vain> {
    let mut bytes = Vec::new();
    answer.body_mut().as_reader().take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Vain::for_good(format!("the answer has more than {limit} bytes")));
    }
    Ok(bytes)
}
