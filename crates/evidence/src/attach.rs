//! An envelope into a registry, as a referrer of what it is about.

use fetch::Digest;
use problem::Problem;
use registry::{Descriptor, Manifest, Repository};
use serde_json::json;

use crate::bundle::{self, BUNDLE};
use crate::envelope::Envelope;

pub(crate) const DSSE: &str = "application/vnd.dsse.envelope.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Attaches an envelope to what it is about, and gives the digest of the manifest that holds it. The same envelope makes
/// the same manifest.
///
/// A signed one is a bundle, as cosign 3 reads it. One that nobody signed is a plain envelope: cosign does not look at it.
///
/// # Errors
/// As [`Repository::push_bytes`] and [`Repository::attach`].
pub fn attach(
    to: &Repository,
    subject: &Descriptor,
    envelope: &Envelope,
) -> Result<Digest, Problem> {
    let (media_type, contents) = match envelope.is_signed() {
        true => (BUNDLE, bundle::of(envelope)),
        false => (DSSE, envelope.to_json()),
    };
    let kind = envelope.predicate_type();
    let config = to.push_bytes(b"{}", EMPTY)?;
    let layer = to.push_bytes(contents.as_bytes(), media_type)?;
    let mut raw = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": media_type,
        "config": config,
        "layers": [layer],
        "subject": { "mediaType": subject.media_type, "digest": subject.digest, "size": subject.size },
        "annotations": { "dev.sigstore.bundle.predicateType": kind },
    });
    if media_type == BUNDLE {
        raw["annotations"]["dev.sigstore.bundle.content"] = "dsse-envelope".into();
    }
    let manifest = Manifest::parse(raw.to_string().into_bytes(), MANIFEST)?;
    to.attach(&manifest)?;
    Ok(manifest.digest)
}
