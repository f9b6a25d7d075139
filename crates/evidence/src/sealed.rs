//! Cosign's encrypted keys: JSON that names scrypt and NaCl's secretbox.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit;
use salsa20::XSalsa20;
use salsa20::cipher::{KeyIvInit, StreamCipher};
use scrypt::Params;
use serde::Deserialize;
use zeroize::Zeroizing;

/// What scrypt may take of memory, in bytes. Cosign's own keys take 64 MiB.
const MOST_MEMORY: u64 = 256 << 20;

/// How often it may go through that memory. Cosign's own keys do so once.
const MOST_ROUNDS: u32 = 4;

#[derive(Deserialize)]
struct Sealed {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Kdf {
    name: String,
    params: Cost,
    salt: String,
}

#[derive(Deserialize)]
struct Cost {
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
}

#[derive(Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// What is inside, or why it cannot be told.
pub(crate) fn open(json: &[u8], password: Option<&str>) -> Result<Zeroizing<Vec<u8>>, String> {
    let sealed: Sealed =
        serde_json::from_slice(json).map_err(|_| "what is encrypted is no key of cosign's")?;
    if (sealed.kdf.name.as_str(), sealed.cipher.name.as_str()) != ("scrypt", "nacl/secretbox") {
        return Err("it is not encrypted as cosign does it".into());
    }
    let params = sealed.kdf.params.bounded().ok_or("it asks for too much memory or time")?;
    let [salt, nonce, ciphertext] = [&sealed.kdf.salt, &sealed.cipher.nonce, &sealed.ciphertext]
        .map(|text| BASE64_STANDARD.decode(text));
    let (Ok(salt), Ok(nonce), Ok(ciphertext)) = (salt, nonce, ciphertext) else {
        return Err("what is encrypted is no Base64".into());
    };
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| "its nonce has another length")?;
    let password =
        password.ok_or("it is encrypted, and the environment has no `COSIGN_PASSWORD`")?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(password.as_bytes(), &salt, &params, &mut *key)
        .map_err(|error| error.to_string())?;
    unbox(&key, &nonce, &ciphertext)
        .ok_or_else(|| "the password in `COSIGN_PASSWORD` is wrong".into())
}

impl Cost {
    fn bounded(&self) -> Option<Params> {
        let memory = self.n.checked_mul(128)?.checked_mul(self.r.into())?;
        let is_fit = self.n.is_power_of_two() && self.n > 1 && memory <= MOST_MEMORY;
        let log_n = is_fit.then(|| self.n.ilog2()).filter(|_| self.p <= MOST_ROUNDS)?;
        Params::new(u8::try_from(log_n).ok()?, self.r, self.p).ok()
    }
}

/// Secretbox: the first 32 bytes of XSalsa20's key stream are the key of the tag that stands before the ciphertext.
fn unbox(key: &[u8; 32], nonce: &[u8; 24], boxed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (tag, ciphertext) = boxed.split_at_checked(16)?;
    let mut stream = XSalsa20::new(key.into(), nonce.into());
    let mut tag_key = Zeroizing::new([0; 32]);
    stream.apply_keystream(&mut *tag_key);
    // Who could measure how long this takes has the file already.
    let expected = Poly1305::new((&*tag_key).into()).compute_unpadded(ciphertext);
    let mut opened = Zeroizing::new(ciphertext.to_vec());
    stream.apply_keystream(&mut opened);
    (expected.as_slice() == tag).then_some(opened)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealed(n: u64, r: u32, p: u32) -> String {
        format!(
            r#"{{"kdf":{{"name":"scrypt","params":{{"N":{n},"r":{r},"p":{p}}},"salt":""}},
                "cipher":{{"name":"nacl/secretbox","nonce":"{}"}},"ciphertext":""}}"#,
            "A".repeat(32)
        )
    }

    #[test]
    fn a_key_that_would_take_all_memory_or_time_is_refused() {
        for (n, r, p) in [
            (1 << 30, 8, 1),
            (65536, 1 << 20, 1),
            (u64::MAX, u32::MAX, 1),
            (65536, 8, 5),
            (65535, 8, 1),
            (0, 8, 1),
            (1, 8, 1),
            (65536, 0, 1),
            (65536, 8, 0),
        ] {
            let why = open(sealed(n, r, p).as_bytes(), Some("x")).unwrap_err();
            assert_eq!(why, "it asks for too much memory or time", "{n} {r} {p}");
        }
        assert!(open(sealed(2, 1, 1).as_bytes(), Some("x")).unwrap_err().contains("is wrong"));
    }

    proptest! {
        #[test]
        fn what_is_changed_by_a_bit_does_not_open(bit in 0usize..8 * 27) {
            // NaCl's secretbox of "hello world", made by libsodium.
            let mut boxed = BASE64_STANDARD.decode("WFSuguQrM4glL9tewDL9RpUAspERGqUiEhHT").unwrap();
            prop_assert_eq!(&**unbox(&[1; 32], &[2; 24], &boxed).unwrap(), b"hello world");
            boxed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(unbox(&[1; 32], &[2; 24], &boxed).is_none());
        }
    }
}
