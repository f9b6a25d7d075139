//! The action as a runner starts it.

use testkit::object_stores::{Store, get};
use testkit::runner;

use crate::world::{Ran, World, digest};

#[test]
fn a_step_gives_its_outputs_and_hides_the_address_that_opens_a_file() {
    let (store, world) = (Store::s3(), World::of_s3());
    let bytes = [world.file("disk.img", 1000, 1), world.file("initrd", 10, 2)];
    let step = runner::World::new()
        .input("file", "disk.img\ninitrd\n")
        .input("to", "s3://images/os/v1.0")
        .input("endpoint", &format!("http://{}", store.host()))
        .input("presign", "1h");
    let ran: Ran = world.command(&[]).envs(step.vars()).output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let outputs = step.outputs();
    let digests = bytes.each_ref().map(|bytes| digest(bytes)).join("\n");
    assert_eq!((&*outputs["digest"], &*outputs["size"]), (&*digests, "1000\n10"));
    assert_eq!(outputs["url"], "s3://images/os/v1.0/disk.img\ns3://images/os/v1.0/initrd");
    let disk = outputs["presigned-url"].lines().next().unwrap();
    let target = disk.strip_prefix(&format!("http://{}", store.host())).unwrap();
    assert!(get(store.host(), target).1 == bytes[0]);
    assert_eq!(get(store.host(), "/images/os/v1.0/disk.img").0, 403);
    let hidden = ran.out.find("::add-mask::").unwrap();
    assert!(hidden < ran.out.find(disk).unwrap(), "{ran:?}");
    let summary = step.summary().unwrap();
    assert!(summary.contains("Files: published") && !summary.contains("X-Amz"), "{summary}");
}
