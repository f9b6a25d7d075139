//! A repository like AxVisor's with the example's files in it, and what its workflows find on the runner.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use testkit::act::{Consumer, Run};
use testkit::releases::{Asset, serve};
use testkit::web::Web;

use crate::program::{bootgate, script};
use crate::rustup::{Rustup, folder_of, told};

/// The hypervisor's source that panics where the configuration of a guest lacks something.
pub(crate) const SOURCE: &str = include_str!("../../fixtures/axvisor/src/vm.rs");

const CONFIGURATIONS: [(&str, &str); 5] = [
    ("nimbos", "riscv64"),
    ("nimbos", "aarch64"),
    ("nimbos", "x86_64"),
    ("linux", "riscv64-qemu-smp1"),
    ("linux", "aarch64-qemu-smp1"),
];

/// A repository, a runner, and a server with releases where one is asked.
pub(crate) struct StandIn {
    consumer: Consumer,
    rustup: Rustup,
    web: Option<Web>,
}

impl StandIn {
    /// With one thing changed in the configurations of all guests.
    pub(crate) fn with((from, to): (&str, &str)) -> StandIn {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let kernel = here.join("../../examples/rust-os");
        let mut consumer = Consumer::of_example("axvisor");
        consumer = consumer.copy(&here.join("tests/fixtures/axvisor"), "");
        for part in ["src/arch", "src/console.rs", "kernel.ld"] {
            consumer = consumer.copy(&kernel.join(part), part);
        }
        let cargo = fs::read_to_string(kernel.join(".cargo/config.toml")).expect("the file");
        let xtask = "[alias]\nxtask = \"run --quiet --package xtask --\"";
        consumer = consumer.file(".cargo/config.toml", &cargo.replacen("[alias]", xtask, 1));
        for (guest, machine) in CONFIGURATIONS {
            let text = configuration(guest, machine);
            assert!(text.contains(from), "no `{from}` in {text}");
            let path = format!("configs/vms/{guest}-{machine}.toml");
            consumer = consumer.file(&path, &text.replacen(from, to, 1));
        }
        StandIn { consumer, rustup: runner(), web: None }
    }

    /// For the flow with `make`: a server in GitHub's place, and no processor with VMX.
    pub(crate) fn for_make((from, to): (&str, &str)) -> StandIn {
        let (stand_in, web) = (StandIn::with((from, to)), server());
        let output = "output-path: tmp/disk.img";
        let asked = format!("{output}\n          api-url: {}", web.url("/api/v3"));
        let stand_in = StandIn { web: Some(web), ..stand_in };
        stand_in
            .edit(".github/workflows/make.yml", output, &asked)
            .edit(".github/boot/make-vmx.yaml", "  requires: [kvm, vmx]\n  unfit: skip\n", "")
            .edit(".github/boot/make-vmx.yaml", "ACCEL=y", "ACCEL=n")
    }

    /// With this in the place of that in one of its files.
    pub(crate) fn edit(self, path: &str, from: &str, to: &str) -> StandIn {
        StandIn { consumer: self.consumer.edit(path, from, to), ..self }
    }

    /// Runs one of the example's workflows; `arguments` are act's.
    pub(crate) fn run(&self, workflow: &str, arguments: &[&str]) -> Run {
        let release = bootgate();
        let act = self.rustup.surround(self.consumer.act(&release, workflow).args(arguments));
        if self.web.is_some() { act.with_loopback().run() } else { act.run() }
    }

    /// Runs it without act, and gives the exit code and the verdicts.
    pub(crate) fn pipeline(
        &self,
        workflow: &str,
        arguments: &[&str],
    ) -> (Option<i32>, Vec<String>) {
        let home = self.rustup.bin().join("home");
        fs::create_dir_all(&home).expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command.args(["pipeline", "run", workflow, "--json"]).args(arguments);
        // Nothing of the build that we are a part of.
        command.env_clear().envs(self.rustup.variables()).env("HOME", &home).env("TMPDIR", &home);
        let output = command.current_dir(self.consumer.path()).output().expect("it starts");
        let report = serde_json::from_slice::<Value>(&output.stdout);
        let report = report.unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let steps = report["jobs"].as_array().into_iter().flatten();
        let steps = steps.flat_map(|job| job["steps"].as_array().into_iter().flatten());
        let verdicts = steps.filter_map(|step| step["outputs"]["verdict"].as_str());
        (output.status.code(), verdicts.map(str::to_owned).collect())
    }
}

fn configuration(guest: &str, machine: &str) -> String {
    format!(
        "[base]\nid = 1\nname = \"{guest}\"\ncpu_num = 1\n\n[kernel]\nentry_point = 0x8020_0000\n\
         image_location = \"fs\"\nkernel_path = \"{guest}-{machine}.bin\"\n"
    )
}

/// Both nightlies, cargo-binutils and the QEMU that the workflow asks for, as if they had been installed.
fn runner() -> Rustup {
    let (host, sysroot) = (told("host-tuple"), told("sysroot"));
    let rustup = Rustup::with(&format!("nightly-{host}"));
    let rustup = ["nightly-2024-12-25", "nightly-2025-12-12"]
        .iter()
        .fold(rustup, |rustup, name| rustup.and(&format!("{name}-{host}")));
    // Every toolchain has this program, where nothing finds it, nor it its library.
    let objcopy = format!(
        "LD_LIBRARY_PATH={sysroot}/lib exec {sysroot}/lib/rustlib/{host}/bin/rust-objcopy \"$@\"\n"
    );
    script(&rustup.bin().join("rust-objcopy"), &objcopy);
    for arch in ["x86_64", "aarch64", "riscv64"] {
        let name = format!("qemu-system-{arch}");
        let real = folder_of(&name).join(&name);
        let banner = "[ \"$*\" = --version ] && exec echo QEMU emulator version 8.2.0";
        script(&rustup.bin().join(name), &format!("{banner}\nexec {} \"$@\"\n", real.display()));
    }
    rustup
}

/// GitHub with the releases of NimbOS and its BIOS.
fn server() -> Web {
    let web = Web::start();
    let zips =
        ["riscv64", "aarch64", "x86_64"].map(|arch| (format!("{arch}_usertests.zip"), zip(arch)));
    let asset = |id, name, contents| {
        let digest = Some(fetch::Digest::of(contents).to_string());
        Asset { id, name, contents, digest }
    };
    let guests: Vec<Asset<'_>> =
        zips.iter().zip(1..).map(|((name, zip), id)| asset(id, name, zip)).collect();
    serve(&web, "arceos-org/nimbos", "v0.7", &guests);
    serve(&web, "arceos-org/axvm-bios-x86", "v0.1", &[asset(9, "axvm-bios.bin", b"a bios")]);
    web
}

fn zip(text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("nimbos.bin", zip::write::SimpleFileOptions::default()).expect("an archive");
    zip.write_all(text.as_bytes()).expect("an archive");
    zip.finish().expect("an archive").into_inner()
}
