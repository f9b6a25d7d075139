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
        let log_n =
            u8::try_from(self.n.ilog2()).ok().filter(|_| is_fit && self.p <= MOST_ROUNDS)?;
        Params::new(log_n, self.r, self.p).ok()
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
