//! The examples' own files, with answers in the place of what they build.

use serde_json::json;
use trial::Problem;

use super::answers::{Answers, Known};
use super::release::{self, Names};
use super::{Example, Written};

const BOOT: &str = include_str!("../../../../examples/boot-a-kernel/.github/workflows/boot.yml");
const SMOKE: &str = include_str!("../../../../examples/boot-a-kernel/smoke.yaml");
const CI: &str = include_str!("../../../../examples/rust-os/.github/workflows/ci.yml");

/// Architecture, Rust target and boot test.
const RUST_OS: [(&str, &str, &str); 3] = [
    (
        "x86_64",
        "x86_64-unknown-none",
        include_str!("../../../../examples/rust-os/boot/x86_64.yaml"),
    ),
    (
        "aarch64",
        "aarch64-unknown-none-softfloat",
        include_str!("../../../../examples/rust-os/boot/aarch64.yaml"),
    ),
    (
        "riscv64",
        "riscv64gc-unknown-none-elf",
        include_str!("../../../../examples/rust-os/boot/riscv64.yaml"),
    ),
];

/// All that the example holds but its page for readers.
const AXVISOR: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/axvisor.rs"));

/// The files that the example becomes.
pub(crate) fn files(
    example: Example,
    answers: Answers,
    names: Names,
) -> Result<Vec<Written>, Problem> {
    let arch = answers.arch.clone();
    match example {
        Example::BootcRelease
            if answers == (Answers { arch: arch.clone(), ..Answers::default() }) =>
        {
            release::files(names, &arch)
        }
        Example::BootcRelease => {
            Err(Problem::user("`bootc-release` builds and boots as its files say")
                .hint("it takes `--image`, `--arch`, `--name` and `--publish-to`"))
        }
        _ if names != Names::default() => {
            Err(Problem::user("`--image`, `--name` and `--publish-to` are for `bootc-release`"))
        }
        Example::BootAKernel => boot_a_kernel(&answers.complete(&usual(example))?),
        Example::RustOs => rust_os(&answers.complete(&usual(example))?),
        Example::Axvisor if answers == Answers::default() => Ok(AXVISOR
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect()),
        Example::Axvisor => Err(Problem::user("the files of `axvisor` are written as they are")
            .hint("leave the answers out, and change the files")),
    }
}

/// What the example itself builds.
fn usual(example: Example) -> Known {
    let text = |text: &str| Some(text.to_owned());
    let known = Known {
        archs: vec!["x86_64".into()],
        kernel: "out/kernel".into(),
        initrd: text("out/initrd"),
        append: text("console=ttyS0 panic=-1"),
        pass: "^ALL TESTS PASSED$".into(),
        build: text("./build.sh"),
        toolchains: Vec::new(),
    };
    match example {
        Example::RustOs => Known {
            archs: RUST_OS.map(|(arch, _, _)| arch.to_owned()).into(),
            kernel: "target/{target}/debug/rust-os".into(),
            initrd: None,
            append: None,
            pass: "^rust-os is done$".into(),
            build: text("cargo \"build-$ARCH\""),
            ..known
        },
        _ => known,
    }
}

fn boot_a_kernel(known: &Known) -> Result<Vec<Written>, Problem> {
    let [arch] = &known.archs[..] else {
        return Err(Problem::user("`boot-a-kernel` boots one architecture")
            .hint("give one `--arch`, or begin with `--from rust-os`"));
    };
    if !known.toolchains.is_empty() {
        return Err(Problem::user("`boot-a-kernel` knows no toolchains")
            .hint("name it in rust-toolchain.toml, or begin with `--from rust-os`"));
    }
    let build = known.build.as_ref().map(|build| format!("        run: {}\n", plain(build)));
    let workflow = match build {
        Some(build) => fill(BOOT, "        run: ./build.sh\n", &build)?,
        None => fill(
            BOOT,
            "      - name: Build the kernel and its initramfs\n        run: ./build.sh\n\n",
            "",
        )?,
    };
    let workflow = fill(&workflow, "targets: x86_64\n", &format!("targets: {arch}\n"))?;
    let spec = fill(SMOKE, "    arch: x86_64\n", &format!("    arch: {arch}\n"))?;
    let machine =
        "    kernel: out/kernel\n    initrd: out/initrd\n    append: \"console=ttyS0 panic=-1\"\n";
    let spec = fill(&spec, machine, &booted("", &known.kernel, known))?;
    let spec =
        fill(&spec, "pass: \"^ALL TESTS PASSED$\"\n", &format!("pass: {}\n", json!(known.pass)))?;
    Ok(vec![(".github/workflows/boot.yml".into(), workflow), ("smoke.yaml".into(), own(&spec))])
}

