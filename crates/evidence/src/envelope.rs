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
    /// Whose key signed, where we know: a bundle names it beside the envelope.
    #[serde(skip)]
    signer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Signature {
    #[serde(serialize_with = "write_base64", deserialize_with = "read_base64")]
    sig: Vec<u8>,
}

impl Envelope {
    /// A statement that nobody signs. It proves nothing to anybody.
    pub fn unsigned(statement: &Statement) -> Envelope {
        let payload = statement.to_json().into_bytes();
        let (signatures, signer) = (Vec::new(), String::new());
        Envelope { payload, payload_type: IN_TOTO.into(), signatures, signer }
    }

    /// A statement with our signature. The same key signs the same statement with the same bytes.
    pub fn sign(statement: &Statement, key: &SigningKey) -> Envelope {
        let unsigned = Envelope::unsigned(statement);
        // No key is named with the signature: cosign takes one that is for another key than its own.
        let signatures = vec![Signature { sig: key.sign(&unsigned.signed_bytes()) }];
        Envelope { signatures, signer: key.public().fingerprint(), ..unsigned }
    }

    /// Reads an envelope, and not what is in it.
    ///
    /// # Errors
    /// It is malformed, or too large.
    pub fn parse(json: &[u8]) -> Result<Envelope, Rejected> {
        serde_json::from_slice::<Envelope>(json).map_err(Rejected::malformed)?.bounded()
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The kind of statement that we put into it; nothing if it is not ours.
    pub(crate) fn predicate_type(&self) -> String {
        let statement = serde_json::from_slice::<Statement>(&self.payload);
        statement.map(|statement| statement.predicate_type).unwrap_or_default()
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
        if !self.is_signed() {
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

    pub(crate) fn is_signed(&self) -> bool {
        !self.signatures.is_empty()
    }

    /// Whose key signed, where we know: for those with many keys, and nothing to rely on.
    pub(crate) fn signer(&self) -> &str {
        &self.signer
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Attached;

    #[test]
    fn what_is_signed_is_as_dsse_has_it() {
        let envelope = Envelope {
            payload: b"hello world".into(),
            payload_type: "http://example.com/HelloWorld".into(),
            signatures: Vec::new(),
            signer: String::new(),
        };
        let signed = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
        assert_eq!(envelope.signed_bytes(), signed);
    }

    #[test]
    fn either_alphabet_with_and_without_padding_is_read() {
        for payload in ["+/+/+w==", "-_-_-w==", "+/+/+w", "-_-_-w"] {
            let json = format!("{{\"payload\":\"{payload}\",\"payloadType\":\"x\"}}");
            let read = Envelope::parse(json.as_bytes()).unwrap();
            assert_eq!(read.payload, [0xfb, 0xff, 0xbf, 0xfb], "{payload}");
        }
    }

    #[test]
    fn an_envelope_with_a_thousand_signatures_is_not_tried() {
        let signatures = vec!["{\"sig\":\"\"}"; 1000].join(",");
        let json =
            format!("{{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[{signatures}]}}");
        assert!(matches!(Envelope::parse(json.as_bytes()), Err(Rejected::Malformed(_))));
    }

    proptest! {
        #[test]
        fn two_types_and_payloads_are_never_signed_alike(
            one in ("[ 0-9a-z]{0,6}", "[ 0-9a-z]{0,12}"), other in ("[ 0-9a-z]{0,6}", "[ 0-9a-z]{0,12}")
        ) {
            let signed = |(payload_type, payload): &(String, String)| Envelope {
                payload: payload.clone().into(), payload_type: payload_type.clone(),
                signatures: Vec::new(), signer: String::new(),
            }.signed_bytes();
            prop_assert_eq!(signed(&one) == signed(&other), one == other);
        }

        #[test]
        fn whatever_is_attached_is_read_or_refused(
            text in "\\{(\"(_type|payload|payloadType|signatures|dsseEnvelope|subject)\":(1|\\[\\]|\\{\\}|\"[a-z=+-]{0,8}\"),?){0,5}\\}|.*"
        ) {
            let read = Attached::of_file(text.as_bytes()).read_without_verifying(Digest::of(b""));
            prop_assert!(read.is_err());
            prop_assert!(!read.unwrap_err().to_string().chars().any(char::is_control));
        }
    }
}
