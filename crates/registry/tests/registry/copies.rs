//! Images from one repository into another, with all that belongs to them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use fetch::Digest;
use registry::tree::{Copied, Tree, copy_tree};
use registry::{Access, Descriptor, Kind, Manifest, Moved, Reference, Repository, Version};
use serde_json::json;
use testkit::meddler::{self, Meddle};
use testkit::relay::counting;
use testkit::web::{Fault, Page, Web};

use crate::attached::{about, with_lists};
use crate::images::{attach, crane, digest, image, index, regctl};
use crate::world::{ANYONE, World, http, skopeo};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn open(host: &str, name: &str) -> Repository {
    let reference: Reference = format!("{host}/{name}").parse().unwrap();
    Repository::open(&reference, Access::Push, &ANYONE, http()).unwrap()
}

fn tag(name: &str) -> Version {
    Version::Tag(name.into())
}

/// All of a digest.
fn tree(repository: &Repository, of: Digest) -> Result<Tree, problem::Problem> {
    Tree::of(repository, repository.manifest(&Version::Digest(of))?)
}

/// Copies it, and gives it the tag `stable`.
fn promote(from: &Repository, to: &Repository, of: Digest) -> Result<Copied, problem::Problem> {
    let tree = tree(from, of)?;
    let mut heard = Vec::new();
    let copied = copy_tree(from, to, &tree, &mut |done, all| heard.push((done, all)))?;
    to.push_manifest(&tree.manifest, &tag("stable"))?;
    let all = tree.blobs().iter().map(|of| of.size).sum();
    assert_eq!(heard.last(), Some(&(all, Some(all))));
    Ok(copied)
}

/// The layer of an image.
fn layer(from: &Repository, of: Digest) -> Descriptor {
    let Kind::Single(parts) = from.manifest(&Version::Digest(of)).unwrap().kind else { panic!() };
    parts.layers[0].clone()
}

#[test]
fn an_image_comes_to_another_repository_without_its_bytes() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 5_000_000);
    let (port, counts) = counting(world.host.parse::<SocketAddr>().unwrap());
    let host = format!("127.0.0.1:{port}");
    let (from, to) = (open(&host, "some/image"), open(&host, "released/image"));
    let copied = promote(&from, &to, image).unwrap();
    assert_eq!(copied, Copied { mounted: 2, streamed: 0, bytes: 0, manifests: 1 });
    let [connections, up, down] = counts.now();
    println!("{connections} connections, {up} bytes up, {down} bytes down");
    assert!(up + down < 25_000);
    let name = format!("{}/released/image:stable", world.host);
    crane(&world, &["validate", "--remote", &name]);
    assert_eq!(digest(&world, &name), image);
    let again = promote(&from, &to, image).unwrap();
    assert_eq!(again, Copied { mounted: 2, ..Copied::default() });
}

#[test]
fn one_connection_brings_one_blob_after_the_other() {
    let (old, new) = (World::start(false), World::start(false));
    let image = image(&old, "v1", "linux/amd64", 400_000);
    let (port, counts) = counting(old.host.parse::<SocketAddr>().unwrap());
    let from = open(&format!("127.0.0.1:{port}"), "some/image");
    let of = layer(&from, image);
    for name in ["one/image", "two/image", "three/image"] {
        assert_eq!(open(&new.host, name).copy_blob(&from, &of).unwrap(), Moved::Streamed);
    }
    assert_eq!(counts.now()[0], 1);
}

#[test]
fn blobs_are_on_their_way_at_once() {
    let (old, new) = (World::start(false), World::start(false));
    let image = image(&old, "v1", "linux/amd64", 100_000);
    let (seen, more) = (Mutex::new(0), Condvar::new());
    // Each upload waits for another one; where none can come, for long enough to be seen alone.
    let web = meddler::before(&new.host, move |asked| {
        if asked.method == "PUT" && asked.target.contains("/blobs/") {
            let mut seen = seen.lock().unwrap();
            *seen += 1;
            more.notify_all();
            let alone = |seen: &mut i32| *seen < 2;
            let waited = more.wait_timeout_while(seen, Duration::from_secs(4), alone).unwrap();
            if waited.1.timed_out() {
                return Meddle::status(403);
            }
        }
        Meddle::Pass
    });
    let from = open(&old.host, "some/image");
    let copied = promote(&from, &open(&web.host(), "other/image"), image).unwrap();
    assert_eq!(copied.streamed, 2);
}

