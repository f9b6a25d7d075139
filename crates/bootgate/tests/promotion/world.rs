//! Registries with images, results about them, and our program.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use evidence::{
    Configuration, Envelope, Facts, Outcome, SigningKey, Statement, Subject, TestResult, attach,
    find,
};
use fetch::Digest;
use promotion::Record;
use registry::{Access, Credentials, Keychain, Reference, Repository, Version};
pub(crate) use testkit::Ran;
use testkit::act::tool;
use testkit::registry::Registry;
use wire::{Http, Patience};

/// A registry and two pairs of keys, `ours` and `theirs`.
pub(crate) struct World {
    pub(crate) registry: Registry,
}

impl World {
    pub(crate) fn start() -> World {
        let world = World { registry: Registry::start() };
        for name in ["ours", "theirs"] {
            let private = world.text_of(&[
                "genpkey",
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ]);
            fs::write(world.registry.path(format!("{name}.key")), private).unwrap();
            let public =
                world.text_of(&["pkey", "-pubout", "-in", &world.path(&format!("{name}.key"))]);
            fs::write(world.registry.path(format!("{name}.pub")), public).unwrap();
        }
        world
    }

    fn text_of(&self, arguments: &[&str]) -> String {
        let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "openssl {arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.registry.path(name).display().to_string()
    }

    /// A file in the world's folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.registry.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The full name of an image in this registry.
    pub(crate) fn name(&self, rest: &str) -> String {
        format!("{}/{rest}", self.registry.host())
    }

    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program = if program == "skopeo" { program.into() } else { tool(program) };
        let mut command = Command::new(program);
        command.args(arguments).env("HOME", self.path("")).env_remove("DOCKER_CONFIG");
        command.stdin(Stdio::null()).output().unwrap()
    }

    pub(crate) fn must(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.run(program, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{program} {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Pushes an image with a file of this text, and labels if any, and gives its digest.
    pub(crate) fn push(&self, name: &str, text: &str, more: &[&str]) -> Digest {
        let folder = self.registry.path(format!("layers/{}", Digest::of(text.as_bytes()).hex()));
        fs::create_dir_all(folder.join("boot")).unwrap();
        fs::write(folder.join("boot/text"), text).unwrap();
        let layer = folder.with_extension("tar").display().to_string();
        let mut tar = Command::new("tar");
        tar.args(["--sort=name", "--mtime=@0", "-cf", &layer, "-C"]).arg(&folder).arg("boot");
        assert!(tar.status().unwrap().success());
        let name = self.name(name);
        self.must("crane", &["append", "--oci-empty-base", "-f", &layer, "-t", &name]);
        let fixed = ["mutate", &name, "-t", &name];
        self.must("crane", &[&fixed, more].concat());
        self.digest(&name).unwrap()
    }

    /// Pushes an index of images for two platforms, and gives its digest and theirs.
    pub(crate) fn push_index(&self, name: &str) -> (Digest, [Digest; 2]) {
        let part = |arch: &str| {
            let tag = format!("{name}-{arch}");
            let platform = format!("linux/{arch}");
            (self.name(&tag), self.push(&tag, arch, &["--set-platform", &platform]))
        };
        let [(one, amd64), (two, arm64)] = ["amd64", "arm64"].map(part);
        let name = self.name(name);
        self.must("crane", &["index", "append", "-m", &one, "-m", &two, "-t", &name]);
        (self.digest(&name).unwrap(), [amd64, arm64])
    }

    /// What a tag has by crane's word; none where there is no such tag.
    pub(crate) fn digest(&self, name: &str) -> Option<Digest> {
        let output = self.run("crane", &["digest", name]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || said.contains("404"), "{name}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().parse().ok()
    }

    pub(crate) fn repository(&self, name: &str) -> Repository {
        let reference: Reference = self.name(name).parse().unwrap();
        let http = Http::new(Patience::default(), 2);
        let anyone = Keychain::Given(Credentials::Anonymous);
        Repository::open(&reference, Access::Push, &anyone, http).unwrap()
    }

    pub(crate) fn key(&self, name: &str) -> SigningKey {
        let pem = fs::read_to_string(self.registry.path(format!("{name}.key"))).unwrap();
        SigningKey::from_pem(&pem, None).unwrap()
    }

    /// Attaches a result to an image, signed with a key where one is named.
    pub(crate) fn attest(
        &self,
        repository: &str,
        of: Digest,
        result: &str,
        outcome: Outcome,
        key: Option<&str>,
    ) {
        let envelope = envelope(of, result, outcome, key.map(|name| self.key(name)).as_ref());
        let repository = self.repository(repository);
        let subject = repository.manifest(&Version::Digest(of)).unwrap().descriptor();
        attach(&repository, &subject, &envelope).unwrap();
    }

    /// The records of promotions about an image, as many as regctl lists.
    pub(crate) fn records(&self, repository: &str, of: Digest) -> Vec<Record> {
        let all = find(&self.repository(repository), of).unwrap();
        let statements = all.iter().filter_map(|it| it.read_without_verifying(of).ok());
        let records: Vec<Record> = statements
            .filter_map(|it| Record::from_statement(it.to_json().as_bytes()).ok())
            .collect();
        let host = format!("reg={},tls=disabled", self.registry.host());
        let image = format!("{}@{of}", self.name(repository));
        let listed = self.must(
            "regctl",
            &["--host", &host, "artifact", "list", "--format", "{{json .}}", &image],
        );
        assert_eq!(listed.matches(promotion::PREDICATE_TYPE).count(), records.len(), "{listed}");
        records
    }

    /// Runs `bootgate promote-image`.
    pub(crate) fn promote(&self, arguments: &[&str]) -> Ran {
        self.promotion(arguments).output().unwrap().into()
    }

    /// The same, not run yet.
    pub(crate) fn promotion(&self, arguments: &[&str]) -> Command {
        self.bootgate(&[&["promote-image"], arguments].concat())
    }

    /// `bootgate` with any arguments, not run yet.
    pub(crate) fn bootgate(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command.args(arguments).stdin(Stdio::null());
        command.env("HOME", self.path("")).env_remove("DOCKER_CONFIG").env("USER", "alice");
        command.env_remove("GITHUB_ACTIONS").env_remove("XDG_RUNTIME_DIR");
        command
    }
}

/// What a test came to.
pub(crate) fn envelope(
    of: Digest,
    result: &str,
    outcome: Outcome,
    key: Option<&SigningKey>,
) -> Envelope {
    let facts = Facts { finished_on: Some("2026-01-31T12:00:00Z".into()), ..Facts::default() };
    let configuration = Configuration::new("boot.yaml", Digest::of(b"spec"), facts);
    let test = TestResult::of_one(result, outcome, configuration, None);
    let statement = Statement::of_test(Subject::new("os", of), &test);
    match key {
        Some(key) => Envelope::sign(&statement, key),
        None => Envelope::unsigned(&statement),
    }
}
