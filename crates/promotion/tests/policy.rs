//! What a policy says, and where it is wrong.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::path::Path;
use std::time::Duration;

use promotion::{Immutable, Policy, Signer};

const POLICY: &str = r#"
image: ghcr.io/me/os
channels:
  next: {}
  testing:
    from: next
    require: [smoke/x86_64, smoke/aarch64]
    signed-by: [keys/ci.pub, { identity: "https://x.example/ci", issuer: "https://y.example" }]
  stable:
    from: testing
    require: []
    tags: ["v*"]
immutable: ["v[0-9]*"]
keep: { tags: ["lts-*"], older-than: 90d, last: 10 }
waivers:
- { result: smoke/aarch64, channel: testing, by: "@alice", why: "board is down, #123", until: 2026-12-01 }
"#;

fn parse(text: &str) -> Policy {
    Policy::parse(text, Path::new("bootgate.yaml")).unwrap()
}

/// Checks `line:column: message` and, behind ` / `, the hint.
#[track_caller]
fn check(text: &str, expected: &str) {
    let problem = Policy::parse(text, Path::new("p.yaml")).unwrap_err();
    let hint = problem.hint.as_ref().map(|hint| format!(" / {hint}")).unwrap_or_default();
    assert_eq!(format!("{problem}{hint}").strip_prefix("p.yaml:"), Some(expected), "in\n{text}");
    assert_eq!(problem.exit_code(), 2);
}

/// The same for what follows an image, on line 2.
#[track_caller]
fn check_rest(rest: &str, expected: &str) {
    check(&format!("image: ghcr.io/me/os\n{rest}"), expected);
}

/// The same for what is in the channel `testing`, on line 4.
#[track_caller]
fn check_channel(inside: &str, expected: &str) {
    check_rest(&format!("channels:\n  next: {{}}\n  testing: {{ {inside} }}\n"), expected);
}

#[test]
fn a_policy_is_read_whole() {
    let policy = parse(POLICY);
    assert_eq!(policy.images, ["ghcr.io/me/os"]);
    let names: Vec<&str> = policy.channels.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["next", "testing", "stable"]);
    let testing = &policy.channels[1];
    assert_eq!(testing.from.as_deref(), Some("next"));
    assert_eq!(testing.require, ["smoke/x86_64", "smoke/aarch64"]);
    let signers: Vec<String> = testing.signed_by.iter().map(Signer::to_string).collect();
    assert_eq!(signers, ["keys/ci.pub", "https://x.example/ci by https://y.example"]);
    let keep = policy.keep();
    assert!(policy.says_how_long());
    assert_eq!((keep.older_than, keep.last), (Duration::from_secs(90 * 24 * 60 * 60), 10));
    for tag in ["next", "testing", "stable", "v1", "vega", "lts-2", "1.2.3"] {
        assert!(keep.holds(tag), "{tag}");
    }
    assert!(!keep.holds("sha-c0ffee") && !keep.holds("nextish"));
    assert!(policy.immutable.holds("v1") && !policy.immutable.holds("1.2"));
    assert_eq!(policy.waivers_of(testing).len(), 1);
    assert_eq!(policy.waivers_of(&policy.channels[2]), []);
}

#[test]
fn version_tags_never_move_unless_the_policy_says_which_do_not() {
    let policy = parse("images: [ghcr.io/me/os, ghcr.io/me/initrd]\nchannels: { next: {} }\n");
    assert_eq!((policy.images.len(), &policy.immutable), (2, &Immutable::Versions));
    let none = parse("image: x.y/z\nchannels: { next: {} }\nimmutable: []\n");
    assert!(!none.immutable.holds("v1.2.3") && none.keep().holds("next") && !none.says_how_long());
}

#[test]
fn tags_move_into_one_channel_at_a_time() {
    let policy = parse(POLICY);
    let channel = |tags: &[&str]| policy.channel_of(tags).map(|channel| channel.name.as_str());
    assert_eq!(channel(&["stable", "v1.2.3"]), Ok("stable"));
    assert_eq!(channel(&["v1.2.3"]), Ok("stable"));
    let why = |tags: &[&str]| {
        let problem = channel(tags).unwrap_err();
        (problem.message, problem.hint.unwrap_or_default())
    };
    assert_eq!(
        why(&["testing", "v1.2.3"]).0,
        "`testing` is of the channel `testing` and `v1.2.3` of `stable`"
    );
    let (message, hint) = why(&["stabel"]);
    assert_eq!(message, "no channel of the policy has the tag `stabel`");
    assert_eq!(hint, "did you mean `stable`?");
    assert!(channel(&[]).is_err());
}

