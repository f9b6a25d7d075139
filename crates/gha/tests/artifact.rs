//! A folder goes to the artifact service, whatever the service does.

use std::fs;
use std::io::{Cursor, Read};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use gha::Runner;
use gha::artifact::{Patience, Uploaded, upload};
use problem::Problem;
use tempfile::TempDir;
use testkit::runner::{ArtifactService, Fault, World};
use zip::ZipArchive;

const QUICK: Patience = Patience { tries: 4, first_wait: Duration::from_millis(5) };

fn evidence() -> TempDir {
    let folder = TempDir::new().expect("a file");
    fs::write(folder.path().join("console.log"), "Kernel panic\n").expect("a file");
    fs::create_dir(folder.path().join("tries")).expect("a file");
    fs::write(folder.path().join("tries/1.log"), noise(100)).expect("a file");
    symlink("/etc/passwd", folder.path().join("link")).expect("a file");
    symlink("/etc", folder.path().join("folder-link")).expect("a file");
    folder
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn send(service: &ArtifactService, name: &str, folder: &Path) -> Result<Option<Uploaded>, Problem> {
    let world = World::new()
        .set("ACTIONS_RESULTS_URL", &service.url())
        .set("ACTIONS_RUNTIME_TOKEN", &service.token());
    upload(&Runner { vars: world.vars().clone() }, name, folder, QUICK)
}

fn archive(service: &ArtifactService, name: &str) -> ZipArchive<Cursor<Vec<u8>>> {
    ZipArchive::new(Cursor::new(service.artifact(name).expect("an artifact"))).expect("an archive")
}

fn entry(archive: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.by_name(name).expect("an entry").read_to_end(&mut bytes).expect("an entry");
    bytes
}

#[test]
fn a_folder_arrives_whole_and_without_what_links_lead_to() {
    let (service, folder) = (ArtifactService::start(None), evidence());
    let uploaded = send(&service, "smoke/x86_64", folder.path()).unwrap().unwrap();
    assert_eq!(service.complaints(), Vec::<String>::new());
    assert_eq!(uploaded.id, "1000");
    let url = "https://github.com/octo/guest/actions/runs/7/artifacts/1000";
    assert_eq!(uploaded.url.as_deref(), Some(url));
    let mut archive = archive(&service, "smoke-x86_64");
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names, ["console.log", "tries/1.log"]);
    assert_eq!(entry(&mut archive, "console.log"), b"Kernel panic\n");
    assert_eq!(entry(&mut archive, "tries/1.log"), noise(100));
}

#[test]
fn a_large_file_goes_in_blocks() {
    let (service, folder) = (ArtifactService::start(None), TempDir::new().unwrap());
    let disk = noise((20 << 20) + 17);
    fs::write(folder.path().join("disk.img"), &disk).unwrap();
    let uploaded = send(&service, "disk", folder.path()).unwrap().unwrap();
    assert!(uploaded.size > 20 << 20);
    // Create, three blocks, the list, finalize.
    assert_eq!(service.requests(), 6);
    assert!(entry(&mut archive(&service, "disk"), "disk.img") == disk);
}

#[test]
fn a_busy_a_broken_and_a_rude_service_are_tried_again() {
    for fault in [Fault::TooMany(3), Fault::Broken(2), Fault::HangUp(2)] {
        let (service, folder) = (ArtifactService::start(Some(fault)), evidence());
        send(&service, "smoke", folder.path()).unwrap().unwrap();
        assert!(service.artifact("smoke").is_some(), "{fault:?}");
        assert_eq!(service.complaints(), Vec::<String>::new(), "{fault:?}");
    }
}

#[test]
fn patience_ends() {
    let (service, folder) = (ArtifactService::start(Some(Fault::Broken(99))), evidence());
    let error = send(&service, "smoke", folder.path()).unwrap_err();
    assert!(error.message.starts_with("no luck in 4 tries: "), "{error}");
    assert_eq!(service.requests(), 4);
}

#[test]
fn a_block_that_is_refused_ends_the_upload_at_once() {
    let (service, folder) =
        (ArtifactService::start(Some(Fault::Forbidden(99))), TempDir::new().unwrap());
    fs::write(folder.path().join("disk.img"), noise(20 << 20)).unwrap();
    let error = send(&service, "disk", folder.path()).unwrap_err();
    assert!(error.message.ends_with("the store answered 403"), "{error}");
    assert_eq!((service.requests(), service.artifact("disk")), (2, None));
}

#[test]
fn where_there_is_no_service_there_is_no_artifact() {
    let (service, folder) = (ArtifactService::start(Some(Fault::Absent)), evidence());
    assert_eq!(send(&service, "smoke", folder.path()), Ok(None));
    let runner = Runner { vars: World::new().vars().clone() };
    assert_eq!(upload(&runner, "smoke", folder.path(), QUICK), Ok(None));
}

#[test]
fn each_job_of_a_matrix_has_its_own_artifact() {
    let (service, folder) = (ArtifactService::start(None), evidence());
    for name in ["smoke", "smoke-2", "smoke-3"] {
        assert!(service.artifact(name).is_none());
        send(&service, "smoke", folder.path()).unwrap();
        assert!(service.artifact(name).is_some(), "{:?}", service.complaints());
    }
}

#[test]
fn a_token_goes_nowhere_without_tls() {
    let (service, folder) = (ArtifactService::start(None), evidence());
    let world = World::new()
        .set("ACTIONS_RESULTS_URL", "http://results.example/")
        .set("ACTIONS_RUNTIME_TOKEN", &service.token());
    let runner = Runner { vars: world.vars().clone() };
    let error = upload(&runner, "smoke", folder.path(), QUICK).unwrap_err();
    assert_eq!(error.message, "the address on `results.example` is not HTTPS");
}

#[test]
fn an_empty_folder_is_no_artifact() {
    let (service, folder) = (ArtifactService::start(None), TempDir::new().unwrap());
    let error = send(&service, "smoke", folder.path()).unwrap_err();
    assert!(error.message.ends_with("holds no file"), "{error}");
    assert_eq!(service.requests(), 0);
}
