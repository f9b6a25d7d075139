//! What a repository on GitHub has released: found through its API, downloaded and verified. The versions of
//! its packages. And who approved a run of its workflows.

mod api;
mod approvals;
mod name;
mod packages;

use fetch::{Digest, Download, Expect, Progress, Store, Stored};
use globset::Glob;
use octocrab::models::repos::{Asset as Found, Release};
use problem::Problem;

pub use api::Api;
pub use approvals::Review;
pub use name::{NotAName, ReleaseName};
pub use packages::{Container, Version};

/// How many names a hint holds.
const NAMED: usize = 20;

/// One file of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// What it is called there.
    pub name: String,
    /// Where the API gives it to who may read it.
    pub url: String,
    /// In bytes.
    pub size: u64,
    /// What GitHub says that it is, where it says so.
    pub digest: Option<Digest>,
}

impl Asset {
    /// The one file of a release whose name fits a glob, such as `*-x86_64.tar.gz`.
    ///
    /// # Errors
    /// The user's: there is no such repository, release or file for us, or several files fit, or the glob is none; with what
    /// there is as a hint. Otherwise the network's, or GitHub's: the rate limit is used up.
    pub fn find(api: &Api, name: &ReleaseName, glob: &str) -> Result<Asset, Problem> {
        let matcher = Glob::new(glob)
            .map_err(|error| Problem::user(format!("`{glob}` is no glob: {}", error.kind())))?
            .compile_matcher();
        let Some(release) = api.release(name)? else { return Err(absent(api, name)?) };
        let fitting: Vec<&Found> =
            release.assets.iter().filter(|asset| matcher.is_match(&asset.name)).collect();
        match fitting[..] {
            [asset] => asset_of(api, name, asset),
            [] => {
                let problem = Problem::user(format!("no file of `{name}` fits `{glob}`"));
                Err(problem.hint(format!("it has {}", listed(release.assets.iter()))))
            }
            _ => {
                let problem = Problem::user(format!("several files of `{name}` fit `{glob}`"));
                Err(problem.hint(format!("choose one of {}", listed(fitting.into_iter()))))
            }
        }
    }

    /// Downloads it, and verifies it by what is expected, or by what GitHub says. GitHub's token goes to the API alone, not
    /// to the store that it sends us to.
    ///
    /// # Errors
    /// As [`Store::get`]; also if GitHub says that it is not what is expected.
    pub fn download(
        &self,
        api: &Api,
        expect: Option<Digest>,
        store: &Store,
        progress: Progress<'_>,
    ) -> Result<Stored, Problem> {
        if let Some((wanted, said)) =
            expect.zip(self.digest).filter(|(wanted, said)| wanted != said)
        {
            let why = format!("`{}` is `{said}`, and `{wanted}` was expected", self.name);
            return Err(Problem::user(why)
                .hint("if it was replaced on purpose, look at what is new in it, then give the new digest"));
        }
        let authorization = api.authorization();
        store.get(
            &Download {
                authorization: authorization.as_deref(),
                accept: Some("application/octet-stream"),
                most: self.size,
                ..Download::new(
                    &self.url,
                    expect.or(self.digest).map_or(Expect::Unverified, Expect::Sha256),
                )
            },
            progress,
        )
    }
}

fn asset_of(api: &Api, name: &ReleaseName, found: &Found) -> Result<Asset, Problem> {
    let wrong = |what: &str| Problem::infrastructure(format!("`{}` has no {what}", found.name));
    let digest = found.digest.as_deref().map(str::parse).transpose();
    Ok(Asset {
        name: found.name.clone(),
        url: api.asset_url(name, *found.id),
        size: u64::try_from(found.size).map_err(|_| wrong("size"))?,
        digest: digest.map_err(|_| wrong("digest that we know"))?,
    })
}

/// Why there is no release.
fn absent(api: &Api, name: &ReleaseName) -> Result<Problem, Problem> {
    let ReleaseName { owner, repository, tag } = name;
    let Some(releases) = api.releases(name)? else {
        return Ok(Problem::user(format!("there is no repository `{owner}/{repository}` for us"))
            .hint("check its spelling; a private one needs a token that may read its contents"));
    };
    let problem = Problem::user(format!("`{owner}/{repository}` has no release `{tag}`"));
    let tags: Vec<&str> =
        releases.iter().map(|release: &Release| release.tag_name.as_str()).collect();
    Ok(match tags[..] {
        [] => problem.hint("it has no release at all; drafts are not for everyone"),
        _ => problem.hint(format!("its latest are {}", tags[..tags.len().min(NAMED)].join(", "))),
    })
}

fn listed<'a>(assets: impl Iterator<Item = &'a Found>) -> String {
    let names: Vec<&str> = assets.map(|asset| asset.name.as_str()).collect();
    match names.len() {
        0 => "none".into(),
        count if count > NAMED => {
            format!("{}, and {} more", names[..NAMED].join(", "), count - NAMED)
        }
        _ => names.join(", "),
    }
}
