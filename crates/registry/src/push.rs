//! What we put into a repository.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use fetch::Digest;
use problem::Problem;
use wire::{Body, Request, Response, Vain, join, origin};

use crate::manifest::{Descriptor, Manifest};
use crate::reference::Version;
use crate::reply::{Reply, header};
use crate::repository::Repository;

impl Repository {
    /// Whether it has a blob.
    ///
    /// # Errors
    /// It is not for us, or the network's.
    pub fn has_blob(&self, digest: Digest) -> Result<bool, Problem> {
        let url = format!("{}/blobs/{digest}", self.base);
        let reply = self.call("HEAD", &url, &[], &[])?;
        match reply.status().as_u16() {
            200..400 => Ok(true),
            404 => Ok(false),
            _ => Err(self.refused(&digest.to_string(), &reply)),
        }
    }

    /// Puts a file there as a blob, unless it is there.
    ///
    /// # Errors
    /// We may not, or the file cannot be read, or the network's.
    pub fn push_blob(&self, path: &Path, media_type: &str) -> Result<Descriptor, Problem> {
        let file = File::open(path).map_err(Problem::path("open", path))?;
        let digest = Digest::of_reader(&file).map_err(Problem::path("read", path))?;
        let size = file.metadata().map_err(Problem::path("read", path))?.len();
        self.upload(|| (&file).rewind().map(|()| &file), digest, size)?;
        Ok(Descriptor::new(media_type, digest, size))
    }

    /// The same with bytes at hand.
    ///
    /// # Errors
    /// As [`Repository::push_blob`].
    pub fn push_bytes(&self, bytes: &[u8], media_type: &str) -> Result<Descriptor, Problem> {
        let of = Descriptor::of(bytes, media_type);
        self.upload(|| Ok(bytes), of.digest, of.size)?;
        Ok(of)
    }

    /// `open` gives the bytes from the first on.
    fn upload<R: Read>(
        &self,
        open: impl Fn() -> io::Result<R>,
        digest: Digest,
        length: u64,
    ) -> Result<(), Problem> {
        if self.has_blob(digest)? {
            return Ok(());
        }
        // Each try begins a new upload: nobody knows how far the one before came.
        let send = |authorization: Option<&str>| match self.begin(authorization)? {
            Begun::Refused(answer) => Ok(answer),
            Begun::At(place) => self.finish(&place, digest, authorization, length, open()?),
        };
        self.uploaded(digest, &self.ask(send)?)
    }

    pub(crate) fn uploaded(&self, digest: Digest, reply: &Reply) -> Result<(), Problem> {
        match reply.status().as_u16() {
            201 => Ok(()),
            _ => Err(self.refused(&digest.to_string(), reply)),
        }
    }

    pub(crate) fn begin(&self, authorization: Option<&str>) -> Result<Begun, Vain> {
        let url = format!("{}/blobs/uploads/", self.base);
        let headers: Vec<_> =
            authorization.map(|value| ("authorization", value)).into_iter().collect();
        let begun =
            self.http.open(&Request { method: "POST", url: &url, headers: &headers, body: &[] })?;
        if begun.status() != 202 {
            return Ok(Begun::Refused(begun));
        }
        self.place(&begun)
            .map(Begun::At)
            .ok_or_else(|| Vain::for_good("it does not say where to upload"))
    }

    /// Where an upload goes that has begun.
    pub(crate) fn place<B>(&self, begun: &Response<B>) -> Option<String> {
        join(&format!("{}/blobs/uploads/", self.base), &header(begun, "location")?)
    }

    pub(crate) fn finish(
        &self,
        place: &str,
        digest: Digest,
        authorization: Option<&str>,
        length: u64,
        from: impl Read,
    ) -> Result<Response<Body>, Vain> {
        let joint = if place.contains('?') { '&' } else { '?' };
        // A store of its own has to be told in the address who we are.
        let ours = origin(place) == origin(&self.base);
        let mut headers = vec![("content-type", "application/octet-stream")];
        headers.extend(authorization.filter(|_| ours).map(|value| ("authorization", value)));
        self.http.put(&format!("{place}{joint}digest={digest}"), &headers, length, from)
    }

    /// Puts a manifest there, as it is. Its blobs have to be there.
    ///
    /// # Errors
    /// The registry does not take it, takes it for something else, or the network's.
    pub fn push_manifest(&self, manifest: &Manifest, version: &Version) -> Result<(), Problem> {
        self.put_manifest(manifest, version).map(drop)
    }

    /// The same with what the registry said.
    pub(crate) fn put_manifest(
        &self,
        manifest: &Manifest,
        version: &Version,
    ) -> Result<Reply, Problem> {
        let url = format!("{}/manifests/{version}", self.base);
        let headers = [("content-type", manifest.media_type.as_str())];
        let reply = self.call("PUT", &url, &headers, &manifest.raw)?;
        if reply.status() != 201 {
            return Err(self.refused(&version.to_string(), &reply));
        }
        let told = header(&reply, "docker-content-digest").and_then(|told| told.parse().ok());
        match told.filter(|told| *told != manifest.digest) {
            Some(told) => Err(self.lied("the manifest", told, manifest.digest)),
            None => Ok(reply),
        }
    }
}

/// How an upload began.
pub(crate) enum Begun {
    /// It goes there.
    At(String),
    /// It did not.
    Refused(Response<Body>),
}
