//! Registries that lie and fail: afterwards each tag is where it was or where it shall be, or it is said which is not.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use evidence::Outcome;
use fetch::Digest;
use testkit::act::tool;
use testkit::meddler::{self, Meddle};
use testkit::web::{Asked, Page, Web};

use crate::world::{Ran, World};

/// What moves, in this order.
const TAGS: [&str; 3] = ["testing", "stable", "latest"];

/// An image at `os:next`, and an older one at all tags.
struct Case {
    world: World,
    old: Digest,
    next: Digest,
}

impl Case {
    fn new() -> Case {
        let world = World::start();
        let [old, next] = ["old", "next"].map(|text| world.push("os:next", text, &[]));
        TAGS.iter().for_each(|tag| put_tag(world.registry.host(), old, tag));
        Case { world, old, next }
    }

    /// The same with a signed result.
    fn attested() -> Case {
        let case = Case::new();
        case.world.attest("os", case.next, "smoke", Outcome::Passed, Some("ours"));
        case
    }

    fn before(&self, meddle: impl Fn(&Asked) -> Meddle + Send + Sync + 'static) -> Web {
        meddler::before(self.world.registry.host(), meddle)
    }

    /// Moves tags to the image in the registry of this host.
    fn promote_to(&self, host: &str, tags: &[&str], more: &[&str]) -> Ran {
        let image = format!("{host}/os@{}", self.next);
        let tags = tags.iter().flat_map(|tag| ["--to", tag]);
        let arguments: Vec<&str> = ["--image", &image].into_iter().chain(tags).collect();
        self.world.promote(&[&arguments, more].concat())
    }

    fn promote(&self, web: &Web) -> Ran {
        self.promote_to(&web.host(), &TAGS, &[])
    }

    fn promote_proven(&self, web: &Web) -> Ran {
        let key = self.world.path("ours.pub");
        self.promote_to(&web.host(), &TAGS, &["--require", "smoke", "--signed-by", &key])
    }

    fn has(&self, tag: &str) -> Option<Digest> {
        self.world.digest(&self.world.name(&format!("os:{tag}")))
    }

    fn records(&self) -> Vec<promotion::Record> {
        self.world.records("os", self.next)
    }

    #[track_caller]
    fn fails(&self, ran: &Ran, why: &str) {
        assert!(ran.err.contains(why), "{why}: {ran:?}");
        assert_eq!(ran.code, Some(3), "{ran:?}");
    }

    /// It failed for this reason, and nothing has moved.
    #[track_caller]
    fn fails_whole(&self, ran: &Ran, why: &str) {
        self.fails(ran, why);
        self.is_as_before(why);
    }

    #[track_caller]
    fn is_as_before(&self, why: &str) {
        assert_eq!(TAGS.map(|tag| self.has(tag)), [Some(self.old); 3], "{why}");
        assert_eq!(self.records().len(), 0, "{why}");
    }

    #[track_caller]
    fn is_done(&self, ran: &Ran) {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(TAGS.map(|tag| self.has(tag)), [Some(self.next); 3], "{ran:?}");
        assert_eq!(self.records().len(), 1, "{ran:?}");
    }
}

fn is_put(asked: &Asked, tag: &str) -> bool {
    asked.method == "PUT" && asked.target.ends_with(&format!("/manifests/{tag}"))
}

