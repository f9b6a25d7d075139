//! The store behind a signed address: Azure's blobs, sent whole or in blocks.

use std::fmt::Write as _;

use ureq::Body;
use ureq::http::Response;

use crate::{Http, Request, Signed, Vain};

/// The interface of the store that we were written for.
const VERSION: (&str, &str) = ("x-ms-version", "2021-08-06");

/// One blob that is to be. What was sent of it becomes a blob only when it is completed.
#[derive(Clone, Copy, Debug)]
pub struct Store<'a> {
    /// What sends.
    pub http: &'a Http,
    /// Where to.
    pub address: &'a Signed,
}

impl Store<'_> {
    /// Sends a blob in one piece.
    ///
    /// # Errors
    /// As [`Http::send`]; also if the store does not take it.
    pub fn put(&self, bytes: &[u8]) -> Result<(), String> {
        self.request(&self.address.0, &[("x-ms-blob-type", "BlockBlob")], bytes)
    }

    /// Sends a block. All ids of a blob are base64 and of one length.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn put_block(&self, id: &str, bytes: &[u8]) -> Result<(), String> {
        self.request(&self.address.with(&format!("comp=block&blockid={id}")), &[], bytes)
    }

    /// Makes these blocks a blob of this media type.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn complete(&self, ids: &[String], media_type: &str) -> Result<(), String> {
        let mut list = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
        for id in ids {
            // Writing to a string does not fail.
            let _infallible = write!(list, "<Latest>{id}</Latest>");
        }
        list.push_str("</BlockList>");
        let headers = [("x-ms-blob-content-type", media_type)];
        self.request(&self.address.with("comp=blocklist"), &headers, list.as_bytes())
    }

    fn request(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(), String> {
        let headers: Vec<_> = headers.iter().copied().chain([VERSION]).collect();
        let request = Request { method: "PUT", url, headers: &headers, body };
        match self.http.send(&request, status)? {
            200..300 => Ok(()),
            status => Err(format!("the store answered {status}")),
        }
    }
}

/// Reads the answer to its end, so that its connection can be used again.
fn status(mut answer: Response<Body>) -> Result<u16, Vain> {
    answer.body_mut().with_config().limit(1 << 20).read_to_vec()?;
    Ok(answer.status().as_u16())
}
