//! What is taken away, where the registry allows that.

use fetch::Digest;
use problem::Problem;

use crate::reference::Version;
use crate::reply::said;
use crate::repository::Repository;

impl Repository {
    /// Deletes a manifest, with all tags that name it. One that has gone is no error. What has a subject goes from the list
    /// under that one's tag, too.
    ///
    /// # Errors
    /// The user's: the registry does not allow it to us, or to anyone. Otherwise the network's.
    pub fn delete_manifest(&self, digest: Digest) -> Result<(), Problem> {
        let version = Version::Digest(digest);
        let Some(found) = self.find(&version)? else { return Ok(()) };
        self.delete(&version)?;
        found.subject.map_or(Ok(()), |subject| self.relist(subject.digest, digest, None))
    }

    /// Deletes a tag, and leaves what it names. One that has gone is no error.
    ///
    /// # Errors
    /// As [`Repository::delete_manifest`]: fewer registries allow it.
    pub fn delete_tag(&self, tag: &str) -> Result<(), Problem> {
        self.delete(&Version::Tag(tag.into()))
    }

    fn delete(&self, version: &Version) -> Result<(), Problem> {
        let url = format!("{}/manifests/{version}", self.base);
        let reply = self.call("DELETE", &url, &[], &[])?;
        match reply.status().as_u16() {
            200..300 | 404 => Ok(()),
            status @ (400 | 405) => {
                let what = self.named(&version.to_string());
                let why = format!("{what} is not to be deleted: status {status}{}", said(&reply));
                let hint = match version {
                    Version::Digest(_) => {
                        "allow it in the registry, such as with `storage: {delete: {enabled: true}}`, or use its own means"
                    }
                    Version::Tag(_) => {
                        "not every registry deletes a tag alone: move the tag, or delete what it names by digest"
                    }
                };
                Err(Problem::user(why).hint(hint))
            }
            _ => Err(self.refused(&version.to_string(), &reply)),
        }
    }
}
