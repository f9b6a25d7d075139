//! Gates that are asked about a digest, and what a promotion makes of what they say.

use std::fs;
use std::path::Path;

use evidence::find;
use fetch::Digest;
use serde_json::{Value, json};
use testkit::releases::review;
use testkit::runner;
use testkit::web::{Page, Web};

use crate::world::{Ran, World};

const ROUTE: &str = "/repos/octo/guest/actions/runs/7/approvals";

/// A channel `stable` with this gate, for images in `testing`.
fn policy(world: &World, gate: &str) -> String {
    let text = format!(
        "image: {}\nchannels:\n  testing: {{}}\n  stable:\n    from: testing\n    signed-by: [ours.pub]\n    gates:\n      soak: {gate}\n",
        world.name("os")
    );
    world.file("bootgate.yaml", &text).display().to_string()
}

/// What our program says of the gate `soak`, in a step where there is one.
fn ask(world: &World, of: Digest, policy: &str, step: Option<&runner::World>) -> Ran {
    let image = format!("{}@{of}", world.name("os"));
    let (key, evidence) = (world.path("ours.key"), world.path("gates"));
    let flags = ["--policy", policy, "--signing-key", &key, "--evidence-path", &evidence];
    let begin = ["run-gate", "--image", &image, "--gate", "soak"];
    let mut command = world.bootgate(&[&begin[..], &flags[..]].concat());
    command.env("LAB", "lab's own").env("COSIGN_PASSWORD", "secret").env("OTHER", "other");
    if let Some(step) = step {
        command.envs(step.vars());
    }
    command.output().unwrap().into()
}

fn promote(world: &World, of: Digest, policy: &str) -> Ran {
    let image = format!("{}@{of}", world.name("os:testing"));
    world.promote(&["--image", &image, "--to", "stable", "--policy", policy])
}

fn attached(world: &World, of: Digest) -> usize {
    find(&world.repository("os"), of).unwrap().len()
}

#[test]
fn a_gate_that_says_yes_opens_for_that_very_digest_alone() {
    let world = World::start();
    let digest = world.push("os:testing", "one", &[]);
    let script =
        "printenv -0 | sort -z | tr '\\0' '\\n' > $BOOTGATE_EVIDENCE/seen; pwd; echo done >&2";
    let policy =
        policy(&world, &json!({ "command": script, "limit": "30s", "env": ["LAB"] }).to_string());
    let refused = promote(&world, digest, &policy);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("the gate `soak` is closed: there is no result"), "{refused:?}");
    let hint = format!("bootgate run-gate --image {}@{digest} --gate soak", world.name("os"));
    assert!(refused.err.contains(&hint), "{refused:?}");
    let ran = ask(&world, digest, &policy, None);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let gates = Path::new(&world.path("gates")).join("soak");
    let seen = fs::read_to_string(gates.join("seen")).unwrap();
    let names = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let ours = ["BOOTGATE_DIGEST", "BOOTGATE_EVIDENCE", "BOOTGATE_FAMILY", "BOOTGATE_IMAGE"];
    let usual = ["HOME", "LAB", "LANG", "LC_ALL", "PATH", "PWD", "TMPDIR", "TZ", "USER", "_"];
    let known = |name: &&str| ours.contains(name) || usual.contains(name) || *name == "OLDPWD";
    assert_eq!(names.filter(|name| !known(name)).collect::<Vec<_>>(), [""; 0], "{seen}");
    assert!(
        seen.contains(&format!("BOOTGATE_DIGEST={digest}\n")) && seen.contains("LAB=lab's own")
    );
    let said = fs::read_to_string(gates.join("output.log")).unwrap();
    assert_eq!(said, format!("{}\ndone\n", Path::new(&policy).parent().unwrap().display()));
    let verified = world.must(
        "cosign",
        &[
            "verify-attestation",
            "--key",
            &world.path("ours.pub"),
            "--insecure-ignore-tlog=true",
            "--type",
            evidence::TEST_RESULT,
            &format!("{}@{digest}", world.name("os")),
        ],
    );
    assert_eq!(verified.lines().count(), 1);
    let left: Value =
        serde_json::from_str(&fs::read_to_string(gates.join("test-result.intoto.json")).unwrap())
            .unwrap();
    let told = &left["predicate"]["configuration"];
    assert_eq!(left["predicate"]["passedTests"], json!(["soak"]));
    assert_eq!(
        (&told[0]["name"], &told[1]["name"], &told[2]["name"]),
        (&json!(policy), &json!("output.log"), &json!("seen"))
    );
    assert_eq!(told[2]["digest"]["sha256"], json!(Digest::of(seen.as_bytes()).hex()));
    let moved = promote(&world, digest, &policy);
    assert_eq!(moved.code, Some(0), "{moved:?}");
    assert_eq!(world.digest(&world.name("os:stable")), Some(digest));
    let other = world.push("os:testing", "two", &[]);
    assert_eq!(promote(&world, other, &policy).code, Some(1));
    assert_eq!(world.digest(&world.name("os:stable")), Some(digest));
}

