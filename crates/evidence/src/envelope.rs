//! DSSE: a payload and who signed it.

use base64::Engine;
use base64::alphabet::{STANDARD as PLAIN, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use fetch::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::key::{PublicKey, SigningKey};
use crate::rejected::{Rejected, shown};
use crate::statement::Statement;

const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Each signature costs time to verify.
const MOST_SIGNATURES: usize = 32;

/// A statement that is sealed until its signatures were looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    #[serde(serialize_with = "write_base64", deserialize_with = "read_base64")]
    payload: Vec<u8>,
    payload_type: String,
    #[serde(default)]
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Signature {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    keyid: String,
    #[serde(serialize_with = "write_base64", deserialize_with = "read_base64")]
    sig: Vec<u8>,
}

impl Envelope {
    /// A statement that nobody signs. It proves nothing to anybody.
    pub fn unsigned(statement: &Statement) -> Envelope {
        let payload = statement.to_json().into_bytes();
        Envelope { payload, payload_type: IN_TOTO.into(), signatures: Vec::new() }
    }

    /// A statement with our signature. The same key signs the same statement with the same bytes.
    pub fn sign(statement: &Statement, key: &SigningKey) -> Envelope {
        let unsigned = Envelope::unsigned(statement);
        let sig = key.sign(&unsigned.signed_bytes());
        let signatures = vec![Signature { keyid: key.public().fingerprint(), sig }];
        Envelope { signatures, ..unsigned }
    }

    /// Reads an envelope, and not what is in it.
    ///
    /// # Errors
    /// It is malformed, or too large.
    pub fn parse(json: &[u8]) -> Result<Envelope, Rejected> {
        serde_json::from_slice::<Envelope>(json).map_err(Rejected::malformed)?.bounded()
    }

    pub(crate) fn bounded(self) -> Result<Envelope, Rejected> {
        match self.signatures.len() {
            0..=MOST_SIGNATURES => Ok(self),
            more => Err(Rejected::malformed(format!("it has {more} signatures"))),
        }
    }

    /// As JSON in one line.
    pub fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// The statement, if one of `keys` signed it and it is about `subject`. Nothing of it is parsed before that is known.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn verify(&self, keys: &[PublicKey], subject: Digest) -> Result<Statement, Rejected> {
        if self.signatures.is_empty() {
            return Err(Rejected::Unsigned);
        }
        let signed = self.signed_bytes();
        let by =
            |key: &PublicKey| self.signatures.iter().any(|one| key.verifies(&signed, &one.sig));
        if !keys.iter().any(by) {
            return Err(Rejected::OtherKey);
        }
        self.read_without_verifying(subject)
    }

    /// The statement, whoever wrote it: for policies that ask for no signature, and for nothing else.
    ///
    /// # Errors
    /// It is malformed, no statement, or about another digest.
    pub fn read_without_verifying(&self, subject: Digest) -> Result<Statement, Rejected> {
        if self.payload_type != IN_TOTO {
            return Err(Rejected::NotAStatement(format!("it is `{}`", shown(&self.payload_type))));
        }
        Statement::parse(&self.payload, subject)
    }

    /// Whose key signed, as far as the envelope tells: nothing to rely on.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.signatures.first().map(|signature| signature.keyid.as_str())
    }

    /// What is signed: type and payload, so that no payload is taken for one of another type.
    fn signed_bytes(&self) -> Vec<u8> {
        let (kind, payload) = (&self.payload_type, &self.payload);
        let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
        [head.as_bytes(), payload].concat()
    }
}

fn write_base64<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&BASE64_STANDARD.encode(bytes))
}

/// Either alphabet, as DSSE wants it.
fn read_base64<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    let alphabet = if text.contains(['-', '_']) { URL_SAFE } else { PLAIN };
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet, lenient).decode(text).map_err(serde::de::Error::custom)
}
