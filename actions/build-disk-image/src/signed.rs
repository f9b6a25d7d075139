//! Who made a disk: a signed statement at the artifact that holds it. Whoever may push can attach a disk to an image.

use std::slice;

use evidence::{Envelope, SigningKey, Statement, Subject, attach, find};
use fetch::Digest;
use problem::Problem;
use registry::{Descriptor, Repository};
use serde_json::json;

/// What the statement says.
const MADE_OF: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/disk/v0.1");

/// Says that the disk in an artifact was made of an image by who has the key.
///
/// # Errors
/// As [`attach`].
pub(crate) fn sign(
    repository: &Repository,
    artifact: &Descriptor,
    image: Digest,
    key: &SigningKey,
) -> Result<(), Problem> {
    let subject = Subject::new("disk", artifact.digest);
    let statement = Statement::new(subject, MADE_OF, json!({ "image": image }));
    attach(repository, artifact, &Envelope::sign(&statement, key)).map(drop)
}

/// Whether who has the key said so of an artifact.
///
/// # Errors
/// As [`find`].
pub(crate) fn is_signed(
    repository: &Repository,
    artifact: Digest,
    key: &SigningKey,
) -> Result<bool, Problem> {
    let public = key.public();
    let says_so = |statement: Statement| statement.predicate_type == MADE_OF;
    let found = find(repository, artifact)?;
    Ok(found.iter().any(|it| it.verify(slice::from_ref(&public), artifact).is_ok_and(says_so)))
}