#[test]
fn whatever_a_script_does_but_say_yes_its_gate_stays_closed() {
    let world = World::start();
    let digest = world.push("os:testing", "one", &[]);
    let many = "i=0; while [ $i -lt 1100 ]; do : > $BOOTGATE_EVIDENCE/$i; i=$((i+1)); done";
    let scripts = [
        ("exit 3", 3, "it ended with 3"),
        ("no-such-program", 3, "it ended with 127"),
        ("kill -KILL $$", 3, "signal 9 ended it"),
        ("exec sleep 600", 3, "it took longer than 2s"),
        ("exec >&- 2>&-; exec sleep 600", 3, "it took longer than 2s"),
        ("truncate -s 1G $BOOTGATE_EVIDENCE/large", 3, "1024 MiB"),
        (many, 3, "too many files"),
        ("exit 1", 1, "it ended with 1"),
        ("exit 42", 1, "it ended with 42"),
    ];
    for (script, code, why) in scripts {
        let before = attached(&world, digest);
        // What shall end by itself gets the time that a busy machine takes.
        let limit = if script.contains("sleep") { "2s" } else { "1m" };
        let policy = policy(&world, &json!({ "command": script, "limit": limit }).to_string());
        let ran = ask(&world, digest, &policy, None);
        assert_eq!(ran.code, Some(code), "{script}: {ran:?}");
        assert!(ran.err.contains(why), "{script}: {ran:?}");
        // A no is said of the image; what is no answer is not.
        assert_eq!(attached(&world, digest) - before, usize::from(code == 1), "{script}");
        let refused = promote(&world, digest, &policy);
        assert_eq!(refused.code, Some(1), "{script}: {refused:?}");
        assert!(refused.err.contains("the gate `soak` is closed"), "{script}: {refused:?}");
    }
    assert_eq!(world.digest(&world.name("os:stable")), None);
}

