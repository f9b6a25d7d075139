//! What comes from elsewhere: downloads that are verified and resumed, and archives that nobody trusts.

pub mod archive;
pub mod catalogue;
mod digest;
pub mod download;
mod store;
mod unfinished;

pub use digest::{Digest, NotADigest};
pub use download::{Download, Expect, Progress};
pub use store::{Store, Stored};
pub use unfinished::Unfinished;
