//! One place and what is to be there: look, put, read back.

use fetch::Digest;
use gha::Note;
use object_store::UpdateVersion;
use problem::Problem;
use sha2::{Digest as _, Sha256};

use crate::content::Content;
use crate::store::{Over, Put, Store, Watch};
use crate::sums::{self, Sums};
use crate::target::Target;

/// How often the list of sums is tried again while others write it, too.
const TRIES: u32 = 5;

/// Why a name was refused: what it has, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) url: String,
    pub(crate) by: String,
}

/// What has a name there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum There {
    Nothing,
    /// All of its bytes were read and have the digest.
    Same,
    /// Something else, in words.
    Other(String),
}

/// Where something is published.
pub(crate) struct Publication<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) target: &'a Target,
    pub(crate) mutable: bool,
}

impl Publication<'_> {
    /// Reads what is there, no more of it than the content has.
    pub(crate) fn compare(&self, content: &Content) -> Result<There, Problem> {
        let (mut hash, mut size) = (Sha256::new(), 0);
        let found = self.store.read(&content.name, &mut |bytes| {
            size += bytes.len() as u64;
            hash.update(bytes);
            size <= content.size
        })?;
        let digest = Digest::done(hash);
        Ok(match found {
            None => There::Nothing,
            Some(_) if size > content.size => {
                There::Other(format!("more than {} bytes", content.size))
            }
            Some(_) if digest == content.digest => There::Same,
            Some(_) => There::Other(format!("{digest}, {size} bytes")),
        })
    }

    /// Why this must not go there, if so.
    pub(crate) fn taken(&self, content: &Content, there: &There) -> Option<Taken> {
        match there {
            There::Other(by) if !self.mutable => {
                Some(Taken { url: self.target.url(&content.name), by: by.clone() })
            }
            _ => None,
        }
    }

    /// Puts it there and reads it back, unless its name is taken.
    pub(crate) fn put(
        &self,
        content: &Content,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Taken>, Problem> {
        let url = self.target.url(&content.name);
        let over = if self.mutable { Over::Anything } else { Over::Nothing };
        let put = self.store.put(content, &over, watch);
        watch.interruption.over(Ok(()))?;
        (watch.say)(Note::Step(&format!("reading `{url}` back")));
        match (self.compare(content), put) {
            // Also where the answer was lost, and not the file.
            (Ok(There::Same), _) => Ok(None),
            (_, Err(problem)) | (Err(problem), _) => Err(problem),
            (Ok(There::Other(by)), Ok(Put::Taken)) => Ok(Some(Taken { url, by })),
            (Ok(There::Nothing), Ok(Put::Taken)) => Err(Problem::infrastructure(format!(
                "`{url}` is taken, the other side says, and there is nothing"
            ))
            .hint("run it again; somebody else may be publishing it now")),
            (Ok(there), Ok(_)) => {
                let what = if let There::Other(by) = there { by } else { "nothing".into() };
                Err(Problem::infrastructure(format!(
                    "`{url}` has {what} after {} was put there, which is {} bytes",
                    content.digest, content.size
                ))
                .hint("nobody must use it: delete it there, find out who changed it, and run this again"))
            }
        }
    }

    /// The list of sums that is there, and its version.
    fn sums(&self) -> Result<(Sums, Option<UpdateVersion>), Problem> {
        let mut bytes = Vec::new();
        let version = self.store.read(sums::NAME, &mut |piece| {
            bytes.extend_from_slice(piece);
            bytes.len() <= sums::LARGEST
        })?;
        let text = String::from_utf8(bytes).ok().filter(|text| text.len() <= sums::LARGEST);
        let sums = text.and_then(|text| Sums::parse(&text)).ok_or_else(|| {
            let url = self.target.url(sums::NAME);
            Problem::user(format!("`{url}` is no list of SHA-256 sums"))
                .hint("move it away; this action writes a new one")
        })?;
        Ok((sums, version))
    }

    /// A file that the list there has with another sum.
    pub(crate) fn listed(&self, ours: &Sums) -> Result<Option<Taken>, Problem> {
        let (there, _) = self.sums()?;
        let url = self.target.url(sums::NAME);
        let against = there.against(ours).filter(|_| !self.mutable);
        Ok(against.map(|(name, digest)| Taken { url, by: format!("{digest} for `{name}`") }))
    }

    /// Adds our sums to the list, beside those of others, until they are seen there.
    pub(crate) fn list(&self, ours: &Sums, watch: &mut Watch<'_>) -> Result<(), Problem> {
        for _ in 0..TRIES {
            let (there, version) = self.sums()?;
            let mut merged = there.clone();
            merged.0.extend(ours.0.clone());
            if merged == there {
                return Ok(());
            }
            let content = Content::of(sums::NAME.into(), merged.text());
            self.store.put(&content, &version.map_or(Over::Nothing, Over::This), watch)?;
        }
        Err(Problem::infrastructure(format!(
            "`{}` does not keep what is written to it",
            self.target.url(sums::NAME)
        ))
        .hint("publish to a folder from one job at a time, with `concurrency`"))
    }
}
