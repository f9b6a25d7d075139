//! Catalogues of images.

use std::fs;

use fetch::Digest;
use fetch::catalogue::Catalogue;
use proptest::prelude::*;
use tempfile::TempDir;
use testkit::web::Web;

use crate::downloads::http;

fn image(name: &str, version: &str, released: &str, arch: &str, contents: &str) -> String {
    let released =
        if released.is_empty() { String::new() } else { format!("released_at = {released}\n") };
    format!(
        "[[images]]\nname = \"{name}\"\nversion = \"{version}\"\n{released}description = \"x\"\nsha256 = \"{}\"\narch = \"{arch}\"\nurl = \"{name}-{version}-{arch}.tar.gz\"\n",
        Digest::of(contents.as_bytes()).hex()
    )
}

fn include(url: &str) -> String {
    format!("[[includes]]\nurl = \"{url}\"\n")
}

#[test]
fn includes_are_read_once_and_the_last_release_is_found() {
    let web = Web::start();
    let old = image("nimbos", "0.1", "\"2025-01-01T00:00:00Z\"", "x86_64", "old");
    let new = image("nimbos", "0.2", "2026-01-01T00:00:00Z", "x86_64", "new");
    let undated = image("nimbos", "0.9", "", "x86_64", "undated");
    let url = web.put("/list/default.toml", include("old.toml") + &include("/new.toml") + &undated);
    web.put("/list/old.toml", include(&url) + &old);
    web.put("/new.toml", include("/list/old.toml") + &new);
    let catalogue = Catalogue::load(&url, &http()).unwrap();
    assert_eq!((catalogue.images().len(), web.asked().len()), (3, 3));
    let found = catalogue.find("nimbos", Some("x86_64")).unwrap();
    assert_eq!(
        (found.version.as_str(), &found.url),
        ("0.2", &web.url("/nimbos-0.2-x86_64.tar.gz"))
    );
    let pinned = catalogue.find("nimbos:0.1", None).unwrap();
    assert_eq!(
        (pinned.sha256, &pinned.url),
        (Digest::of(b"old"), &web.url("/list/nimbos-0.1-x86_64.tar.gz"))
    );
}

#[test]
fn a_catalogue_may_be_a_file_beside_others() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("default.toml");
    fs::write(&path, include("more.toml")).unwrap();
    fs::write(folder.path().join("more.toml"), image("linux", "1", "", "aarch64", "x")).unwrap();
    let catalogue = Catalogue::load(path.to_str().unwrap(), &http()).unwrap();
    let url = folder.path().join("linux-1-aarch64.tar.gz").display().to_string();
    assert_eq!(catalogue.find("linux:1", None).unwrap().url, url);
}

#[test]
fn what_is_missing_or_ambiguous_is_said_so() {
    let web = Web::start();
    let text = image("a", "1", "", "x86_64", "one")
        + &image("a", "1", "", "aarch64", "two")
        + &image("b", "1", "", "x86_64", "b");
    let catalogue = Catalogue::load(&web.put("/c.toml", text), &http()).unwrap();
    let problem = catalogue.find("a:2", Some("x86_64")).unwrap_err();
    assert_eq!(problem.message, "the catalogue has no `a:2` for `x86_64`");
    assert_eq!(problem.hint.unwrap(), "it has a:1 for aarch64, a:1 for x86_64");
    assert_eq!(catalogue.find("c", None).unwrap_err().hint.unwrap(), "it has a, b");
    assert!(catalogue.find("a", None).unwrap_err().message.starts_with("`a` is two things"));
    assert_eq!(catalogue.find("a", Some("aarch64")).unwrap().sha256, Digest::of(b"two"));
}

#[test]
fn endless_and_hostile_catalogues_are_refused() {
    let web = Web::start();
    web.otherwise(|asked| {
        let number: u32 = asked.target.trim_start_matches('/').parse().ok()?;
        let body = include(&format!("{}", number + 1)).into_bytes();
        Some(testkit::web::Page { body, ..Default::default() })
    });
    let problem = Catalogue::load(&web.url("/1"), &http()).unwrap_err();
    assert!(problem.message.ends_with("includes too much"), "{problem}");
    for (text, expected) in [
        (include("file:///etc/passwd"), "which is no address"),
        (include("missing.toml"), "is not there: status 404"),
        ("[[images]]\nname = 1\n".into(), "line 2: invalid type: integer `1`, expected a string"),
        ("name\u{1b}".into(), "line 1: "),
        (image("a", "1", "\"yesterday\"", "x", "x"), "`yesterday` is no time in UTC"),
        (
            image("a", "1", "", "x", "x").replace("sha256 = \"", "sha256 = \"g"),
            "64 hexadecimal digits",
        ),
    ] {
        let problem = Catalogue::load(&web.put("/c.toml", text), &http()).unwrap_err();
        let message = problem.message;
        assert!(message.contains(expected) && !message.contains('\u{1b}'), "{message}");
    }
}

proptest! {
    #[test]
    fn no_catalogue_makes_it_fall(text in "(\\[\\[(images|includes)\\]\\]\n)?((name|url|sha256|arch|released_at) = .{0,10}\n){0,4}|.*") {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("c.toml");
        fs::write(&path, text).unwrap();
        if let Ok(catalogue) = Catalogue::load(path.to_str().unwrap(), &http()) {
            let _any = catalogue.find("a:b", Some("c"));
        }
    }
}