#[test]
fn what_a_script_prints_can_do_nothing_and_what_it_starts_is_ended() {
    let world = World::start();
    let digest = world.push("os:testing", "one", &[]);
    let script = "sleep 600 & echo $! > $BOOTGATE_EVIDENCE/pids; \
         setsid sh -c 'echo $$ >> $BOOTGATE_EVIDENCE/pids; exec sleep 600' & sleep 1; \
         echo '::set-output name=answer::forged'; printf 'x\\r::error::forged\\n##[add-mask]e\\n'; \
         head -c 30000000 /dev/zero | tr '\\0' '\\n'";
    let policy = policy(&world, &json!({ "command": script, "limit": "120s" }).to_string());
    let step = runner::World::new();
    let ran = ask(&world, digest, &policy, Some(&step));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(step.outputs()["answer"], "yes");
    assert!(step.summary().unwrap().contains("Gate soak: yes"));
    let commands = runner::oracle::commands(ran.out.as_bytes());
    let forged = commands.iter().filter(|it| ["set-output", "error"].contains(&it.name.as_str()));
    assert_eq!(forged.count(), 0, "{commands:?}");
    let gates = Path::new(&world.path("gates")).join("soak");
    let log = fs::metadata(gates.join("output.log")).unwrap().len();
    assert!(log > 16 << 20 && log < (16 << 20) + 100, "{log}");
    let pids = fs::read_to_string(gates.join("pids")).unwrap();
    assert_eq!(pids.lines().count(), 2);
    let is_alive = |pid: &&str| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.starts_with(b"sleep")
    };
    assert_eq!(pids.lines().filter(is_alive).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn only_an_approval_of_this_run_for_this_environment_opens_its_gate() {
    let world = World::start();
    let digest = world.push("os:testing", "one", &[]);
    let policy = policy(&world, "{ approval: { environment: live } }");
    let web = Web::start();
    let step =
        || runner::World::new().set("GITHUB_API_URL", &web.url("")).input("token", "job-token");
    let ask = |step: Option<&runner::World>| ask(&world, digest, &policy, step);
    let outside = ask(None);
    assert_eq!(outside.code, Some(3), "{outside:?}");
    assert!(outside.err.contains("no run of a workflow is here that could be approved for `live`"));
    let closed = |code: i32, why: &str| {
        let before = attached(&world, digest);
        let ran = ask(Some(&step()));
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.err.contains(why), "{why}: {ran:?}");
        assert_eq!(attached(&world, digest) - before, usize::from(code == 1));
        assert_eq!(promote(&world, digest, &policy).code, Some(1));
    };
    closed(3, "is not there for us");
    web.put(ROUTE, "<html>");
    closed(3, "what we cannot read");
    let refusal = json!({ "message": "no", "documentation_url": "x", "status": "403" }).to_string();
    web.page(ROUTE, Page { status: 403, body: refusal.into(), ..Page::default() });
    closed(3, "refused with status 403");
    web.put(ROUTE, "[]");
    closed(1, "nobody approved this run for `live`");
    web.put(ROUTE, json!([review("approved", &["lab"], "eve", "")]).to_string());
    closed(1, "nobody approved this run for `live`");
    let both = json!([
        review("rejected", &["live"], "bob", "::error::no"),
        review("approved", &["live"], "eve", "")
    ]);
    web.put(ROUTE, both.to_string());
    closed(1, "@bob rejected this run for `live`");
    web.put(
        ROUTE,
        json!([review("approved", &["lab", "live"], "alice", "soaked <b>")]).to_string(),
    );
    let open = step();
    let ran = ask(Some(&open));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(open.outputs()["answer"], "yes");
    assert!(
        !open.summary().unwrap().contains("soaked <b>")
            || open.summary().unwrap().contains("` @alice")
    );
    let kept = fs::read_to_string(world.path("gates/soak/approvals.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        kept["reviews"],
        json!([{ "by": "@alice", "approved": true, "comment": "soaked <b>" }])
    );
    assert!(!kept.to_string().contains("job-token") && !ran.err.contains("job-token"));
    assert_eq!(promote(&world, digest, &policy).code, Some(0));
}

#[test]
fn a_folder_that_no_gate_left_is_not_removed() {
    let world = World::start();
    let digest = world.push("os:testing", "one", &[]);
    let policy = policy(&world, "{ command: 'true', limit: 1m }");
    let own = world.file("gates/soak/precious", "x");
    let ran = ask(&world, digest, &policy, None);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("holds something else than evidence") && own.is_file());
    fs::remove_file(&own).unwrap();
    assert_eq!(ask(&world, digest, &policy, None).code, Some(0));
    world.file("gates/soak/old", "x");
    assert_eq!(ask(&world, digest, &policy, None).code, Some(0));
    assert!(!Path::new(&world.path("gates/soak/old")).exists());
}
