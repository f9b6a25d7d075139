//! A web server that takes files: by WebDAV, else by plain PUT.

use std::env;
use std::io::{self, Read};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use object_store::UpdateVersion;
use problem::Problem;
use supervise::CleanUp;
use wire::{Body, Get, Http, Patience, Request, Response, Vain};

use crate::content::Content;
use crate::store::{Over, Put, Store, Watch};
use crate::target::{Kind, Target};
use crate::trouble;

/// A folder of a web server.
pub(crate) struct Web {
    target: Target,
    http: Http,
    authorization: Option<String>,
}

impl Web {
    pub(crate) fn new(target: &Target) -> Web {
        let var = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let basic = |(user, password): (String, String)| {
            format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
        };
        let basic = var("PUBLISH_USERNAME").zip(var("PUBLISH_PASSWORD")).map(basic);
        let authorization = var("PUBLISH_TOKEN").map(|token| format!("Bearer {token}")).or(basic);
        Web { target: target.clone(), http: Http::new(Patience::default(), 1), authorization }
    }

    fn headers<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let authorization = self.authorization.as_deref().map(|value| ("authorization", value));
        more.iter().copied().chain(authorization).collect()
    }

    /// Asks until it is answered, and gives the status.
    fn ask(
        &self,
        method: &'static str,
        url: &str,
        more: &[(&str, &str)],
    ) -> Result<Response<()>, Problem> {
        let headers = self.headers(more);
        let request = Request { method, url, headers: &headers, body: &[] };
        let answer = self.http.send(&request, |answer| Ok(answer.map(drop)));
        answer.map_err(|why| self.unreached(method, &why))
    }

    fn unreached(&self, method: &str, why: &str) -> Problem {
        Problem::infrastructure(format!("{method} to `{}` failed: {why}", self.target.url("")))
            .hint("run it again; what is there already is not sent again")
    }

    fn refused(&self, method: &str, status: u16) -> Problem {
        let what = format!("`{}` answered {status} to {method}", self.target.url(""));
        match status {
            401 | 403 => Problem::user(what).hint(format!(
                "it takes credentials that are valid and may write: {}",
                trouble::credentials(Kind::Web)
            )),
            404 | 405 | 409 | 501 => Problem::user(what)
                .hint("check that there is such a folder, and that the server takes files in it"),
            _ => Problem::infrastructure(what).hint("run it again, or ask who runs the server"),
        }
    }

    /// Whether it speaks WebDAV: then nothing has its name before it is whole. Not every server says so of a folder that is
    /// not there.
    fn is_webdav(&self) -> Result<bool, Problem> {
        self.make_folders()?;
        let answer = self.ask("OPTIONS", &self.target.url(""), &[])?;
        Ok(answer.status().is_success() && answer.headers().contains_key("dav"))
    }

    /// Makes the folder and those that it is in. Whether they are there is seen when something is put there.
    fn make_folders(&self) -> Result<(), Problem> {
        let url = self.target.url("");
        let path = url.find("://").and_then(|at| url[at + 3..].find('/').map(|end| at + 4 + end));
        let path = path.unwrap_or(url.len());
        for (end, _) in url.match_indices('/').filter(|(end, _)| *end >= path) {
            self.ask("MKCOL", &url[..=end], &[])?;
        }
        Ok(())
    }

    /// Sends it there, from its begin each time, and gives the status.
    fn send(
        &self,
        url: &str,
        content: &Content,
        condition: Option<(&str, &str)>,
        watch: &mut Watch<'_>,
    ) -> Result<u16, Problem> {
        let headers = self.headers(condition.as_slice());
        let sent = self.http.patience().insist(|| {
            watch.begin();
            let body = content.reader(watch.sending(content));
            let answer = self.http.put(url, &headers, content.size, body);
            match watch.interruption.over(Ok(())) {
                Ok(()) => answer,
                Err(problem) => Err(Vain::for_good(problem.message)),
            }
        });
        watch.interruption.over(Ok(()))?;
        sent.map(|answer| answer.status().as_u16()).map_err(|why| self.unreached("PUT", &why))
    }

    /// Under another name first, which becomes the right one at once.
    fn put_by_webdav(
        &self,
        content: &Content,
        over: &Over,
        watch: &mut Watch<'_>,
    ) -> Result<u16, Problem> {
        let part = self.target.url(&format!(".bootgate-{}", &content.digest.hex()[..16]));
        let (http, url, headers) = (self.http.clone(), part.clone(), self.authorization.clone());
        let _guard = CleanUp::push(format!("file {part}"), move || {
            let headers: Vec<_> = headers.iter().map(|value| ("authorization", &**value)).collect();
            let request = Request { method: "DELETE", url: &url, headers: &headers, body: &[] };
            // It is gone already when all went well, and replaced by the next run when this fails.
            let _gone = http.open(&request);
        });
        let status = self.send(&part, content, None, watch)?;
        if !(200..300).contains(&status) {
            return Ok(status);
        }
        let over = if matches!(over, Over::Nothing) { "F" } else { "T" };
        let to = self.target.url(&content.name);
        let headers = [("destination", to.as_str()), ("overwrite", over)];
        Ok(self.ask("MOVE", &part, &headers)?.status().as_u16())
    }

    fn put_plainly(
        &self,
        content: &Content,
        over: &Over,
        watch: &mut Watch<'_>,
    ) -> Result<u16, Problem> {
        let condition = match over {
            Over::Nothing => Some(("if-none-match", "*")),
            Over::This(version) => version.e_tag.as_deref().map(|tag| ("if-match", tag)),
            Over::Anything => None,
        };
        self.send(&self.target.url(&content.name), content, condition, watch)
    }

    /// What comes from there on. None if there is nothing.
    fn get(&self, name: &str, from: u64) -> Result<Result<Option<Response<Body>>, Problem>, Vain> {
        let (url, range) = (self.target.url(name), format!("bytes={from}-"));
        let range = [("range", range.as_str())];
        let headers = if from > 0 { &range[..] } else { &[] };
        let authorization = self.authorization.as_deref();
        let answer = self.http.get(&Get { url: &url, headers, authorization })?;
        Ok(match answer.status().as_u16() {
            200 | 206 => Ok(Some(answer)),
            404 | 410 => Ok(None),
            status => Err(self.refused("GET", status)),
        })
    }
}