fn rust_os(known: &Known) -> Result<Vec<Written>, Problem> {
    let list = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| json!(name).to_string()).collect();
        format!("'[{}]'\n", names.join(", "))
    };
    let mut lines = format!("      architectures: {}", list(&known.archs));
    if !known.toolchains.is_empty() {
        lines += &format!("      toolchains: {}", list(&known.toolchains));
    }
    let every = "      architectures: '[\"x86_64\", \"aarch64\", \"riscv64\"]'\n";
    let workflow = fill(CI, every, &lines)?;
    let build = known.build.as_ref().map(|build| format!("      prepare: {}\n", plain(build)));
    let workflow =
        fill(&workflow, "      prepare: cargo \"build-$ARCH\"\n", &build.unwrap_or_default())?;
    let mut files = vec![(".github/workflows/ci.yml".to_owned(), workflow)];
    for arch in &known.archs {
        let example = RUST_OS.iter().find(|(known, _, _)| known == arch).ok_or_else(|| {
            Problem::user(format!(
                "`rust-os` is for x86_64, aarch64 and riscv64, and not for `{arch}`"
            ))
        })?;
        files.push((format!("boot/{arch}.yaml"), of_rust_os(example, known)?));
    }
    Ok(files)
}

fn of_rust_os((arch, target, spec): &(&str, &str, &str), known: &Known) -> Result<String, Problem> {
    let kernel = known.kernel.replace("{arch}", arch).replace("{target}", target);
    let name = kernel.rsplit('/').next().unwrap_or(&kernel);
    let spec = fill(
        spec,
        &format!("name: rust-os-{arch}\n"),
        &format!("name: {}\n", plain(&format!("{name}-{arch}"))),
    )?;
    let machine = format!("    kernel: ../target/{target}/debug/rust-os\n");
    let spec = fill(&spec, &machine, &booted("../", &kernel, known))?;
    let spec =
        fill(&spec, "pass: \"^rust-os is done$\"\n", &format!("pass: {}\n", json!(known.pass)))?;
    Ok(own(&spec))
}

/// What a machine boots, for a boot test from whose folder `up` leads to the repository.
fn booted(up: &str, kernel: &str, known: &Known) -> String {
    let path = |path: &str| {
        plain(&if path.starts_with('/') { path.to_owned() } else { format!("{up}{path}") })
    };
    let mut lines = format!("    kernel: {}\n", path(kernel));
    if let Some(initrd) = &known.initrd {
        lines += &format!("    initrd: {}\n", path(initrd));
    }
    if let Some(append) = &known.append {
        lines += &format!("    append: {}\n", json!(append));
    }
    lines
}

/// The schema is beside the examples, and not in anybody's repository.
pub(super) fn own(spec: &str) -> String {
    spec.lines().filter(|line| !line.contains("$schema=")).map(|line| format!("{line}\n")).collect()
}

/// A value as people write it, or else as JSON, which YAML reads, too.
fn plain(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.' || c == '/');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "./_-$\" ={}".contains(c);
    let is_word = ["true", "false", "null", "yes", "no"].contains(&text.to_lowercase().as_str());
    let stands = begins && !is_word && text.chars().all(is_plain) && !text.ends_with(' ');
    if stands { text.to_owned() } else { json!(text).to_string() }
}

/// The example with something else in its place.
pub(super) fn fill(text: &str, from: &str, to: &str) -> Result<String, Problem> {
    match text.contains(from) {
        true => Ok(text.replace(from, to)),
        false => Err(Problem::infrastructure(format!("the example has no `{}`", from.trim()))),
    }
}