#[test]
fn an_index_comes_to_another_registry_with_all_that_was_attached() {
    let (old, new) = (World::start(false), World::start(false));
    let index = index(&old, "v1");
    let from = old.repository(Access::Push, &ANYONE);
    let child = digest(&old, &format!("{}/some/image:riscv64", old.host));
    attach(&old, index, "application/spdx+json", "bill of the index");
    attach(&old, child, "application/vnd.example.test", "result of the child");
    let note = about(&from, child, "ours");
    from.attach(&note).unwrap();
    let second = about(&from, note.digest, "about ours");
    from.attach(&second).unwrap();
    let signature =
        from.manifest(&Version::Digest(image(&old, "sig", "linux/amd64", 100))).unwrap();
    for end in [".sig", ".att", ".sbom"] {
        let cosigns = tag(&format!("sha256-{}{end}", child.hex()));
        from.push_manifest(&signature, &cosigns).unwrap();
    }
    let to = open(&new.host, "released/image");
    let copied = promote(&from, &to, index).unwrap();
    assert!(copied.mounted == 0 && copied.streamed >= 7 && copied.bytes > 500_000, "{copied:?}");
    assert_eq!(tree(&to, index).unwrap(), tree(&from, index).unwrap());
    let name = format!("{}/released/image", new.host);
    crane(&new, &["validate", "--remote", &format!("{name}:stable")]);
    let inspected =
        skopeo(&["inspect", "--raw", "--tls-verify=false", &format!("docker://{name}:stable")]);
    assert_eq!(Digest::of(&inspected), index);
    for (of, expected) in [(index, "spdx"), (child, "example.test"), (child, "example.note")] {
        let listed = regctl(&new, &["artifact", "list", &format!("{name}@{of}")]);
        assert!(listed.contains(expected), "{listed}");
    }
    for end in [".sig", ".att", ".sbom"] {
        let name = format!("{name}:sha256-{}{end}", child.hex());
        assert_eq!(digest(&new, &name), signature.digest);
    }
    // Once more changes nothing.
    let before = to.tags().unwrap();
    assert_eq!(promote(&from, &to, index).unwrap(), Copied::default());
    assert_eq!(to.tags().unwrap(), before);
}

#[test]
fn what_a_registry_lists_itself_is_carried_to_one_that_does_not_and_back() {
    let (old, new) = (World::start(false), World::start(false));
    let image = image(&old, "v1", "linux/amd64", 1000);
    let web = with_lists(&old.host);
    let from = open(&web.host(), "some/image");
    for text in ["one", "two"] {
        from.attach(&about(&from, image, text)).unwrap();
    }
    let to = open(&new.host, "some/image");
    promote(&from, &to, image).unwrap();
    let back = open(&web.host(), "other/image");
    promote(&to, &back, image).unwrap();
    assert_eq!(to.referrers(image).unwrap().len(), 2);
    assert_eq!(tree(&back, image).unwrap(), tree(&from, image).unwrap());
}

