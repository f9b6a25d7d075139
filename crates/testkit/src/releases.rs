//! Releases as GitHub's API has them.

use serde_json::{Value, json};

use crate::web::Web;

/// A file of a release.
#[derive(Clone, Debug)]
pub struct Asset<'a> {
    /// Its number.
    pub id: u64,
    /// What it is called.
    pub name: &'a str,
    /// What it holds.
    pub contents: &'a [u8],
    /// What GitHub says that it is, if it does: `sha256:…`.
    pub digest: Option<String>,
}

/// Serves a release of `owner/repository` with its files, below `/api/v3` of the server.
pub fn serve(web: &Web, repository: &str, tag: &str, assets: &[Asset<'_>]) {
    let root = format!("/api/v3/repos/{repository}/releases");
    web.put(&format!("{root}/tags/{tag}"), release(tag, assets).to_string());
    for asset in assets {
        web.put(&format!("{root}/assets/{}", asset.id), asset.contents);
    }
}

/// A review of a run of a workflow, as the API has it: `state` is `approved` or `rejected`.
pub fn review(state: &str, environments: &[&str], by: &str, comment: &str) -> Value {
    let (time, url) = ("2026-01-06T03:10:51Z", "https://github.example/e");
    let environment = |name: &&str| {
        json!({ "id": 1, "node_id": "x", "name": name, "url": url, "html_url": url,
            "created_at": time, "updated_at": time })
    };
    let mut user = user();
    user["login"] = by.into();
    json!({ "state": state, "comment": comment, "user": user,
        "environments": environments.iter().map(environment).collect::<Vec<_>>() })
}

fn user() -> Value {
    let url = "https://github.example/u";
    let mut user =
        json!({ "login": "u", "id": 1, "node_id": "x", "type": "User", "site_admin": false });
    for name in [
        "avatar_url",
        "url",
        "html_url",
        "followers_url",
        "following_url",
        "gists_url",
        "starred_url",
        "subscriptions_url",
        "organizations_url",
        "repos_url",
        "events_url",
        "received_events_url",
    ] {
        user[name] = url.into();
    }
    user["gravatar_id"] = "".into();
    user
}

/// A release as the API has it.
pub fn release(tag: &str, assets: &[Asset<'_>]) -> Value {
    let time = "2026-01-06T03:10:51Z";
    let url = "https://github.example/r";
    let assets: Vec<Value> = assets
        .iter()
        .map(|Asset { id, name, contents, digest }| {
            json!({ "url": url, "browser_download_url": url, "id": id, "node_id": "x", "name": name, "label": null,
                "state": "uploaded", "content_type": "application/gzip", "size": contents.len(),
                "digest": digest, "download_count": 1,
                "created_at": time, "updated_at": time, "uploader": user() })
        })
        .collect();
    json!({ "url": url, "html_url": url, "assets_url": url, "upload_url": url, "tarball_url": null, "zipball_url": null,
        "id": 1, "node_id": "x", "tag_name": tag, "target_commitish": "main", "name": tag, "body": null, "draft": false,
        "prerelease": false, "created_at": time, "published_at": time, "author": user(), "assets": assets })
}
