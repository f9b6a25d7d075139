//! Blobs from one repository into another, without a file between.

use std::cell::RefCell;
use std::io::{self, Read};

use fetch::Digest;
use problem::Problem;
use sha2::{Digest as _, Sha256};
use wire::{BodyReader, Get, Vain};

use crate::challenge::form;
use crate::manifest::Descriptor;
use crate::push::Begun;
use crate::reply::read;
use crate::repository::Repository;

/// How a blob came to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It was there.
    Not,
    /// The registry has it from another of its repositories, or had it.
    Mounted,
    /// All its bytes came through here.
    Streamed,
}

impl Repository {
    /// Puts a blob of another repository here, verified, unless it is here: on the same registry without its bytes, if the
    /// registry can do that.
    ///
    /// # Errors
    /// The user's: it is not there, or not for us. Otherwise the network's, or the registry's: it is not what its digest says.
    pub fn copy_blob(&self, from: &Repository, of: &Descriptor) -> Result<Moved, Problem> {
        let mut begun = None;
        if self.reference.registry == from.reference.registry {
            // Asked first, because it says as well that a blob is there.
            match self.mount(from, of)? {
                Mount::Done => return Ok(Moved::Mounted),
                Mount::Refused(place) => begun = place,
            }
        }
        if self.has_blob(of.digest)? {
            return Ok(Moved::Not);
        }
        self.stream(from, of, begun).map(|()| Moved::Streamed)
    }

    /// What a registry has against a mount it need not have against an upload: some begin one at once.
    fn mount(&self, from: &Repository, of: &Descriptor) -> Result<Mount, Problem> {
        self.read_also(&from.reference);
        let digest = of.digest.to_string();
        let asked = form(&[("mount", &digest), ("from", &from.reference.repository)]);
        let url = format!("{}/blobs/uploads/?{asked}", self.base);
        let reply = self.call("POST", &url, &[], &[])?;
        Ok(match reply.status().as_u16() {
            201 => Mount::Done,
            202 => Mount::Refused(self.place(&reply)),
            _ => Mount::Refused(None),
        })
    }

    /// Each try but one that has begun begins a new upload, and reads from the start.
    fn stream(
        &self,
        from: &Repository,
        of: &Descriptor,
        begun: Option<String>,
    ) -> Result<(), Problem> {
        let (begun, wrong) = (RefCell::new(begun), RefCell::new(None));
        let fail = |problem: Problem| {
            let vain = Vain::for_good(problem.message.clone());
            wrong.replace(Some(problem));
            vain
        };
        let url = format!("{}/blobs/{}", from.base, of.digest);
        let asked = self.ask(|authorization| {
            let place = match begun.take() {
                Some(place) => place,
                None => match self.begin(authorization)? {
                    Begun::At(place) => place,
                    Begun::Refused(answer) => return Ok(answer),
                },
            };
            let source = from.once(|authorization| {
                from.http.get(&Get { url: &url, headers: &[], authorization })
            })?;
            if source.status() != 200 {
                return Err(fail(from.refused(&of.digest.to_string(), &read(source)?)));
            }
            let mut checked = Checked::new(source.into_body().into_reader(), of);
            let sent = self.finish(&place, of.digest, authorization, of.size, &mut checked);
            match checked.other {
                Some(came) => Err(fail(from.lied("the blob", of.digest, came))),
                None => sent,
            }
        });
        match wrong.take() {
            Some(problem) => Err(problem),
            None => self.uploaded(of.digest, &asked?),
        }
    }
}

/// What came of the wish to have a blob from another repository.
enum Mount {
    Done,
    /// An upload may have begun there.
    Refused(Option<String>),
}

/// Gives the last bytes of a blob only if all are right, so that no registry takes wrong ones for whole.
struct Checked {
    from: BodyReader<'static>,
    left: u64,
    hash: Sha256,
    wanted: Digest,
    other: Option<Digest>,
}

impl Checked {
    fn new(from: BodyReader<'static>, of: &Descriptor) -> Checked {
        Checked { from, left: of.size, hash: Sha256::new(), wanted: of.digest, other: None }
    }
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let read = self.from.read(&mut into[..most])?;
        self.left -= read as u64;
        if read == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the blob broke off"));
        }
        self.hash.update(&into[..read]);
        if self.left == 0 {
            let came = Digest::done(self.hash.clone());
            if came != self.wanted {
                self.other = Some(came);
                return Err(io::Error::other("the blob is another one"));
            }
            // Who has seen the end of an answer can use its connection again. More than that is not needed of it.
            let _ = self.from.read(&mut [0]);
        }
        Ok(read)
    }
}
