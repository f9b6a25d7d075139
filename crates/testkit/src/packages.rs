//! Container images as GitHub's API has them, page by page; what is deleted is remembered.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::web::{Asked, Page, Web};

/// The versions of one package, served until it is dropped.
#[derive(Debug)]
pub struct Packages {
    web: Web,
    left: Arc<Mutex<Vec<Value>>>,
    status: Arc<Mutex<Option<u16>>>,
}

impl Packages {
    /// The package `owner/name` of an organisation, with these versions: digest, tags and time of the last change.
    ///
    /// # Panics
    /// When there is no loopback.
    pub fn serve(owner: &str, name: &str, versions: &[(String, Vec<String>, String)]) -> Packages {
        let version = |(id, (digest, tags, time)): (usize, &(String, Vec<String>, String))| {
            json!({ "id": id + 1, "name": digest, "created_at": time, "updated_at": time, "url": "https://x.example",
                "metadata": { "package_type": "container", "container": { "tags": tags } } })
        };
        let left = Arc::new(Mutex::new(versions.iter().enumerate().map(version).collect()));
        let status = Arc::new(Mutex::new(None));
        let web = Web::start();
        let owner_is = json!({ "login": owner, "type": "Organization" });
        web.put(&format!("/users/{owner}"), owner_is.to_string());
        let base = format!("/orgs/{owner}/packages/container/{name}/versions");
        let served = (Arc::clone(&left), Arc::clone(&status));
        web.otherwise(move |asked| Some(answer(asked, &base, &served.0, &served.1)));
        Packages { web, left, status }
    }

    /// Its API.
    pub fn url(&self) -> String {
        self.web.url("")
    }

    /// From now on answers each deletion with this status, and does nothing.
    pub fn refuse(&self, status: u16) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
    }

    /// The digests that are left.
    pub fn left(&self) -> Vec<String> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.iter().filter_map(|it| Some(it["name"].as_str()?.to_owned())).collect()
    }

    /// The numbers of what was asked to be deleted, in that order.
    pub fn deleted(&self) -> Vec<String> {
        let asked = self.web.asked().into_iter().filter(|asked| asked.method == "DELETE");
        asked.filter_map(|asked| Some(asked.target.rsplit_once('/')?.1.to_owned())).collect()
    }
}

fn answer(
    asked: &Asked,
    base: &str,
    left: &Mutex<Vec<Value>>,
    refused: &Mutex<Option<u16>>,
) -> Page {
    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
    let status = |status, why: &str| Page {
        status,
        body: json!({ "message": why }).to_string().into(),
        ..Page::default()
    };
    let Some(rest) = asked.target.strip_prefix(base) else { return status(404, "Not Found") };
    if let Some(query) = rest.strip_prefix('?') {
        let number = |name| query.split('&').find_map(|it| it.strip_prefix(name)?.parse().ok());
        let (page, size): (usize, usize) =
            (number("page=").unwrap_or(1), number("per_page=").unwrap_or(30));
        let shown: Vec<&Value> = left.iter().skip((page - 1) * size).take(size).collect();
        return Page { body: json!(shown).to_string().into(), ..Page::default() };
    }
    let is_it = |it: &Value| rest.strip_prefix('/') == Some(it["id"].to_string().as_str());
    let Some(place) = left.iter().position(is_it) else { return status(404, "Not Found") };
    match (asked.method.as_str(), *refused.lock().unwrap_or_else(PoisonError::into_inner)) {
        ("DELETE", Some(refused)) => status(refused, "no"),
        ("DELETE", None) => {
            left.remove(place);
            Page { status: 204, ..Page::default() }
        }
        _ => Page { body: left[place].to_string().into(), ..Page::default() },
    }
}
