//! The view of the channels, before and after each of three promotions and a rollback.

use std::collections::BTreeSet;
use std::fs;

use evidence::Outcome;
use fetch::Digest;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use serde_json::{Value, json};
use testkit::runner;

use crate::world::{Ran, World};

const EVIL: &str = "note=<script>alert(1)</script>\u{1b}[31m";

/// `next` → `stable` with one signed result.
fn policy(world: &World) -> String {
    let text = format!(
        "image: {}\nchannels:\n  next: {{}}\n  stable:\n    from: next\n    require: [smoke/x86_64]\n    signed-by: [ours.pub]\n",
        world.name("os")
    );
    world.file("bootgate.yaml", &text).display().to_string()
}

/// What the view shows, in all three forms.
struct View {
    text: String,
    json: Value,
    /// The texts of the page.
    page: String,
}

impl View {
    fn of(world: &World, policy: &str) -> View {
        let (image, page) = (world.name("os"), world.path("channels.html"));
        let look = |more: &[&str]| {
            let begin = ["channels", &image, "--policy", policy];
            let ran: Ran = world.bootgate(&[&begin[..], more].concat()).output().unwrap().into();
            assert_eq!(ran.code, Some(0), "{ran:?}");
            ran
        };
        let text = look(&["--html", &page]).out;
        assert!(!text.contains('\u{1b}'), "{text}");
        let json = look(&["--json"]).json();
        View { text, json, page: parsed(&fs::read_to_string(page).unwrap()) }
    }

    /// The part of the channel `stable`.
    fn stable(&self) -> &Value {
        &self.json["channels"][1]
    }

    /// In the text and on the page.
    #[track_caller]
    fn shows(&self, words: &str) {
        assert!(self.text.contains(words), "`{words}` in {}", self.text);
        assert!(self.page.contains(words), "`{words}` in {}", self.page);
    }
}

/// The texts of a page, on which nothing can act.
fn parsed(page: &str) -> String {
    let mut emitter = DefaultEmitter::<()>::new_with_span();
    emitter.naively_switch_states(true);
    let (mut texts, mut elements) = (String::new(), BTreeSet::new());
    for token in Tokenizer::new_with_emitter(page, emitter) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                elements.insert(String::from_utf8(tag.name.to_vec()).unwrap());
                let on = |name: &&Vec<u8>| name.starts_with(b"on");
                assert!(!tag.attributes.keys().map(|name| name.to_vec()).any(|name| on(&&name)));
            }
            Token::String(text) => texts.push_str(str::from_utf8(&text).unwrap()),
            Token::Error(error) => panic!("{error:?}"),
            _ => {}
        }
    }
    for element in ["script", "img", "a", "b", "iframe", "form"] {
        assert!(!elements.contains(element), "{elements:?}");
    }
    assert!(
        page.contains("default-src 'none'; style-src 'sha256-")
            && page.contains("script-src 'none'")
    );
    texts
}

/// Attaches a bill of materials with these packages.
fn bill(world: &World, of: Digest, packages: &Value) {
    let bill = json!({ "bomFormat": "CycloneDX", "components": packages }).to_string();
    let file = world.file("bill.json", &bill).display().to_string();
    let (image, host) = (format!("{}@{of}", world.name("os")), world.registry.host());
    let (kind, host) = ("application/vnd.cyclonedx+json", format!("reg={host},tls=disabled"));
    let put = ["artifact", "put", "--artifact-type", kind, "--subject", &image, "-f", &file];
    world.must("regctl", &[&["--host", &host], &put[..]].concat());
}

