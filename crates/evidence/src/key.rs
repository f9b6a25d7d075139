//! ECDSA keys on P-256, in the forms that cosign and openssl write.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fetch::Digest;
use p256::SecretKey;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey};
use problem::Problem;
use zeroize::Zeroizing;

use crate::sealed;

/// No key's file is larger, in bytes.
const LARGEST: usize = 64 << 10;

/// A private key. It is wiped when it is dropped, and does not show itself.
pub struct SigningKey(p256::ecdsa::SigningKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the private key of {:?}", self.public())
    }
}

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

impl SigningKey {
    /// Reads a key of cosign's, which needs its `password`, or a plain one as PKCS#8 or SEC1.
    ///
    /// # Errors
    /// The user's: the text is none of these, or the password is wrong or missing.
    pub fn from_pem(pem: &str, password: Option<&str>) -> Result<SigningKey, Problem> {
        let wrong = |why: &str| {
            Problem::user(format!("the signing key cannot be used: {why}"))
                .hint("give an ECDSA P-256 key, as `cosign generate-key-pair` writes it")
        };
        if pem.len() > LARGEST {
            return Err(wrong("it is too large"));
        }
        let (label, contents) = pem_rfc7468::decode_vec(pem.trim().as_bytes())
            .map_err(|error| wrong(&format!("it is no PEM: {error}")))?;
        let contents = Zeroizing::new(contents);
        let key = match label {
            "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY" => {
                let opened = sealed::open(&contents, password).map_err(|why| wrong(&why))?;
                SecretKey::from_pkcs8_der(&opened).ok()
            }
            "PRIVATE KEY" => SecretKey::from_pkcs8_der(&contents).ok(),
            "EC PRIVATE KEY" => SecretKey::from_sec1_der(&contents).ok(),
            other => return Err(wrong(&format!("it is `{}`", other.escape_debug()))),
        };
        let key = key.ok_or_else(|| wrong("it is no key on P-256"))?;
        Ok(SigningKey(key.into()))
    }

    /// Its other half.
    pub fn public(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }

    /// The signature of a file with this digest, as `cosign sign-blob` writes it and `cosign verify-blob --signature` reads
    /// it: the same each time.
    ///
    /// # Errors
    /// Our own: the digest cannot be signed.
    pub fn sign_blob(&self, digest: &Digest) -> Result<String, Problem> {
        let signature: Result<DerSignature, _> = self.0.sign_prehash(digest.bytes());
        signature.map(|signature| BASE64_STANDARD.encode(signature.as_bytes())).map_err(|error| {
            Problem::infrastructure(format!("`{digest}` cannot be signed: {error}"))
        })
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.0.sign(bytes);
        signature.as_bytes().to_vec()
    }
}

impl PublicKey {
    /// Reads a key as in `cosign.pub`.
    ///
    /// # Errors
    /// The user's: it is another kind of key, or none.
    pub fn from_pem(pem: &str) -> Result<PublicKey, Problem> {
        let key = VerifyingKey::from_public_key_pem(pem.trim());
        key.map(PublicKey).map_err(|error| {
            Problem::user(format!("the public key cannot be used: {error}"))
                .hint("give an ECDSA P-256 key, such as `cosign.pub`")
        })
    }

    /// By what cosign calls a key: the SHA-256 of its DER, as Base64.
    pub fn fingerprint(&self) -> String {
        let der = self.0.to_public_key_der().map(|der| Digest::of(der.as_bytes()));
        der.map(|digest| BASE64_STANDARD.encode(digest.bytes())).unwrap_or_default()
    }

    pub(crate) fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let signature = DerSignature::from_bytes(signature);
        signature.is_ok_and(|signature| self.0.verify(bytes, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_a_parser_of_keys_panic(
            label in "(EC |ENCRYPTED SIGSTORE |ENCRYPTED COSIGN )?PRIVATE KEY|PUBLIC KEY",
            contents in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                r#"\{"kdf":\{"name":"scrypt","params":\{"N":[0-9]{1,20},"r":[0-9],"p":0\},"salt":"[A-Z]{0,8}"\}.{0,99}"#
                    .prop_map(String::into_bytes),
            ],
        ) {
            let contents = BASE64_STANDARD.encode(contents);
            let pem = format!("-----BEGIN {label}-----\n{contents}\n-----END {label}-----\n");
            prop_assert!(SigningKey::from_pem(&pem, Some("x")).is_err());
            prop_assert!(PublicKey::from_pem(&pem).is_err());
        }
    }
}
