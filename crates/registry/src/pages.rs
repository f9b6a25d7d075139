//! Lists that come in pages.

use std::collections::BTreeSet;

use fetch::Digest;
use problem::Problem;
use serde::Deserialize;
use wire::{join, origin};

use crate::link;
use crate::reference::is_tag;
use crate::reply::Reply;
use crate::repository::Repository;

/// How many tags are asked for at once: some registries refuse to give more.
const AT_ONCE: usize = 1000;

/// No list has more pages.
const PAGES: usize = 1000;

/// No list is longer, in bytes: some two million tags.
const LONGEST: usize = 64 << 20;

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

impl Repository {
    /// The names of all its tags, in the registry's order.
    ///
    /// # Errors
    /// The user's: it is not there, or not for us. Otherwise the network's; also a list that has no end, or that is none.
    pub fn tags(&self) -> Result<Vec<String>, Problem> {
        let url = format!("{}/tags/list?n={AT_ONCE}", self.base);
        let read = |reply: &Reply| {
            let page: Tags = serde_json::from_slice(reply.body()).ok()?;
            let tags = page.tags.unwrap_or_default();
            tags.iter().all(|tag| is_tag(tag)).then_some(tags)
        };
        match self.pages(&url, "the list of tags", read)? {
            Pages::All(tags) => Ok(tags),
            Pages::None(reply) => Err(self.refused("the list of tags", &reply)),
        }
    }

    /// All pages from the first on, each as `read` finds it.
    pub(crate) fn pages<T>(
        &self,
        first: &str,
        what: &str,
        read: impl Fn(&Reply) -> Option<Vec<T>>,
    ) -> Result<Pages<T>, Problem> {
        let wrong = |why: &str| Problem::infrastructure(format!("{} {why}", self.named(what)));
        let (mut url, mut seen, mut all) = (first.to_owned(), BTreeSet::new(), Vec::new());
        let mut length = 0;
        loop {
            let reply = self.get(&url)?;
            match reply.status().as_u16() {
                200 => {}
                404 if seen.is_empty() => return Ok(Pages::None(reply)),
                _ => return Err(self.refused(what, &reply)),
            }
            all.extend(read(&reply).ok_or_else(|| wrong("cannot be read"))?);
            seen.insert(Digest::of(url.as_bytes()));
            length += reply.body().len();
            let Some(next) = following(&reply) else { return Ok(Pages::All(all)) };
            // A page elsewhere would be shown who we are.
            url = join(&url, &next)
                .filter(|next| origin(next) == origin(first))
                .ok_or_else(|| wrong("goes on at another host"))?;
            let endless = seen.len() >= PAGES || length > LONGEST;
            if endless || seen.contains(&Digest::of(url.as_bytes())) {
                return Err(wrong("has no end"));
            }
        }
    }
}

/// What became of a list.
pub(crate) enum Pages<T> {
    /// All of it.
    All(Vec<T>),
    /// The registry knows of no such list: status 404.
    None(Reply),
}

fn following(reply: &Reply) -> Option<String> {
    let links = reply.headers().get_all("link").iter();
    links.filter_map(|link| link.to_str().ok()).find_map(link::next).map(str::to_owned)
}
