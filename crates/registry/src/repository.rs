//! One repository of a registry, as we may use it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use fetch::download::to_file;
use fetch::{Digest, Download, Expect, Progress};
use problem::{Fault, Problem};
use wire::{Body, Get, Http, Request, Response, Vain};

use crate::credentials::{Credentials, Keychain};
use crate::manifest::{self, Descriptor, Manifest};
use crate::reference::{Reference, Version};
use crate::reply::{Reply, header, read, said};

/// What we want to do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read.
    Pull,
    /// Read and write.
    Push,
    /// Read, write and delete.
    Delete,
}

/// A repository. It is asked over HTTPS, or over HTTP where it is on this machine or [`Http::plain`] allows that.
pub struct Repository {
    pub(crate) http: Http,
    /// With scheme, up to the repository's name.
    pub(crate) base: String,
    pub(crate) reference: Reference,
    pub(crate) access: Access,
    pub(crate) credentials: Credentials,
    authorization: Mutex<Option<String>>,
    /// The names of other repositories there, which a token is to be good for as well.
    others: Mutex<BTreeSet<String>>,
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {:?}", self.base, self.credentials)
    }
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
        let scheme = if http.is_plain(host) { "http" } else { "https" };
        Ok(Repository {
            http,
            base: format!("{scheme}://{host}/v2/{}", reference.repository),
            reference: reference.clone(),
            access,
            credentials: keychain.find(reference)?,
            authorization: Mutex::default(),
            others: Mutex::default(),
        })
    }

    /// The manifest or index of a version. What was asked for by digest is what came.
    ///
    /// # Errors
    /// The user's: it is not there, or not for us. Otherwise the network's, or the registry's: it is not what its digest says.
    pub fn manifest(&self, version: &Version) -> Result<Manifest, Problem> {
        self.look_up(version)?.map_err(|reply| self.refused(&version.to_string(), &reply))
    }

    /// The same, or none if it is not there.
    ///
    /// # Errors
    /// As [`Repository::manifest`].
    pub fn find(&self, version: &Version) -> Result<Option<Manifest>, Problem> {
        self.look_up(version).map(Result::ok)
    }

    /// The reply that it is not there, if it is not.
    fn look_up(&self, version: &Version) -> Result<Result<Manifest, Reply>, Problem> {
        let reply = self.get(&format!("{}/manifests/{version}", self.base))?;
        match reply.status().as_u16() {
            200 => {}
            404 => return Ok(Err(reply)),
            _ => return Err(self.refused(&version.to_string(), &reply)),
        }
        let media_type = header(&reply, "content-type").unwrap_or_default();
        let told = self.told(version, &reply)?;
        let raw = reply.into_body();
        let came = Digest::of(&raw);
        match told.filter(|told| *told != came) {
            Some(told) => Err(self.lied("the manifest", told, came)),
            None => Manifest::parse(raw, manifest::plain(&media_type)).map(Ok),
        }
    }

    /// The digest of a version: none if it is not there.
    ///
    /// # Errors
    /// The user's: it is not for us. Otherwise the network's, or the registry's: it is not what its digest says.
    pub fn digest_of(&self, version: &Version) -> Result<Option<Digest>, Problem> {
        let url = format!("{}/manifests/{version}", self.base);
        let reply = self.call("HEAD", &url, &[("accept", &manifest::accept())], &[])?;
        match reply.status().as_u16() {
            404 => return Ok(None),
            400.. => return Err(self.refused(&version.to_string(), &reply)),
            _ => {}
        }
        if header(&reply, "docker-content-digest").is_some()
            && let Some(told) = self.told(version, &reply)?
        {
            return Ok(Some(told));
        }
        // What has moved, and what has no name that we know, is looked at.
        Ok(self.find(version)?.map(|found| found.digest))
    }

    /// What a version is: what we asked for, or what the registry says.
    fn told(&self, version: &Version, reply: &Reply) -> Result<Option<Digest>, Problem> {
        let told = header(reply, "docker-content-digest").and_then(|told| told.parse().ok());
        match (version, told) {
            (Version::Tag(_), told) => Ok(told),
            (Version::Digest(asked), Some(told)) if told != *asked => {
                Err(self.lied("the manifest", *asked, told))
            }
            (Version::Digest(asked), _) => Ok(Some(*asked)),
        }
    }

    /// A blob into a file, which has that name only when it is all there and verified.
    ///
    /// # Errors
    /// As [`to_file`], but what is not what its digest says is the registry's fault; also if it has another size than was
    /// said.
    pub fn blob(
        &self,
        of: &Descriptor,
        path: &Path,
        progress: Progress<'_>,
    ) -> Result<(), Problem> {
        let url = format!("{}/blobs/{}", self.base, of.digest);
        let mut fetch = |authorization: Option<&str>| {
            let download = Download {
                authorization,
                most: of.size,
                ..Download::new(&url, Expect::Sha256(of.digest))
            };
            to_file(&self.http, &download, path, progress)
        };
        let shown = self.show(of, &url)?;
        let mut fetched = fetch(shown.as_deref());
        if fetched.as_ref().is_err_and(|why| why.fault == Fault::User) {
            // The token may have run out since.
            let renewed = self.show(of, &url)?;
            if renewed != shown {
                fetched = fetch(renewed.as_deref());
            }
        }
        // It is there and for us, so what is wrong now is the registry's.
        fetched.map_err(|why| Problem { fault: Fault::Infrastructure, ..why })?;
        let size = path.metadata().map_err(Problem::path("read", path))?.len();
        if size != of.size {
            let why = format!("`{}` has {size} bytes, and {} were said", of.digest, of.size);
            return Err(Problem::user(why));
        }
        Ok(())
    }

    /// What a download of a blob has to show, as it cannot log in itself.
    fn show(&self, of: &Descriptor, url: &str) -> Result<Option<String>, Problem> {
        let reply = self.call("HEAD", url, &[], &[])?;
        if reply.status().as_u16() >= 400 {
            return Err(self.refused(&of.digest.to_string(), &reply));
        }
        Ok(locked(&self.authorization).clone())
    }

    /// A small blob, verified.
    ///
    /// # Errors
    /// As [`Repository::blob`]; also the user's if it has more than `most` bytes.
    pub fn bytes(&self, of: &Descriptor, most: u64) -> Result<Vec<u8>, Problem> {
        if of.size > most {
            let why = format!("`{}` has {} bytes, and {most} is the most", of.digest, of.size);
            return Err(Problem::user(why));
        }
        let cannot = |error| Problem::infrastructure(format!("cannot make a folder: {error}"));
        let folder = tempfile::tempdir().map_err(cannot)?;
        let path = folder.path().join("blob");
        self.blob(of, &path, &mut |_, _| {})?;
        fs::read(&path).map_err(Problem::path("read", &path))
    }

    /// What is there, wherever it has moved to.
    pub(crate) fn get(&self, url: &str) -> Result<Reply, Problem> {
        let accept = manifest::accept();
        let headers = [("accept", accept.as_str())];
        self.ask(|authorization| self.http.get(&Get { url, headers: &headers, authorization }))
    }

    /// The reply to a request that is not followed anywhere.
    pub(crate) fn call(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, Problem> {
        self.ask(|authorization| {
            let shown = authorization.map(|value| ("authorization", value));
            let headers: Vec<_> = headers.iter().copied().chain(shown).collect();
            self.http.open(&Request { method, url, headers: &headers, body })
        })
    }

    /// Sends with patience, and shows who we are when that is asked for.
    pub(crate) fn ask(
        &self,
        send: impl Fn(Option<&str>) -> Result<Response<Body>, Vain>,
    ) -> Result<Reply, Problem> {
        let asked = self.http.patience().insist(|| read(self.once(&send)?));
        asked.map_err(|why| {
            Problem::infrastructure(format!("cannot ask `{}`: {why}", self.reference.registry))
                .hint("check its name, and whether this host can reach it")
        })
    }

    /// Sends, and once more if it is asked who we are.
    pub(crate) fn once(
        &self,
        send: impl Fn(Option<&str>) -> Result<Response<Body>, Vain>,
    ) -> Result<Response<Body>, Vain> {
        // Others ask at the same time, so the lock is not held while we do.
        let shown = locked(&self.authorization).clone();
        let answer = send(shown.as_deref())?;
        if answer.status() != 401 {
            return Ok(answer);
        }
        let Some(authorization) = self.log_in(&answer)? else { return Ok(answer) };
        // The connection is free for the next request when this answer is read.
        read(answer)?;
        *locked(&self.authorization) = Some(authorization.clone());
        send(Some(&authorization))
    }

    /// From now on a token has to be good for reading another repository there, too.
    pub(crate) fn read_also(&self, other: &Reference) {
        if locked(&self.others).insert(other.repository.clone()) {
            let mut authorization = locked(&self.authorization);
            authorization.take_if(|it| it.starts_with("Bearer "));
        }
    }

    /// The names of the others.
    pub(crate) fn also_read(&self) -> BTreeSet<String> {
        locked(&self.others).clone()
    }

    /// What is meant, for messages.
    pub(crate) fn named(&self, what: &str) -> String {
        format!("`{what}` of `{}`", self.reference.name())
    }

    /// Why a reply is none of success.
    pub(crate) fn refused(&self, what: &str, reply: &Reply) -> Problem {
        let (named, status, said) = (self.named(what), reply.status().as_u16(), said(reply));
        let registry = &self.reference.registry;
        let login = format!("check the name, and log in to `{registry}` with what may use it");
        match status {
            401 | 403 => {
                Problem::user(format!("{named} is not for us: status {status}{said}")).hint(login)
            }
            404 => Problem::user(format!("{named} is not there: status 404{said}")).hint(login),
            _ => Problem::infrastructure(format!("{named}: the registry answered {status}{said}")),
        }
    }

    pub(crate) fn lied(&self, what: &str, said: Digest, came: Digest) -> Problem {
        let registry = &self.reference.registry;
        Problem::infrastructure(format!(
            "`{registry}` says that {what} is `{said}`, and it is `{came}`"
        ))
        .hint("do not use it; ask who runs the registry")
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
