//! The stores' requests over our own HTTP, which knows proxies, patience with silence, and what is local.

use std::io::Read;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderValue;
use http::header::IF_NONE_MATCH;
use http::request::Parts;
use http_body_util::BodyExt;
use http_body_util::channel::{Channel, Sender};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use wire::{Body, Http, Request, Response, Vain};

/// How much of an answer is read at once, in bytes, and how many of these wait.
const SOME: usize = 256 << 10;
const WAITING: usize = 4;

/// No answer is larger, in bytes, unless it is a file.
const LARGEST_ANSWER: u64 = 4 << 20;

/// Sends requests, several at once.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    pub(crate) http: Http,
    /// Completes an upload in parts to S3 only where nothing has its name. The library has this for uploads in one piece;
    /// the header needs no signature.
    pub(crate) completes_new: bool,
}

impl HttpConnector for Transport {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (mut head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        if self.completes_new && completes(&head) {
            head.headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        let (http, is_get) = (self.http.clone(), head.method == "GET");
        let sent = spawn_blocking(move || send(&http, &head, &body));
        let answer =
            sent.await.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))??;
        let (head, body) = answer.into_parts();
        let (sender, channel) = Channel::new(WAITING);
        let is_file = is_get && head.status.is_success();
        let most = if is_file { u64::MAX } else { LARGEST_ANSWER };
        spawn_blocking(move || pass_on(body.into_reader().take(most), sender));
        Ok(HttpResponse::from_parts(head, HttpResponseBody::new(channel.fuse())))
    }
}

fn completes(head: &Parts) -> bool {
    let query = head.uri.query().unwrap_or_default();
    head.method == "POST" && query.split('&').any(|pair| pair.starts_with("uploadId="))
}

fn send(http: &Http, head: &Parts, body: &Bytes) -> Result<Response<Body>, HttpError> {
    let method = match head.method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "POST",
    };
    let (url, headers) = (head.uri.to_string(), &head.headers);
    let headers =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let headers: Vec<_> = headers.collect();
    http.open(&Request { method, url: &url, headers: &headers, body }).map_err(failed)
}

/// Whether it is sent again is up to the library: all that we send may come twice, because what came first is told by its
/// content.
fn failed(vain: Vain) -> HttpError {
    let kind = if vain.is_final { HttpErrorKind::Unknown } else { HttpErrorKind::Request };
    HttpError::new(kind, std::io::Error::other(vain.why))
}

/// Until the body ends, or nobody wants more of it.
fn pass_on(mut body: impl Read, mut sender: Sender<Bytes, HttpError>) {
    loop {
        let mut chunk = vec![0; SOME];
        match body.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => {
                chunk.truncate(read);
                if Handle::current().block_on(sender.send_data(chunk.into())).is_err() {
                    return;
                }
            }
            Err(error) => return sender.abort(HttpError::new(HttpErrorKind::Interrupted, error)),
        }
    }
}
