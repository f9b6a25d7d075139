//! What we put into a repository.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;

use fetch::Digest;
use problem::Problem;
use wire::{Body, Request, Response, Vain, join, origin};

use crate::manifest::{Descriptor, Manifest};
use crate::reference::Version;
use crate::repository::{Repository, header};

impl Repository {
    /// Whether it has a blob.
    ///
    /// # Errors
    /// It is not for us, or the network's.
    pub fn has_blob(&self, digest: Digest) -> Result<bool, Problem> {
        let url = format!("{}/blobs/{digest}", self.base);
        match self.status("HEAD", &url)? {
            200..400 => Ok(true),
            404 => Ok(false),
            status => Err(self.refused(&digest.to_string(), status)),
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
        self.upload(&file, digest)?;
        Ok(Descriptor::new(media_type, digest, size))
    }

    /// The same with bytes at hand.
    ///
    /// # Errors
    /// As [`Repository::push_blob`].
    pub fn push_bytes(&self, bytes: &[u8], media_type: &str) -> Result<Descriptor, Problem> {
        let cannot = |error: std::io::Error| {
            Problem::infrastructure(format!("cannot write a temporary file: {error}"))
        };
        let mut file = tempfile::tempfile().map_err(cannot)?;
        file.write_all(bytes).map_err(cannot)?;
        let of = Descriptor::of(bytes, media_type);
        self.upload(&file, of.digest)?;
        Ok(of)
    }

    fn upload(&self, file: &File, digest: Digest) -> Result<(), Problem> {
        if self.has_blob(digest)? {
            return Ok(());
        }
        // Each try begins a new upload: nobody knows how far the one before came.
        let send = |authorization: Option<&str>| {
            let mut headers: Vec<_> =
                authorization.map(|value| ("authorization", value)).into_iter().collect();
            let url = format!("{}/blobs/uploads/", self.base);
            let begun = self.http.open(&Request {
                method: "POST",
                url: &url,
                headers: &headers,
                body: &[],
            })?;
            if begun.status() != 202 {
                return Ok(begun);
            }
            let location = header(&begun, "location").and_then(|to| join(&url, &to));
            let location =
                location.ok_or_else(|| Vain::for_good("it does not say where to upload"))?;
            let joint = if location.contains('?') { '&' } else { '?' };
            if origin(&location) != origin(&url) {
                // A store of its own has to be told in the address who we are.
                headers.clear();
            }
            headers.push(("content-type", "application/octet-stream"));
            (&*file).rewind()?;
            self.http.put(&format!("{location}{joint}digest={digest}"), &headers, file)
        };
        match self.ask(send, |answer| Ok(answer.status().as_u16()))? {
            201 => Ok(()),
            status => Err(self.refused(&digest.to_string(), status)),
        }
    }

    /// Puts a manifest there, as it is. Its blobs have to be there.
    ///
    /// # Errors
    /// The registry does not take it, takes it for something else, or the network's.
    pub fn push_manifest(&self, manifest: &Manifest, version: &Version) -> Result<(), Problem> {
        let url = format!("{}/manifests/{version}", self.base);
        let send = |authorization: Option<&str>| {
            let mut headers = vec![("content-type", manifest.media_type.as_str())];
            headers.extend(authorization.map(|value| ("authorization", value)));
            self.http.open(&Request {
                method: "PUT",
                url: &url,
                headers: &headers,
                body: &manifest.raw,
            })
        };
        let read = |answer: Response<Body>| {
            Ok((answer.status().as_u16(), header(&answer, "docker-content-digest")))
        };
        let (status, said) = self.ask(send, read)?;
        if status != 201 {
            return Err(self.refused(&version.to_string(), status));
        }
        match said.and_then(|said| said.parse().ok()).filter(|said| *said != manifest.digest) {
            Some(said) => Err(self.lied("the manifest", said, manifest.digest)),
            None => Ok(()),
        }
    }
}