impl Store for Web {
    fn read(
        &self,
        name: &str,
        each: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Option<UpdateVersion>, Problem> {
        let mut done = 0;
        let read = self.http.patience().insist(|| {
            let answer = match self.get(name, done)? {
                Ok(Some(answer)) => answer,
                other => return Ok(other.map(|_| None)),
            };
            let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok());
            let version = UpdateVersion { e_tag: tag.map(str::to_owned), version: None };
            let is_rest = answer.status() == 206;
            let mut body = answer.into_body().into_reader();
            if !is_rest {
                io::copy(&mut body.by_ref().take(done), &mut io::sink())?;
            }
            let mut chunk = vec![0; 256 << 10];
            loop {
                let read = body.read(&mut chunk)?;
                done += read as u64;
                if read == 0 || !each(&chunk[..read]) {
                    return Ok(Ok(Some(version)));
                }
            }
        });
        read.map_err(|why| self.unreached("GET", &why))?
    }

    fn put(&self, content: &Content, over: &Over, watch: &mut Watch<'_>) -> Result<Put, Problem> {
        let status = match self.is_webdav()? {
            true => self.put_by_webdav(content, over, watch)?,
            false => self.put_plainly(content, over, watch)?,
        };
        match status {
            200..300 => Ok(Put::Done),
            412 => Ok(Put::Taken),
            status => Err(self.refused("PUT", status)),
        }
    }
}