#[test]
fn a_registry_that_does_not_mount_gets_the_bytes() {
    let world = World::start(false);
    let image = image(&world, "v1", "linux/amd64", 100_000);
    let of = layer(&open(&world.host, "some/image"), image);
    for (number, status) in [202, 404, 405].into_iter().enumerate() {
        let web = meddler::before(&world.host, move |asked| {
            if !asked.target.contains("mount=") {
                return Meddle::Pass;
            }
            let mut asked = asked.clone();
            match status {
                202 => asked.target.truncate(asked.target.find('?').unwrap()),
                _ => return Meddle::status(status),
            }
            Meddle::Ask(asked)
        });
        let to = open(&web.host(), &format!("released/image{number}"));
        let from = open(&web.host(), "some/image");
        assert_eq!(to.copy_blob(&from, &of).unwrap(), Moved::Streamed);
        assert!(to.has_blob(of.digest).unwrap());
        // An upload that has begun is used.
        let begun = web.asked().iter().filter(|it| it.method == "POST").count();
        assert_eq!(begun, if status == 202 { 1 } else { 2 });
        assert_eq!(to.copy_blob(&from, &of).unwrap(), Moved::Not);
    }
}

#[test]
fn a_blob_that_is_another_one_never_arrives() {
    let (old, new) = (World::start(false), World::start(false));
    let of = layer(&open(&old.host, "some/image"), image(&old, "v1", "linux/amd64", 100_000));
    let web = meddler::before(&old.host, |_| {
        Meddle::change(|mut page| {
            page.body.iter_mut().skip(50_000).take(1).for_each(|byte| *byte ^= 1);
            page
        })
    });
    let (from, to) = (open(&web.host(), "some/image"), open(&new.host, "some/image"));
    let problem = to.copy_blob(&from, &of).unwrap_err();
    let expected = format!("says that the blob is `{}`, and it is", of.digest);
    assert!(problem.message.contains(&expected) && problem.exit_code() == 3, "{problem}");
    assert!(!to.has_blob(of.digest).unwrap());
}

#[test]
fn a_blob_that_breaks_off_on_either_side_is_sent_from_the_start() {
    let (old, new) = (World::start(false), World::start(false));
    let of = layer(&open(&old.host, "some/image"), image(&old, "v1", "linux/amd64", 400_000));
    let web = meddler::before(&old.host, |_| Meddle::Pass);
    web.fail(Fault::HangUp(100_000), 1);
    let (from, to) = (open(&web.host(), "some/image"), open(&new.host, "some/image"));
    assert_eq!(to.copy_blob(&from, &of).unwrap(), Moved::Streamed);
    let tries = AtomicUsize::new(0);
    let web = meddler::before(&new.host, move |asked| {
        match asked.method == "PUT" && tries.fetch_add(1, Ordering::SeqCst) == 0 {
            true => Meddle::status(500),
            false => Meddle::Pass,
        }
    });
    let to = open(&web.host(), "other/image");
    assert_eq!(to.copy_blob(&from, &of).unwrap(), Moved::Streamed);
    assert!(to.has_blob(of.digest).unwrap());
}

#[test]
fn a_blob_that_is_not_there_is_the_users_to_look_after() {
    let (old, new) = (World::start(false), World::start(false));
    let (from, to) = (open(&old.host, "some/image"), open(&new.host, "some/image"));
    let problem = to.copy_blob(&from, &Descriptor::of(b"nothing", "text/plain")).unwrap_err();
    assert!(problem.message.contains("is not there: status 404"), "{problem}");
    assert_eq!(problem.exit_code(), 2);
}

#[test]
fn a_failure_leaves_no_manifest_without_what_it_needs() {
    let (old, new) = (World::start(false), World::start(false));
    let index = index(&old, "v1");
    let from = open(&old.host, "some/image");
    let children = tree(&from, index).unwrap().children;
    for nth in 0..4 {
        let tries = AtomicUsize::new(0);
        let name = format!("image{nth}");
        let web = meddler::before(&new.host, move |asked| {
            let is_ours = asked.method == "PUT" && asked.target.contains("/manifests/");
            match is_ours && tries.fetch_add(1, Ordering::SeqCst) >= nth {
                true => Meddle::status(500),
                false => Meddle::Pass,
            }
        });
        let failed = promote(&from, &open(&web.host(), &name), index);
        assert_eq!(failed.unwrap_err().exit_code(), 3);
        let left = open(&new.host, &name);
        let there = |digest| left.digest_of(&Version::Digest(digest)).unwrap().is_some();
        assert_eq!(children.iter().filter(|it| there(it.manifest.digest)).count(), nth.min(2));
        assert_eq!(there(index), nth == 3);
        assert_eq!(left.digest_of(&tag("stable")).unwrap(), None);
        promote(&from, &left, index).unwrap();
    }
}

