//! What `bootgate init --from bootc-release` writes is a release pipeline with one's own names.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use testkit::act::Consumer;

use crate::init::{check, files, init};
use crate::world::run;

const FROM: [&str; 3] = ["init", "--from", "bootc-release"];

fn text(consumer: &Consumer, name: &str) -> String {
    fs::read_to_string(consumer.path().join(name)).unwrap()
}

#[test]
fn every_name_of_the_example_is_ones_own_afterwards() {
    let consumer = Consumer::new();
    let answers = ["--image", "ghcr.io/me/arm-os", "--arch", "aarch64", "--name", "boots"];
    let ran = init(&consumer, &FROM, &answers);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("next: cosign generate-key-pair"), "{}", ran.stdout);
    for path in check(&consumer) {
        let text = text(&consumer, path.to_str().unwrap());
        for left in
            ["owner/os", "x86_64", "amd64", "ttyS0", "system.yaml", "name: system", "s3:", "AWS"]
        {
            assert!(!text.contains(left), "`{left}` is left in {}", path.display());
        }
    }
    let (policy, spec) = (text(&consumer, "bootgate.yaml"), text(&consumer, "boots.yaml"));
    assert_eq!(policy.matches("require: [boots/aarch64]\n").count(), 2, "{policy}");
    assert!(policy.starts_with("# What an image needs"), "{policy}");
    assert!(spec.contains("name: boots\n") && spec.contains("arch: aarch64\n"), "{spec}");
    let workflow = |name: &str| text(&consumer, &format!(".github/workflows/{name}.yml"));
    assert!(workflow("next").contains("runs-on: '\"ubuntu-24.04-arm\"'\n"));
    assert!(workflow("testing").contains("specs: '[\"boots.yaml\"]'\n"));
    for name in ["testing", "stable"] {
        assert!(workflow(name).contains("architectures: '[\"aarch64\"]'\n"), "{name}");
    }
    assert!(text(&consumer, "build.sh").contains("linux-image-cloud-arm64,"));
    let mode = fs::metadata(consumer.path().join("build.sh")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "build.sh can be run");
}

#[test]
fn what_git_ignores_is_added_to_and_nothing_else_is_overwritten() {
    let consumer = Consumer::new().file(".gitignore", "/target\n/disk");
    let answers = ["--image", "ghcr.io/me/os"];
    assert_eq!(init(&consumer, &FROM, &answers).code, Some(0));
    assert!(text(&consumer, ".gitignore").starts_with("/target\n/disk\n/root.tar\n"));
    assert_eq!(text(&consumer, ".gitignore").matches("/disk").count(), 1);
    let again = init(&consumer, &FROM, &answers);
    assert_eq!(again.code, Some(2));
    assert!(
        again.stderr.contains("already there: `.github/workflows/next.yml`"),
        "{}",
        again.stderr
    );
    assert!(!again.stderr.contains(".gitignore"), "{}", again.stderr);
}

#[test]
fn an_answer_that_would_not_fit_is_refused_before_anything_is_written() {
    let consumer = Consumer::new();
    let image = ["--image", "ghcr.io/me/os"];
    for wrong in [
        &["--image", "os"][..],
        &["--image", "ghcr.io/me/os:next"],
        &["--image", "ghcr.io/me/os\nchannels: {}"],
        &[&image[..], &["--name", "bootgate"]].concat(),
        &[&image[..], &["--name", "a/b"]].concat(),
        &[&image[..], &["--publish-to", "gs://images/"]].concat(),
        &[&image[..], &["--arch", "riscv64"]].concat(),
        &[&image[..], &["--arch", "x86_64", "--arch", "aarch64"]].concat(),
        &[&image[..], &["--kernel", "out/kernel"]].concat(),
        &[],
    ] {
        let ran = init(&consumer, &FROM, wrong);
        assert_eq!(ran.code, Some(2), "{wrong:?}: {}{}", ran.stdout, ran.stderr);
    }
    let foreign = init(&consumer, &["init", "--from", "axvisor"], &image);
    assert_eq!(foreign.code, Some(2), "{}", foreign.stderr);
    assert!(files(&consumer.path()).is_empty());
}

/// The terminal is that of our own boot test.
#[test]
fn on_a_terminal_it_asks_what_the_release_is_of() {
    let program = env!("CARGO_BIN_EXE_bootgate");
    let asks = [
        ("architecture .x86_64.: $", ""),
        ("image, such as ghcr.io/me/os: $", "ghcr.io/me/os"),
        ("boot test .system.: $", ""),
        ("S3 bucket for the disks, - for none .-.: $", "s3://mine/os/"),
    ];
    let steps = asks
        .map(|(ask, answer)| format!("  - prompt: '{ask}'\n  - send: \"{answer}\\n\"\n"))
        .concat();
    let spec = format!(
        "machine: {{ command: {{ run: \"{program} init --from bootc-release\" }} }}\nsteps:\n{steps}\
         pass: '^wrote bootgate.yaml$'\nlimits: {{ total: 1m }}\n"
    );
    let consumer = Consumer::new().file("asks.yaml", &spec);
    let evidence = ["run-vm-test", "--spec", "asks.yaml", "--evidence-path", "../evidence"];
    let ran = run(&consumer.path(), &evidence);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    fs::remove_file(consumer.path().join("asks.yaml")).unwrap();
    check(&consumer);
    assert!(text(&consumer, "bootgate.yaml").contains("image: ghcr.io/me/os\n"));
    let stable = text(&consumer, ".github/workflows/stable.yml");
    assert!(stable.contains("publish-to: s3://mine/os/\n"), "{stable}");
}
