//! Something at an address into a file, whatever happens on the way.
//!
//! A file never has its name before it is whole and verified. What has come of it so far is kept beside it as `.part`, with
//! the server's word for this version of it in `.part-tag`: the next try, or the next process, goes on from there.

mod partial;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::thread::sleep;

use problem::Problem;
use wire::{Body, Get, Http, Response, Vain, shown};

use crate::Digest;
use partial::Partial;

/// By default nothing larger is downloaded, in bytes.
const LARGEST: u64 = 64 << 30;

/// How much is read at once, in bytes.
const CHUNK: usize = 128 << 10;

/// What is known about the bytes before they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It is exactly this.
    Sha256(Digest),
    /// It may be anything.
    Unverified,
}

/// What is to be downloaded.
#[derive(Clone, Copy, Debug)]
pub struct Download<'a> {
    /// HTTPS, or of this machine.
    pub url: &'a str,
    /// What must come.
    pub expect: Expect,
    /// The header that says who we are, such as `Bearer …`: for the server of the address alone, not where it sends us.
    pub authorization: Option<&'a str>,
    /// The media type to ask for.
    pub accept: Option<&'a str>,
    /// In bytes: more is refused.
    pub most: u64,
}

impl<'a> Download<'a> {
    /// From an address that is open to all, up to 64 GiB.
    pub fn new(url: &'a str, expect: Expect) -> Download<'a> {
        Download { url, expect, authorization: None, accept: None, most: LARGEST }
    }
}

/// Hears after each piece how many bytes there are, and how many there will be, where the server says so.
pub type Progress<'a> = &'a mut dyn FnMut(u64, Option<u64>);

/// Downloads into a file, and says what came. Two may not do that to the same file at once: see [`Store`](crate::Store).
///
/// # Errors
/// The user's: it is not there, not for us, too large, or not what was expected. Otherwise the host's or the network's,
/// after as many tries without progress as `http` has patience for.
pub fn to_file(
    http: &Http,
    download: &Download<'_>,
    path: &Path,
    progress: Progress<'_>,
) -> Result<Digest, Problem> {
    let mut partial = Partial::open(path)?;
    let mut run = Run { http, download, progress };
    let (mut whole, mut again) = (partial.length() == 0, false);
    loop {
        // It may all be there, and its owner was killed before it got its name.
        if download.expect != Expect::Sha256(partial.digest()) {
            whole &= !run.complete(&mut partial)?;
        }
        let came = partial.digest();
        match download.expect {
            Expect::Sha256(wanted) if wanted != came => {
                partial.restart(None)?;
                if whole || again {
                    partial.remove();
                    return Err(wrong(download.url, wanted, came));
                }
                // Its parts may not belong together.
                again = true;
            }
            _ => return partial.finish(path),
        }
    }
}

struct Run<'a> {
    http: &'a Http,
    download: &'a Download<'a>,
    progress: Progress<'a>,
}

/// Why a try has ended early.
enum Stop {
    Vain(Vain),
    Problem(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Problem(problem)
    }
}

impl From<Vain> for Stop {
    fn from(vain: Vain) -> Stop {
        Stop::Vain(vain)
    }
}