#[test]
fn mistakes_have_their_place_and_the_next_step() {
    check("", "1:1: the file is empty / begin with `image: ghcr.io/owner/image` and `channels:`");
    check(
        "channels: { next: {} }\n",
        "1:1: key `image` is missing / name the repository, such as `image: ghcr.io/owner/image`",
    );
    check_rest("chanels: {}\n", "2:1: unknown key `chanels` / did you mean `channels`?");
    check_rest("channels: {}\n", "2:11: there is no channel / add one, such as `next: {}`");
    check_rest(
        "channels:\n  next:\n",
        "3:3: key `next` has no value / give it one, or take the key out",
    );
    check_rest(
        "channels: { next: {} }\nimmutable: ['v[']\n",
        "3:13: `v[` is no pattern of tags: unclosed character class; missing ']'",
    );
    check_rest(
        "channels: { n/x: {} }\n",
        "2:18: `n/x` is no tag / give 1 to 128 letters, digits, `_`, `.` and `-`",
    );
    check(
        "image: ghcr.io/me/os:next\nchannels: { next: {} }\n",
        "1:8: `ghcr.io/me/os:next` names one image, and not a repository / write it like `ghcr.io/owner/image`",
    );
    check(
        "images: [a.b/c, a.b/C]\nchannels: { next: {} }\n",
        "1:17: `a.b/C` names no repository: its repository has lower-case letters, digits, and single `.`, `_` or `-` between them / write it like `ghcr.io/owner/image`",
    );
    check(
        "image: a.b/c\nimages: [a.b/c]\nchannels: { next: {} }\n",
        "2:9: there is `image` as well / write one of them",
    );
}

#[test]
fn mistakes_in_a_channel_are_found() {
    check_channel("form: next", "4:14: unknown key `form` / did you mean `from`?");
    check_channel("from: nxt, require: []", "4:20: unknown channel `nxt` / did you mean `next`?");
    check_channel(
        "from: next",
        "4:20: channel `testing` does not say what it requires / write `require: []` if it asks for no proof",
    );
    check_channel(
        "from: testing, require: []",
        "4:20: `testing` comes from itself / one channel has to come from none",
    );
    check_channel(
        "signed-by: [a.pub]",
        "4:25: there is nothing to sign / name a result in `require`, or take `signed-by` out",
    );
    check_channel(
        "require: [' ']",
        "4:24: `` cannot be shown on a line / give 1 to 200 characters",
    );
    let keep = |inside, expected| {
        check_rest(&format!("channels: {{ next: {{}} }}\nkeep: {{ {inside} }}\n"), expected);
    };
    keep("older-than: 90", "3:21: `90` is not a duration / write it like `90d` or `12h`");
    keep("older-than: 90d, last: many", "3:32: `many` is not a whole number from 0 to 4294967295");
    check_rest(
        "channels:\n  a: { from: b, require: [] }\n  b: { from: c, require: [] }\n  c: { from: b, require: [] }\n",
        "4:14: `b` comes from itself / one channel has to come from none",
    );
}

#[test]
fn a_waiver_has_an_author_a_reason_and_an_end() {
    let waiver = |inside: &str, expected: &str| {
        let channels = "channels: { testing: { require: [smoke/x86_64] } }";
        check_rest(&format!("{channels}\nwaivers:\n- {{ {inside} }}\n"), expected);
    };
    let sound = "result: smoke/x86_64, channel: testing, by: a, why: b";
    waiver("channel: testing", "4:5: key `result` is missing");
    waiver(sound, "4:52: key `until` is missing");
    waiver(
        &format!("{sound}, until: 2026-02-30"),
        "4:67: `2026-02-30` is not a date / write year, month and day, such as `2026-12-31`",
    );
    waiver(
        &sound.replace("why: b", "why: '', until: 2026-02-20"),
        "4:57: `` cannot be shown on a line / give 1 to 200 characters",
    );
    let ended = format!("{sound}, until: 2026-02-20");
    waiver(
        &ended.replace("testing", "tesing"),
        "4:36: unknown channel `tesing` / did you mean `testing`?",
    );
    waiver(
        &ended.replace("x86_64", "x86-46"),
        "4:13: unknown result `smoke/x86-46` / did you mean `smoke/x86_64`?",
    );
    let none = "channels: { next: {} }\nwaivers:\n- { result: s, channel: next, by: a, why: b, until: 2026-02-20 }\n";
    check_rest(none, "4:13: unknown result `s` / no channel requires any");
}
