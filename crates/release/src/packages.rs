//! Container images as GitHub's API has them: every manifest is a version of a package, with or without tags.

use chrono::{DateTime, Utc};
use fetch::Digest;
use percent_encoding::utf8_percent_encode;
use problem::Problem;
use serde::Deserialize;

use crate::Api;
use crate::api::PLAIN;

/// How many versions a page has: the most that GitHub gives.
const PAGE: usize = 100;

/// No package has more pages.
const PAGES: usize = 1000;

/// A repository of container images.
#[derive(Debug)]
pub struct Container<'a> {
    api: &'a Api,
    /// Such as `owner/image`.
    name: String,
    /// Of its versions.
    route: String,
}

/// A manifest in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Version {
    /// Its number.
    pub id: u64,
    /// What it is.
    #[serde(rename = "name")]
    pub digest: Digest,
    /// When it came, or got its last tag.
    pub updated_at: DateTime<Utc>,
    metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Metadata {
    container: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct Owner {
    #[serde(rename = "type")]
    kind: String,
}

impl Version {
    /// Its tags.
    pub fn tags(&self) -> &[String] {
        &self.metadata.container.tags
    }
}

impl<'a> Container<'a> {
    /// A package by its name, such as `owner/image`, of a user or of an organisation.
    ///
    /// # Errors
    /// The user's: there is no such owner. Otherwise the network's.
    pub fn open(api: &'a Api, name: &str) -> Result<Container<'a>, Problem> {
        let wrong = || Problem::user(format!("`{name}` has no owner on GitHub"));
        let (owner, image) = name.split_once('/').ok_or_else(wrong)?;
        let (owner, image) = (encoded(owner), encoded(image));
        let found: Option<Owner> =
            api.ask(async |github| github.get(format!("/users/{owner}"), None::<&()>).await)?;
        let kind = if found.ok_or_else(wrong)?.kind == "Organization" { "orgs" } else { "users" };
        let route = format!("/{kind}/{owner}/packages/container/{image}/versions");
        Ok(Container { api, name: name.to_owned(), route })
    }

    /// All versions.
    ///
    /// # Errors
    /// The user's: it is not there for us. Otherwise the network's.
    pub fn versions(&self) -> Result<Vec<Version>, Problem> {
        let mut all = Vec::new();
        for number in 1..=PAGES {
            let route = format!("{}?per_page={PAGE}&page={number}", self.route);
            let page: Option<Vec<Version>> = self
                .api
                .ask(async |github| github.get(&route, None::<&()>).await)
                .map_err(|problem| self.explain(problem))?;
            let page = page.ok_or_else(|| self.forbidden("is not there for us"))?;
            let is_last = page.len() < PAGE;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
        Err(Problem::infrastructure(format!("the package `{}` has too many versions", self.name)))
    }

    /// Deletes a version. One that has gone is no error.
    ///
    /// # Errors
    /// The user's: we may not. Otherwise the network's.
    pub fn delete(&self, version: &Version) -> Result<(), Problem> {
        let route = format!("{}/{}", self.route, version.id);
        let deleted = self.api.ask(async |github| {
            let answer = github._delete(&route, None::<&()>).await?;
            octocrab::map_github_error(answer).await
        });
        if deleted.map_err(|problem| self.explain(problem))?.is_some() {
            return Ok(());
        }
        // Who may not delete is told that there is nothing.
        let left: Option<Version> =
            self.api.ask(async |github| github.get(&route, None::<&()>).await)?;
        left.map_or(Ok(()), |_| Err(self.forbidden("is not ours to delete from")))
    }

    fn explain(&self, problem: Problem) -> Problem {
        match problem.exit_code() {
            2 => Problem { hint: self.forbidden("").hint, ..problem },
            _ => problem,
        }
    }

    fn forbidden(&self, what: &str) -> Problem {
        Problem::user(format!("the package `{}` {what}", self.name)).hint(
            "give the job `permissions: packages: write`, and its repository the role Admin in the package's settings; \
             elsewhere use a classic token with `delete:packages`",
        )
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}