/// A manifest with the config `{}`, of these layers and about this.
fn manifest(to: &Repository, layers: &[Descriptor], subject: Option<&Descriptor>) -> Manifest {
    let config = to.push_bytes(b"{}", "application/vnd.oci.empty.v1+json").unwrap();
    let raw = json!({ "schemaVersion": 2, "config": config, "layers": layers, "subject": subject });
    Manifest::parse(raw.to_string().into(), MANIFEST).unwrap()
}

#[test]
fn what_is_elsewhere_stays_there() {
    let (old, new) = (World::start(false), World::start(false));
    let (from, to) = (open(&old.host, "some/image"), open(&new.host, "some/image"));
    let kind = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    let mut foreign = Descriptor::of(b"not ours", kind);
    foreign.urls.push("https://elsewhere.example/layer".into());
    let image = manifest(&from, &[foreign], None);
    from.push_manifest(&image, &tag("v1")).unwrap();
    let copied = promote(&from, &to, image.digest).unwrap();
    assert_eq!((copied.streamed, copied.manifests), (1, 1));
    assert_eq!(to.manifest(&tag("stable")).unwrap(), image);
}

#[test]
fn a_list_of_what_has_gone_or_is_about_something_else_is_told_apart() {
    let world = World::start(false);
    let from = world.repository(Access::Push, &ANYONE);
    let image = manifest(&from, &[], None);
    from.push_manifest(&image, &tag("v1")).unwrap();
    let [one, two, fine] = ["one", "two", "fine"].map(|text| about(&from, image.digest, text));
    for note in [&one, &two, &fine] {
        from.attach(note).unwrap();
    }
    let stranger = manifest(&from, &[], Some(&one.descriptor()));
    from.push_manifest(&stranger, &Version::Digest(stranger.digest)).unwrap();
    let (gone, list) = (Digest::of(b"gone"), format!("sha256-{}", image.digest.hex()));
    let changes = [(one.digest, gone), (two.digest, stranger.digest)]
        .map(|(from, to)| (from.to_string(), to.to_string()));
    let web = meddler::before(&world.host, move |asked| {
        if !asked.target.ends_with(&list) {
            return Meddle::Pass;
        }
        let changes = changes.clone();
        Meddle::change(move |mut page| {
            let body = String::from_utf8(page.body).unwrap();
            page.body = changes.iter().fold(body, |body, (from, to)| body.replace(from, to)).into();
            page.headers.retain(|(name, _)| name != "docker-content-digest");
            page
        })
    });
    let from = open(&web.host(), "some/image");
    let tree = tree(&from, image.digest).unwrap();
    assert_eq!(tree.missing, [gone, stranger.digest]);
    assert_eq!(tree.manifests(), [&image, &fine]);
}

#[test]
fn a_tree_without_an_end_is_refused() {
    let web = Web::start();
    let mut below = Vec::new();
    for depth in 0..12 {
        let raw = json!({ "schemaVersion": 2, "manifests": below, "annotations": { "depth": depth.to_string() } });
        let kind = "application/vnd.oci.image.index.v1+json";
        let index = Manifest::parse(raw.to_string().into(), kind).unwrap();
        let headers = vec![("content-type".into(), kind.into())];
        let page = Page { headers, body: index.raw.clone(), ..Page::default() };
        web.page(&format!("/v2/some/image/manifests/{}", index.digest), page);
        below = vec![index.descriptor()];
    }
    let from = open(&web.host(), "some/image");
    let problem = tree(&from, below[0].digest).unwrap_err();
    assert!(problem.message.contains("belong to it") && problem.exit_code() == 2, "{problem}");
    assert!(tree(&from, Digest::of(b"none")).unwrap_err().message.contains("status 404"));
}