fn promote(world: &World, of: Digest, policy: &str) {
    let (image, key) = (format!("{}@{of}", world.name("os:next")), world.path("ours.key"));
    let more = ["--to", "stable", "--policy", policy, "--signing-key", &key];
    let ran = world.promote(&[&["--image", &image], &more[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn each_promotion_and_the_way_back_are_seen_before_and_after() {
    let world = World::start();
    let policy = policy(&world);
    let image = |number: usize| {
        let digest =
            world.push("os:next", &number.to_string(), &["--label", &format!("{EVIL}{number}")]);
        let version = number.to_string();
        bill(
            &world,
            digest,
            &json!([{ "name": "musl", "version": version }, { "name": format!("only{version}") }]),
        );
        digest
    };
    let mut there: Option<Digest> = None;
    for number in 1..=3 {
        let next = image(number);
        let before = View::of(&world, &policy);
        assert_eq!(before.stable()["digest"], json!(there.map(|it| it.to_string())));
        assert_eq!(before.stable()["waits"]["digest"], json!(next.to_string()));
        before.shows(&format!("there is no result `smoke/x86_64` for `{next}`"));
        before.shows("run the test on this very digest");
        if there.is_some() {
            before.shows("labels 1 updated; packages 1 added, 1 removed, 1 updated");
            assert!(
                before.page.contains("~ musl: ")
                    && before.page.contains("note: <script>alert(1)</script>")
            );
        }
        world.attest("os", next, "smoke/x86_64", Outcome::Passed, Some("ours"));
        let ready = View::of(&world, &policy);
        assert_eq!(ready.stable()["waits"]["against"], json!([]));
        assert!(ready.text.contains("nothing is in its way") && ready.page.contains("may come"));
        promote(&world, next, &policy);
        let after = View::of(&world, &policy);
        assert_eq!(after.stable()["waits"], Value::Null);
        assert_eq!(after.stable()["digest"], json!(next.to_string()));
        let since = &after.stable()["since"];
        assert_eq!((&since["by"], &since["signedBy"]), (&json!("alice"), &json!("ours.pub")));
        after.shows("smoke/x86_64 passed, signed by ours.pub, sha256:");
        there = Some(next);
    }
    let last = View::of(&world, &policy).stable()["since"]["at"].clone();
    let (stable, key) = (world.name("os:stable"), world.path("ours.key"));
    let back = world.promote(&["--image", &stable, "--rollback", "--signing-key", &key]);
    assert_eq!(back.code, Some(0), "{back:?}");
    let after = View::of(&world, &policy);
    assert_eq!(after.stable()["digest"], json!(world.digest(&stable).unwrap().to_string()));
    assert_eq!(after.stable()["waits"]["digest"], json!(there.unwrap().to_string()));
    assert!(after.stable()["since"]["at"].as_str() >= last.as_str());
    // What was gone back to has the evidence on which it came there.
    after.shows("smoke/x86_64 passed, signed by ours.pub, sha256:");
}

#[test]
fn a_record_that_no_signer_of_the_channel_signed_is_shown_as_that() {
    let world = World::start();
    let policy = policy(&world);
    let digest = world.push("os:stable", "one", &[]);
    View::of(&world, &policy).shows("o record says how it came there");
    let image = format!("{}@{digest}", world.name("os"));
    let key = world.path("theirs.key");
    let arguments = ["--image", &image, "--to", "stable", "--signing-key", &key];
    world.push("os:stable", "two", &[]);
    let ran = world.promotion(&arguments).env("USER", "<b>\u{1b}[2Jeve").output().unwrap();
    assert!(ran.status.success());
    let view = View::of(&world, &policy);
    assert!(view.text.contains("by a record which no known key signed"), "{}", view.text);
    assert!(
        view.text.contains("<b>\\u{1b}[2Jeve") && view.page.contains("<b>\u{fffd}[2Jeve"),
        "{}",
        view.page
    );
}

#[test]
fn a_promotions_page_says_what_changed_and_how_the_channels_are() {
    let world = World::start();
    let policy = policy(&world);
    let before = world.push("os:next", "one", &["--label", "a=b"]);
    world.attest("os", before, "smoke/x86_64", Outcome::Passed, Some("ours"));
    promote(&world, before, &policy);
    let digest = world.push("os:next", "one", &["--label", EVIL]);
    world.attest("os", digest, "smoke/x86_64", Outcome::Passed, Some("ours"));
    let image = format!("{}@{digest}", world.name("os"));
    let inputs = [("image", image.as_str()), ("to", "stable"), ("policy", &policy)];
    let step = inputs.iter().fold(runner::World::new(), |step, (name, it)| step.input(name, it));
    let ran: Ran = world.promotion(&[]).envs(step.vars()).output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let summary = step.summary().unwrap();
    for words in ["labels 1 added, 1 removed", "Channels of", "What changed", "` stable `"] {
        assert!(summary.contains(words), "`{words}` in {summary}");
    }
    assert!(!summary.contains('\u{1b}'), "{summary}");
    let fences = summary.matches("```").count();
    let outside: String = summary.split("```").step_by(2).collect();
    assert!(fences.is_multiple_of(2) && !outside.contains("<script>"), "{summary}");
}

#[test]
fn what_cannot_be_looked_at_is_said() {
    let world = World::start();
    let policy = policy(&world);
    let look = |image: &str, policy: &str| -> Ran {
        world.bootgate(&["channels", image, "--policy", policy]).output().unwrap().into()
    };
    let (os, other) = (world.name("os"), world.name("other"));
    assert!(look(&other, &policy).err.contains("the policy says nothing of"));
    assert!(look(&format!("{os}:next"), &policy).err.contains("names one image"));
    assert_eq!(look(&os, &world.path("none.yaml")).code, Some(2));
    let empty = look(&os, &policy);
    assert_eq!((empty.code, empty.out.as_str()), (Some(0), "next nothing\nstable nothing\n"));
}