/// What a tag gets past the one who meddles.
fn put_tag(host: &str, digest: Digest, tag: &str) {
    let mut crane = Command::new(tool("crane"));
    let ran = crane.args(["tag", &format!("{host}/os@{digest}"), tag]).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

fn other_bytes() -> Meddle {
    Meddle::change(|mut page| {
        page.body.iter_mut().last().into_iter().for_each(|byte| *byte ^= 1);
        page
    })
}

/// What a registry says that is neither gone nor busy: it is not asked again.
const CONFLICT: u16 = 409;

#[test]
fn wrong_bytes_for_a_digest_move_nothing() {
    let case = Case::attested();
    let source = format!("/manifests/{}", case.next);
    let web = case.before(move |asked| match asked.target.ends_with(&source) {
        true => other_bytes(),
        false => Meddle::Pass,
    });
    case.fails_whole(&case.promote_proven(&web), "says that the manifest is");
    let web =
        case.before(|asked| match asked.method == "GET" && asked.target.contains("/blobs/") {
            true => other_bytes(),
            false => Meddle::Pass,
        });
    case.fails_whole(&case.promote_proven(&web), "is not what was expected");
}

#[test]
fn a_move_that_a_registry_only_claims_is_found_out() {
    let case = Case::new();
    let web = case.before(|asked| match is_put(asked, "stable") {
        true => Meddle::status(201),
        false => Meddle::Pass,
    });
    case.fails_whole(&case.promote(&web), "os:stable` has moved, and it has not");
    // It says the right digest of the tag, and gives out another image.
    let old = case.old;
    let moved = AtomicBool::new(false);
    let web = case.before(move |asked| {
        moved.fetch_or(is_put(asked, "stable"), Ordering::SeqCst);
        let gives = asked.method == "GET" && asked.target.ends_with("/manifests/stable");
        match gives && moved.load(Ordering::SeqCst) {
            true => {
                Meddle::Ask(Asked { target: format!("/v2/os/manifests/{old}"), ..asked.clone() })
            }
            false => Meddle::Pass,
        }
    });
    case.fails_whole(&case.promote(&web), "os:stable` has moved, and it has not");
}

#[test]
fn a_registry_that_breaks_at_the_second_tag_has_all_as_before() {
    let case = Case::new();
    let web = case.before(|asked| match is_put(asked, "stable") {
        true => Meddle::status(500),
        false => Meddle::Pass,
    });
    case.fails_whole(&case.promote(&web), "nothing has moved: ");
}

#[test]
fn a_move_whose_answer_is_lost_is_put_back() {
    let case = Case::new();
    let moved = AtomicBool::new(false);
    let web = case.before(move |asked| {
        match is_put(asked, "stable") && !moved.fetch_or(true, Ordering::SeqCst) {
            true => Meddle::change(|_| Page { status: CONFLICT, ..Page::default() }),
            false => Meddle::Pass,
        }
    });
    case.fails_whole(&case.promote(&web), "nothing has moved: ");
}

#[test]
fn a_registry_that_is_busy_or_breaks_for_a_moment_is_asked_again() {
    for (status, times) in [(500, 2), (429, 1)] {
        let case = Case::attested();
        let left = AtomicUsize::new(times);
        let web = case.before(move |asked| {
            let less = |left: usize| left.checked_sub(1);
            let hit = is_put(asked, "stable")
                && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok();
            if hit { Meddle::status(status) } else { Meddle::Pass }
        });
        case.is_done(&case.promote_proven(&web));
    }
}

#[test]
fn what_cannot_be_put_back_is_named_and_the_next_run_ends_it() {
    let case = Case::new();
    let puts = AtomicUsize::new(0);
    let web = case.before(move |asked| {
        let again = is_put(asked, "testing") && puts.fetch_add(1, Ordering::SeqCst) > 0;
        if again || is_put(asked, "stable") { Meddle::status(CONFLICT) } else { Meddle::Pass }
    });
    let ran = case.promote(&web);
    case.fails(&ran, "os:testing` has moved and could not be put back");
    for tag in ["stable", "latest"] {
        assert!(!ran.err.contains(&format!("os:{tag}` has moved")), "{ran:?}");
    }
    let now = [Some(case.next), Some(case.old), Some(case.old)];
    assert_eq!(TAGS.map(|tag| case.has(tag)), now, "{ran:?}");
    let ran = case.promote_to(case.world.registry.host(), &TAGS, &[]);
    case.is_done(&ran);
    let records = case.records();
    let named: Vec<&str> = records[0].moves.iter().map(|step| step.target.tag.as_str()).collect();
    assert_eq!(named, ["stable", "latest", "testing"]);
}

#[test]
fn a_token_that_runs_out_in_the_middle_is_renewed() {
    let case = Case::attested();
    let tokens = Mutex::new((0, 0));
    let web = case.before(move |asked| {
        let (token, used) = &mut *tokens.lock().unwrap();
        if asked.target.starts_with("/token") {
            (*token, *used) = (*token + 1, 0);
            let body = format!("{{\"token\":\"t{token}\"}}").into_bytes();
            return Meddle::Answer(Page { body, ..Page::default() });
        }
        *used += 1;
        if *used <= 3 && asked.header("authorization") == Some(&format!("Bearer t{token}")) {
            return Meddle::Pass;
        }
        let host = asked.header("host").unwrap();
        let wish = format!("Bearer realm=\"http://{host}/token\",service=\"os\"");
        let headers = vec![("www-authenticate".into(), wish)];
        Meddle::Answer(Page { status: 401, headers, body: Vec::new() })
    });
    case.is_done(&case.promote_proven(&web));
    let tokens = web.asked().iter().filter(|asked| asked.target.starts_with("/token")).count();
    assert!(tokens > 3, "{tokens}");
}

#[test]
fn a_list_of_evidence_that_cannot_be_read_is_not_an_empty_one() {
    let case = Case::attested();
    for (status, code) in [(500, 3), (403, 2), (200, 3)] {
        let web = case.before(move |asked| match asked.target.contains("/referrers/") {
            true => {
                let body = b"{\"schemaVersion\":2}".to_vec();
                Meddle::Answer(Page { status, body, ..Page::default() })
            }
            false => Meddle::Pass,
        });
        let ran = case.promote_proven(&web);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        case.is_as_before(&format!("{ran:?}"));
    }
    // Who asks for no proof does not look.
    let web = case.before(|asked| match asked.target.contains("/referrers/") {
        true => Meddle::status(500),
        false => Meddle::Pass,
    });
    case.is_done(&case.promote(&web));
    assert!(!web.asked().iter().any(|asked| asked.target.contains("/referrers/")));
}

#[test]
fn a_tag_that_somebody_else_moves_is_theirs() {
    for (when, what) in [("testing", "PUT"), ("stable", "after")] {
        let case = Case::new();
        let theirs = case.world.push("os:theirs", "theirs", &[]);
        let host = case.world.registry.host().to_owned();
        let web = case.before(move |asked| {
            let host = host.clone();
            match is_put(asked, when) {
                true => Meddle::change(move |page| {
                    put_tag(&host, theirs, "stable");
                    page
                }),
                false => Meddle::Pass,
            }
        });
        let ran = case.promote(&web);
        case.fails(&ran, &format!("os:stable` was moved meanwhile: it has `{theirs}`"));
        let now = [Some(case.old), Some(theirs), Some(case.old)];
        assert_eq!(TAGS.map(|tag| case.has(tag)), now, "{what}: {ran:?}");
        assert_eq!(case.records().len(), 0, "{ran:?}");
    }
}

/// What is between our last look and our write nobody can see: there is no conditional write, and a registry answers that
/// of an overwritten tag like any other. So this is no wish, but how it is, and docs/promotion.md says so.
#[test]
fn the_one_window_is_between_the_last_look_and_the_write() {
    let case = Case::new();
    let theirs = case.world.push("os:theirs", "theirs", &[]);
    let host = case.world.registry.host().to_owned();
    let web = case.before(move |asked| {
        if is_put(asked, "stable") {
            put_tag(&host, theirs, "stable");
        }
        Meddle::Pass
    });
    case.is_done(&case.promote(&web));
}

#[test]
fn without_a_record_nothing_moves() {
    let case = Case::new();
    let web = case.before(|asked| {
        let is_record = asked.method == "PUT" && asked.target.contains("/manifests/sha256");
        if is_record { Meddle::status(CONFLICT) } else { Meddle::Pass }
    });
    case.fails_whole(&case.promote(&web), "nothing has moved: ");
}

#[test]
fn a_record_is_taken_back_with_its_tags() {
    let case = Case::new();
    let tools = ["old tools", "tools"].map(|text| case.world.push("tools:next", text, &[]));
    let (old, tools) = (tools[0], tools[1]);
    let named = format!("{}@{old}", case.world.name("tools"));
    TAGS.iter().for_each(|tag| drop(case.world.must("crane", &["tag", &named, tag])));
    let web = case.before(|asked| {
        let record = asked.target.starts_with("/v2/tools/manifests/sha256");
        if record && asked.method == "PUT" { Meddle::status(CONFLICT) } else { Meddle::Pass }
    });
    let tools = format!("{}/tools@{tools}", web.host());
    let ran = case.promote_to(&web.host(), &TAGS, &["--image", &tools]);
    case.fails_whole(&ran, "nothing has moved: ");
    let stays = TAGS.map(|tag| case.world.digest(&case.world.name(&format!("tools:{tag}"))));
    assert_eq!(stays, [Some(old); 3]);
}

/// To delete what a tag names would take back all other tags of it, too.
#[test]
fn a_new_tag_that_cannot_be_taken_back_is_named_and_nothing_is_deleted_for_it() {
    let case = Case::new();
    let web = case.before(|asked| match is_put(asked, "stable") {
        true => Meddle::status(CONFLICT),
        false => Meddle::Pass,
    });
    let ran = case.promote_to(&web.host(), &["new", "stable"], &[]);
    case.fails(&ran, "os:new` has moved and could not be put back: ");
    assert!(!ran.err.contains("os:stable` has moved"), "{ran:?}");
    assert_eq!(case.has("new"), Some(case.next));
    assert_eq!(case.has("next"), Some(case.next));
    assert_eq!(case.has("stable"), Some(case.old));
    let asked = web.asked();
    let deleted = asked.iter().filter(|asked| asked.method == "DELETE");
    assert!(
        deleted.clone().count() > 0
            && deleted.clone().all(|it| it.target == "/v2/os/manifests/new")
    );
}
