//! Images that are not what they say, and what is no image.

use std::fs;

use fetch::Digest;
use problem::{Fault, Problem};
use serde_json::{Value, json};

use crate::built::{Packing, file, layer};
use crate::world::{Layout, World, kept_by};

/// Pushes an image of two layers that was changed, and pulls it.
fn refused(change: impl Fn(&World, &mut Layout)) -> Problem {
    let world = World::start();
    let text = "x".repeat(9000);
    let layers = [file("a", &text), file("b", "2")].map(|file| (layer(&[file]), Packing::Gzip));
    let mut layout = world.layout("image", &layers);
    change(&world, &mut layout);
    world.push(&mut layout, "image");
    let problem = world.pull("image").unwrap_err();
    assert!(problem.hint.is_some() || problem.message.contains("layers, and"), "{problem:?}");
    problem
}

fn digest_of(layout: &Layout, number: usize) -> String {
    layout.manifest["layers"][number]["digest"].as_str().unwrap().to_owned()
}

#[test]
fn a_layer_that_holds_another_archive_than_the_image_says_is_the_images_fault() {
    let other = Digest::of(b"");
    let problem =
        refused(|_, layout| layout.config["rootfs"]["diff_ids"][1] = json!(other.to_string()));
    assert_eq!(problem.fault, Fault::User);
    assert!(problem.message.ends_with(&format!("and the image says `{other}`")), "{problem}");
}

#[test]
fn a_layer_of_a_kind_that_is_kept_elsewhere_or_not_known_is_named() {
    for (kind, why) in [
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "which is kept elsewhere"),
        ("application/vnd.oci.image.layer.v1.tar+encrypted", "which is not known"),
    ] {
        let problem = refuse_kind(kind);
        assert_eq!(problem.fault, Fault::User);
        assert!(problem.message.contains(kind) && problem.message.contains(why), "{problem}");
    }
}

/// skopeo does not push such layers, so the manifest is only read here.
fn refuse_kind(kind: &str) -> Problem {
    let world = World::start();
    let mut layout = world.layout("image", &[(layer(&[file("a", "1")]), Packing::Gzip)]);
    world.push(&mut layout, "image");
    layout.manifest["layers"][0]["mediaType"] = json!(kind);
    parsed(&world, &layout.manifest)
}

fn parsed(world: &World, manifest: &Value) -> Problem {
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let manifest = registry::Manifest::parse(manifest.to_string().into(), media_type).unwrap();
    let (scratch, store) = (world.path("scratch"), world.store());
    rootfs::pull(&world.repository("image"), &manifest, &store, &scratch, &mut |_, _| {})
        .unwrap_err()
}

#[test]
fn a_layer_too_few_and_another_system_are_refused() {
    let problem = refused(|_, layout| {
        layout.config["rootfs"]["diff_ids"].as_array_mut().unwrap().pop();
    });
    assert!(problem.message.ends_with("has 2 layers, and its configuration says 1"), "{problem}");
}

#[test]
fn an_artifact_is_no_image() {
    let world = World::start();
    let mut layout = world.layout("image", &[]);
    world.push(&mut layout, "image");
    layout.manifest["config"]["mediaType"] = json!("application/vnd.example");
    let problem = parsed(&world, &layout.manifest);
    assert!(
        problem
            .message
            .contains("is no container image: its configuration is `application/vnd.example`"),
        "{problem}"
    );
}

#[test]
fn a_blob_that_is_not_what_its_digest_says_is_the_registrys_fault_and_is_not_kept() {
    let world = World::start();
    let mut layout = world.layout("image", &[(layer(&[file("a", "1")]), Packing::Gzip)]);
    world.push(&mut layout, "image");
    let digest = digest_of(&layout, 0);
    let there = kept_by(&world, &digest);
    let mut bytes = fs::read(&there).unwrap();
    bytes[20] ^= 1;
    fs::write(&there, bytes).unwrap();
    let problem = world.pull("image").unwrap_err();
    assert_eq!(problem.fault, Fault::Infrastructure);
    assert!(!world.store().path(digest.parse().unwrap()).unwrap().exists(), "{problem}");
}

#[test]
fn a_layer_that_is_no_archive_or_leads_through_a_file_is_named() {
    for bytes in [b"no archive at all".to_vec(), layer(&[file("a", "1"), file("a/b", "2")])] {
        let world = World::start();
        let mut layout = world.layout("image", &[(bytes, Packing::Gzip)]);
        world.push(&mut layout, "image");
        let problem = world.pull("image").unwrap_err();
        let named = format!("cannot apply the layer `{}`", digest_of(&layout, 0));
        assert!(problem.message.starts_with(&named) && problem.hint.is_some(), "{problem}");
    }
}
