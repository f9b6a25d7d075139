//! The files by which people find us and GitHub knows whom to ask.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::tree::{self, Text};

fn yaml(text: &Text) -> Value {
    serde_saphyr::from_str(&text.text).unwrap_or_else(|error| panic!("{}: {error}", text.shown()))
}

fn named(path: &str) -> &'static Text {
    tree::texts().iter().find(|text| text.path == Path::new(path)).unwrap()
}

fn forms() -> impl Iterator<Item = &'static Text> {
    let folder = Path::new(".github/ISSUE_TEMPLATE");
    tree::texts().iter().filter(move |text| {
        text.path.parent() == Some(folder) && !text.path.ends_with("config.yml")
    })
}

/// What GitHub would not take of a form, or nobody could fill in.
fn wrong(form: &Value) -> Option<String> {
    let missing = ["name", "description"].into_iter().find(|key| form[key].as_str().is_none());
    if let Some(key) = missing {
        return Some(format!("no `{key}`"));
    }
    let Some(body) = form["body"].as_array() else { return Some("no `body`".into()) };
    let ids: Vec<&str> = body.iter().filter_map(|field| field["id"].as_str()).collect();
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Some(format!("two fields of one id: {ids:?}"));
    }
    body.iter().find_map(|field| {
        let has = |key: &str| field["attributes"][key].as_str().is_some();
        let is_whole = match field["type"].as_str()? {
            "markdown" => has("value"),
            "input" | "textarea" => has("label") && field["id"].is_string(),
            "dropdown" => has("label") && field["attributes"]["options"].is_array(),
            _ => false,
        };
        (!is_whole).then(|| format!("not whole: {field}"))
    })
}

#[test]
fn every_issue_form_is_one_that_github_takes() {
    assert!(forms().count() >= 3);
    for form in forms() {
        assert_eq!(wrong(&yaml(form)), None, "{}", form.shown());
    }
}

#[test]
fn a_form_that_github_does_not_take_is_found() {
    let form = |body: &str| {
        let text = format!("name: one\ndescription: two\nbody: [{body}]\n");
        wrong(&serde_saphyr::from_str(&text).unwrap())
    };
    let whole = "{ type: input, id: a, attributes: { label: b } }";
    assert_eq!(form(whole), None);
    for body in ["{ type: inptu, id: a }", "{ type: markdown }", &format!("{whole}, {whole}")] {
        assert!(form(body).is_some(), "{body}");
    }
}

#[test]
fn who_reports_a_wrong_verdict_is_asked_for_all_that_it_takes_to_see_it() {
    let form = yaml(named(".github/ISSUE_TEMPLATE/wrong-verdict.yml"));
    let fields = form["body"].as_array().unwrap().iter();
    let required = fields.filter(|field| field["validations"]["required"] == true);
    let ids: BTreeSet<&str> = required.filter_map(|field| field["id"].as_str()).collect();
    for id in ["verdict", "console", "spec", "version", "host"] {
        assert!(ids.contains(id), "{id} is not among {ids:?}");
    }
}

/// Whether a pattern of CODEOWNERS' or dependabot's kinds, in which a star is a folder's name, is about this path.
fn is_about(pattern: &str, path: &Path) -> bool {
    let pattern: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let fits = |(pattern, part): (&&str, &&str)| match pattern.split_once('*') {
        Some((before, after)) => part.starts_with(before) && part.ends_with(after),
        None => pattern == part,
    };
    pattern.len() <= parts.len() && pattern.iter().zip(&parts).all(fits)
}

#[test]
fn everything_that_has_owners_is_there() {
    let owners = &named(".github/CODEOWNERS").text;
    let lines = owners.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let patterns: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(patterns.len() > 5, "{patterns:?}");
    for pattern in patterns {
        let about = tree::texts().iter().any(|text| is_about(pattern, &text.path));
        assert!(about, "`{pattern}` is nothing");
    }
}

#[test]
fn dependabot_looks_at_every_list_of_dependencies_after_a_while() {
    let config = yaml(named(".github/dependabot.yml"));
    let updates = config["updates"].as_array().unwrap();
    for update in updates {
        assert!(update["cooldown"]["default-days"].as_u64() >= Some(7), "{update}");
    }
    let looks = |ecosystem: &str, folder: &Path| {
        let mut updates = updates.iter().filter(|it| it["package-ecosystem"] == ecosystem);
        let folders = updates.next().and_then(|update| update["directories"].as_array()).unwrap();
        let mut folders = folders.iter().filter_map(Value::as_str);
        folders.any(|it| if it == "/" { folder == "" } else { is_about(it, folder) })
    };
    for text in tree::texts() {
        let (folder, name) = (text.path.parent().unwrap(), text.path.file_name().unwrap());
        let ecosystem = match name.to_str().unwrap() {
            "Cargo.lock" => "cargo",
            "package-lock.json" => "npm",
            name if name.starts_with("requirements") => "pip",
            _ if folder.ends_with(".github/workflows") => "github-actions",
            _ => continue,
        };
        let is_root = folder == Path::new(".github/workflows");
        let folder = if is_root { Path::new("") } else { folder };
        assert!(looks(ecosystem, folder), "{}", text.shown());
    }
}