impl Run<'_> {
    /// Until all has come: whether some of it was there before.
    fn complete(&mut self, partial: &mut Partial) -> Result<bool, Problem> {
        let patience = self.http.patience();
        let (mut tried, mut resumed) = (0, false);
        loop {
            let before = partial.length();
            let vain = match self.once(partial, &mut resumed) {
                Ok(()) => return Ok(resumed),
                Err(Stop::Problem(problem)) => return Err(problem),
                Err(Stop::Vain(vain)) => vain,
            };
            tried = if partial.length() > before { 1 } else { tried + 1 };
            if vain.is_final || tried >= patience.tries {
                return Err(self.in_vain(&vain, partial));
            }
            sleep(patience.wait(tried, vain.wait));
        }
    }

    fn once(&mut self, partial: &mut Partial, resumed: &mut bool) -> Result<(), Stop> {
        let range = format!("bytes={}-", partial.length());
        let mut headers: Vec<(&str, &str)> = Vec::new();
        headers.extend(self.download.accept.map(|accept| ("accept", accept)));
        let tag = partial.tag().filter(|_| partial.length() > 0).map(str::to_owned);
        if let Some(tag) = &tag {
            headers.extend([("range", range.as_str()), ("if-range", tag)]);
        }
        let Download { url, authorization, .. } = *self.download;
        let mut answer = self.http.get(&Get { url, headers: &headers, authorization })?;
        match answer.status().as_u16() {
            200 => partial.restart(version(&answer))?,
            206 if continues(&answer, partial) => *resumed = true,
            206 | 416 => {
                partial.restart(None)?;
                return Err(Vain::new("another version of it has taken its place").into());
            }
            status => return Err(refused(url, status).into()),
        }
        let total = length(&answer).and_then(|length| length.checked_add(partial.length()));
        self.pour(&mut answer, total, partial)
    }

    fn pour(
        &mut self,
        answer: &mut Response<Body>,
        total: Option<u64>,
        partial: &mut Partial,
    ) -> Result<(), Stop> {
        let mut body = answer.body_mut().as_reader();
        let mut chunk = vec![0; CHUNK];
        loop {
            if total.unwrap_or(0).max(partial.length()) > self.download.most {
                partial.remove();
                return Err(self.too_large().into());
            }
            (self.progress)(partial.length(), total);
            match body.read(&mut chunk).map_err(Vain::from)? {
                0 if total.is_some_and(|total| total > partial.length()) => {
                    return Err(Vain::new("the connection ended too early").into());
                }
                0 => return Ok(()),
                read => partial.write(&chunk[..read])?,
            }
        }
    }

    fn too_large(&self) -> Problem {
        let Download { url, most, .. } = self.download;
        Problem::user(format!("`{}` is larger than {most} bytes", shown(url)))
            .hint("check that it is the right address")
    }

    fn in_vain(&self, vain: &Vain, partial: &Partial) -> Problem {
        let url = shown(self.download.url);
        let problem = Problem::infrastructure(format!("cannot download `{url}`: {}", vain.why));
        if partial.length() > 0 {
            let length = partial.length();
            return problem.hint(format!("the first {length} bytes are kept: try again"));
        }
        problem.hint("check the address, and whether this host can reach it")
    }
}

/// What tells this version from a later one, strongly.
fn version(answer: &Response<Body>) -> Option<String> {
    let header = |name| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
    let etag = header("etag").filter(|tag| !tag.starts_with("W/"));
    etag.or_else(|| header("last-modified"))
}

/// Whether it goes on where we are, in the same version: some servers ignore `if-range`.
fn continues(answer: &Response<Body>, partial: &Partial) -> bool {
    let range = answer.headers().get("content-range").and_then(|range| range.to_str().ok());
    let from =
        range.and_then(|range| range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok());
    from == Some(partial.length())
        && version(answer).is_none_or(|tag| partial.tag() == Some(tag.as_str()))
}

fn length(answer: &Response<Body>) -> Option<u64> {
    answer.headers().get("content-length")?.to_str().ok()?.parse().ok()
}

fn refused(url: &str, status: u16) -> Problem {
    let url = shown(url);
    let (what, hint) = match status {
        401 => ("wants to know who asks", "give a token that may read it"),
        403 => ("is forbidden", "check that the token, if one was given, may read it"),
        404 | 410 => ("is not there", "check its spelling; what is private needs a token"),
        _ => ("was refused", "check the address"),
    };
    Problem::user(format!("`{url}` {what}: status {status}")).hint(hint)
}

fn wrong(url: &str, wanted: Digest, came: Digest) -> Problem {
    let url = shown(url);
    Problem::user(format!("`{url}` is not what was expected: `{wanted}` was, `{came}` came"))
        .hint("if it was replaced on purpose, look at what is new in it, then give the new digest")
}

/// Removes a file that need not be there.
fn remove(path: &Path) {
    let _gone = fs::remove_file(path);
}
