//! Any bytes as evidence and any text as a key: a statement, a key or a reason, never a crash.

#![no_main]

use evidence::{Attached, PublicKey, SigningKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = Attached::of_file(bytes);
    let digest = "0".repeat(64).parse().expect("a digest");
    match file.read_without_verifying(digest) {
        Ok(statement) => assert!(statement.is_about(digest)),
        Err(why) => assert!(!why.to_string().contains('\x1b')),
    }
    assert!(file.verify(&[], digest).is_err());
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _public = PublicKey::from_pem(text);
        let _private = SigningKey::from_pem(text, Some("password"));
    }
});
