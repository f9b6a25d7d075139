//! Sigstore's bundle with an envelope in it, and which JSON is which.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::envelope::Envelope;
use crate::rejected::Rejected;

pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// What may be attached to an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    Envelope(Envelope),
    /// A statement without an envelope.
    Bare(Vec<u8>),
}

/// Just enough to tell what it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline {
    dsse_envelope: Option<Envelope>,
    payload: Option<IgnoredAny>,
    #[serde(rename = "_type")]
    statement: Option<IgnoredAny>,
}

impl Contents {
    /// Reads a bundle, an envelope or a bare statement.
    pub(crate) fn parse(json: &[u8]) -> Result<Contents, Rejected> {
        let outline: Outline = serde_json::from_slice(json).map_err(Rejected::malformed)?;
        match outline {
            Outline { dsse_envelope: Some(envelope), .. } => {
                envelope.bounded().map(Contents::Envelope)
            }
            Outline { payload: Some(_), .. } => Envelope::parse(json).map(Contents::Envelope),
            Outline { statement: Some(_), .. } => Ok(Contents::Bare(json.to_vec())),
            _ => Err(Rejected::NotAStatement("it holds none".into())),
        }
    }
}

/// The bundle of an envelope that a plain key signed.
pub(crate) fn of(envelope: &Envelope) -> String {
    json!({
        "mediaType": BUNDLE,
        "verificationMaterial": { "publicKey": { "hint": envelope.signer() } },
        "dsseEnvelope": envelope,
    })
    .to_string()
}
