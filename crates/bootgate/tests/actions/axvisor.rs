//! The example of AxVisor's guest image, run by act with a stand-in for GitHub's releases.

use std::io::Write;

use testkit::act::Consumer;
use testkit::releases::{Asset, serve};
use testkit::web::Web;

use crate::program::bootgate;

fn zip(text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("nimbos.bin", zip::write::SimpleFileOptions::default()).expect("an archive");
    zip.write_all(text.as_bytes()).expect("an archive");
    zip.finish().expect("an archive").into_inner()
}

#[test]
fn the_example_makes_the_image_of_each_architecture() {
    let web = Web::start();
    let guests =
        ["riscv64", "aarch64", "x86_64"].map(|arch| (format!("{arch}_usertests.zip"), zip(arch)));
    let digest = |contents: &[u8]| Some(fetch::Digest::of(contents).to_string());
    let asset = |(id, (name, contents)): (usize, &'_ (String, Vec<u8>))| {
        (id as u64, name.clone(), contents.clone())
    };
    let assets: Vec<(u64, String, Vec<u8>)> = guests.iter().enumerate().map(asset).collect();
    let assets: Vec<Asset<'_>> = assets
        .iter()
        .map(|(id, name, contents)| Asset { id: *id, name, contents, digest: digest(contents) })
        .collect();
    serve(&web, "arceos-org/nimbos", "v0.7", &assets);
    let bios =
        Asset { id: 9, name: "axvm-bios.bin", contents: b"a bios", digest: digest(b"a bios") };
    serve(&web, "arceos-org/axvm-bios-x86", "v0.1", &[bios]);
    let workflow = include_str!("../../../../examples/axvisor/.github/workflows/guest-image.yml");
    let with = format!("output-path: tmp/disk.img\n          api-url: {}", web.url("/api/v3"));
    let workflow = workflow.replace("output-path: tmp/disk.img", &with);
    let consumer = Consumer::of_example("axvisor").file(".github/workflows/own.yml", &workflow);
    let run = consumer.act(&bootgate(), "own.yml").with_loopback().run();
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.results("actions/setup-guest-image", "Main"), ["success"; 3], "{run:?}");
    assert_eq!(run.results("actions/setup-guest-image", "Post"), ["success"; 3], "{run:?}");
    assert_eq!(run.outputs("size"), ["67108864"; 3], "{run:?}");
    let asked: Vec<String> = web.asked().into_iter().map(|asked| asked.target).collect();
    assert_eq!(asked.iter().filter(|target| target.contains("axvm-bios")).count(), 2, "{asked:?}");
}
