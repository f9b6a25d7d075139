//! The image that AxVisor's workflow makes: a guest's release, a BIOS of another one, 64 MiB of FAT32.

use std::fs;
use std::io::Write;

use fetch::Digest;
use testkit::releases::{Asset, serve};
use testkit::web::Web;

use crate::job::{Job, Machine, mtype, said};

fn zip(name: &str, contents: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(contents).unwrap();
    zip.finish().unwrap().into_inner()
}

/// A server with both releases.
fn server() -> Web {
    let web = Web::start();
    let (x86, riscv) =
        (zip("nimbos.bin", b"nimbos for x86"), zip("nimbos.bin", b"nimbos for riscv"));
    let asset = |id, name, contents| Asset {
        id,
        name,
        contents,
        digest: Some(Digest::of(contents).to_string()),
    };
    let assets =
        [asset(1, "x86_64_usertests.zip", &x86[..]), asset(2, "riscv64_usertests.zip", &riscv[..])];
    serve(&web, "arceos-org/nimbos", "v0.7", &assets);
    serve(&web, "arceos-org/axvm-bios-x86", "v0.1", &[asset(3, "axvm-bios.bin", b"a bios")]);
    web
}

fn job(machine: &Machine, web: &Web) -> Job {
    let job = machine.job("fat32").input("size", "64M").var("GITHUB_API_URL", &web.url("/api/v3"));
    job.input("source", "arceos-org/nimbos@tags/v0.7#{arch}_usertests.zip\narceos-org/axvm-bios-x86@tags/v0.1#axvm-bios.bin")
}

#[test]
fn a_release_and_its_bios_become_a_disk_of_64_mib() {
    let (machine, web) = (Machine::new(), server());
    let job = job(&machine, &web)
        .input("arch", "x86_64")
        .input("files", "nimbos.bin:nimbos-x86_64.bin\naxvm-bios.bin:rvm-bios.bin");
    job.ok();
    let image = machine.image().unwrap();
    assert_eq!(fs::metadata(&image).unwrap().len(), 64 << 20);
    said("fsck.fat", &["-n", image.to_str().unwrap()]);
    assert_eq!(mtype(&image, "nimbos-x86_64.bin"), b"nimbos for x86");
    assert_eq!(mtype(&image, "rvm-bios.bin"), b"a bios");
    assert_eq!(
        (job.output("image-path"), job.output("size")),
        (image.display().to_string(), (64 << 20).to_string())
    );
    assert_eq!(job.output("digest"), Digest::of(&fs::read(&image).unwrap()).to_string());
}

#[test]
fn the_architecture_chooses_the_file() {
    let (machine, web) = (Machine::new(), server());
    job(&machine, &web)
        .input("arch", "riscv64")
        .input("files", "nimbos.bin:nimbos-{arch}.bin")
        .ok();
    assert_eq!(mtype(&machine.image().unwrap(), "nimbos-riscv64.bin"), b"nimbos for riscv");
}

#[test]
fn a_copy_of_the_vms_configuration_names_what_is_in_the_image() {
    let (machine, web) = (Machine::new(), server());
    machine.put(
        "vms/nimbos.toml",
        "[kernel]\nkernel_path = \"old\" # the guest\nentry_point = 0x8000\n",
    );
    let job = job(&machine, &web)
        .input("arch", "x86_64")
        .input("files", "nimbos.bin\naxvm-bios.bin:rvm-bios.bin");
    let job =
        job.input("vm-config", "vms/nimbos.toml").input("vm-config-output", "tmp/nimbos.toml");
    let job = job.input("kernel-path", "nimbos.bin").input("bios-path", "rvm-bios.bin");
    job.ok();
    let text = fs::read_to_string(job.output("vm-config-path")).unwrap();
    assert_eq!(
        text,
        "[kernel]\nkernel_path = \"nimbos.bin\" # the guest\nentry_point = 0x8000\nbios_path = \"rvm-bios.bin\"\n"
    );
}

#[test]
fn the_jobs_token_goes_to_the_jobs_github_and_to_no_other() {
    let (machine, web) = (Machine::new(), server());
    let authorized = |job: Job| {
        let before = web.asked().len();
        job.input("arch", "x86_64").ok();
        web.asked()[before..].iter().filter(|asked| asked.header("authorization").is_some()).count()
    };
    assert!(authorized(job(&machine, &web).input("token", "ghs_job")) > 0);
    let other =
        || job(&machine, &web).input("api-url", &web.url("/api/v3")).input("label", "OTHER");
    assert_eq!(authorized(other().input("token", "ghs_job")), 0);
    assert!(authorized(other().input("token", "github_pat_theirs").input("label", "MINE")) > 0);
}
