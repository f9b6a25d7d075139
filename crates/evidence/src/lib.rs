//! Results of tests beside the image that they are about: in-toto statements in DSSE envelopes, signed with keys as cosign
//! has them, attached to a digest in a registry, found there again and verified.
//!
//! What an envelope says can be read in two ways only: by [`Envelope::verify`], which looks at the signature first, and by
//! [`Envelope::read_without_verifying`], whose name says what it is.

mod attach;
mod bundle;
mod envelope;
mod find;
mod key;
mod keyless;
mod pinned;
mod rejected;
mod sealed;
mod statement;
mod test_result;

pub use attach::attach;
pub use envelope::Envelope;
pub use find::{Attached, find};
pub use key::{PublicKey, SigningKey};
pub use keyless::{Identity, verify_keyless};
pub use pinned::{LEFT, Pinned};
pub use rejected::Rejected;
pub use statement::{Statement, Subject};
pub use test_result::{Configuration, Facts, Outcome, TEST_RESULT, TestResult};

/// No envelope or bundle that is read is larger, in bytes.
pub const LARGEST: u64 = 16 << 20;
