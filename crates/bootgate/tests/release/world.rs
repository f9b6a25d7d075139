//! The example in a repository of somebody's, with all that it needs around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use testkit::Ran;
use testkit::act::{Act, Consumer, Event, Release, Run, tool};
use testkit::guest;
use testkit::line::Line;
use testkit::object_stores::{BUCKET, Store};
use testkit::registry::Registry;
use testkit::releases::review;
use testkit::web::Web;

/// What act calls every run of `octo/kernel`.
const APPROVALS: &str = "/repos/octo/kernel/actions/runs/1/approvals";

/// The key's password.
const PASSWORD: &str = "correct horse";

/// As `system.yaml` of the example, for a guest that is only a kernel and its initramfs.
const SMALL: &str = "\
name: system
machine:
  qemu:
    arch: x86_64
    memory: 512M
    accel: tcg
    kernel: disk/kernel
    initrd: disk/initrd
    append: console=ttyS0 panic=-1
    drives: [{ file: disk/disk.raw }]
pass: \"^ALL TESTS PASSED$\"
limits: { total: 3m, silence: 90s }
";

/// Makes `root.tar` of that kernel and the repository's own `init`.
const BUILD: &str = "\
#!/bin/sh
set -eu
modules=root/usr/lib/modules/6.1.0
mkdir -p $modules initramfs/bin
cp KERNEL $modules/vmlinuz
cp BUSYBOX initramfs/bin/busybox
cp init initramfs/init
chmod 755 initramfs/init initramfs/bin/busybox
(cd initramfs && find . | cpio --quiet --create --format=newc --owner=0:0 >../$modules/initramfs.img)
tar -cf root.tar -C root .
";

/// A guest that is well.
pub(crate) const WELL: &str = include_str!("../../../../examples/boot-a-kernel/init");

/// A repository with the example, a registry for `me`, a bucket, GitHub's API, and the storage of buildah.
pub(crate) struct World {
    /// All that goes to the registry goes through it.
    pub(crate) line: Line,
    /// The same for the bucket.
    pub(crate) store_line: Line,
    /// The same for GitHub.
    pub(crate) api_line: Line,
    pub(crate) store: Store,
    pub(crate) api: Web,
    pub(crate) consumer: Consumer,
    pub(crate) release: Release,
    // Ends last.
    _registry: Registry,
    folder: TempDir,
}

impl World {
    /// The example with an image that is small, whose guest is well.
    pub(crate) fn small() -> World {
        let guest = guest("x86_64");
        let build = BUILD
            .replace("KERNEL", &guest.kernel.display().to_string())
            .replace("BUSYBOX", &guest.busybox.display().to_string());
        World::with(|consumer| {
            let consumer = consumer
                .file("build.sh", &build)
                .file("test.sh", "#!/bin/sh\nbuildah inspect \"$IMAGE_TAG\" >/dev/null\n");
            // A file system without room to write in is as small as what is in it.
            let small = "filesystem: erofs\n      specs:";
            let consumer = consumer.edit(".github/workflows/testing.yml", "specs:", small);
            consumer.file("system.yaml", SMALL).file("init", WELL)
        })
    }

    /// The example after this change, with the names of the servers here, and committed.
    pub(crate) fn with(change: impl FnOnce(Consumer) -> Consumer) -> World {
        let (registry, store, api) = (Registry::with_password(), Store::s3(), Web::start());
        let world = World {
            line: Line::to(registry.host()),
            store_line: Line::to(store.host()),
            api_line: Line::to(&api.host()),
            store,
            api,
            consumer: change(Consumer::of_example("bootc-release")),
            release: Release::of(Path::new(env!("CARGO_BIN_EXE_bootgate"))),
            _registry: registry,
            folder: TempDir::with_prefix("bootgate-world-").unwrap(),
        };
        world.rename();
        world.make_key();
        world.write_settings();
        world.consumer.commit(&world.release);
        world
    }

    /// The image, whose name stands in the example for everybody's.
    pub(crate) fn image(&self) -> String {
        format!("{}/os", self.line.host())
    }

    fn rename(&self) {
        let root = self.consumer.path();
        let workflows = fs::read_dir(root.join(".github/workflows")).unwrap();
        let workflows = workflows.map(|entry| entry.unwrap().path());
        for file in workflows.chain([root.join("bootgate.yaml")]) {
            let text = fs::read_to_string(&file).unwrap();
            assert_eq!(text.matches("ghcr.io/owner/os").count(), 1, "{}", file.display());
            let endpoint =
                format!("region: eu-central-1\n      endpoint: http://{}", self.store_line.host());
            let text = text.replace("ghcr.io/owner/os", &self.image());
            fs::write(&file, text.replace("region: eu-central-1", &endpoint)).unwrap();
        }
    }

    /// As the example's README says it.
    fn make_key(&self) {
        self.must("cosign", &["generate-key-pair"]);
        fs::copy(self.path("cosign.pub"), self.consumer.path().join("cosign.pub")).unwrap();
    }

    fn write_settings(&self) {
        let storage = format!(
            "[storage]\ndriver = \"vfs\"\nrunroot = \"{}\"\ngraphroot = \"{}\"\n",
            self.path("run").display(),
            self.path("graph").display()
        );
        fs::write(self.path("storage.conf"), storage).unwrap();
        let open = format!("[[registry]]\nlocation = \"{}\"\ninsecure = true\n", self.line.host());
        fs::write(self.path("registries.conf"), open).unwrap();
        // What `echo -n me:secret | base64` says.
        let login = json!({ "auths": { self.line.host(): { "auth": "bWU6c2VjcmV0" } } });
        fs::write(self.path("config.json"), login.to_string()).unwrap();
        let key = fs::read_to_string(self.path("cosign.key")).unwrap();
        let secrets = [
            ("COSIGN_PRIVATE_KEY", key.as_str()),
            ("COSIGN_PASSWORD", PASSWORD),
            ("AWS_ACCESS_KEY_ID", "key-of-bucket"),
            ("AWS_SECRET_ACCESS_KEY", "its-secret"),
            ("GITHUB_TOKEN", "secret"),
        ];
        let line =
            |(name, value): (&str, &str)| format!("{name}=\"{}\"\n", value.replace('\n', "\\n"));
        fs::write(self.path("secrets"), secrets.map(line).concat()).unwrap();
    }

    /// A file in the world's own folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that has the login and the key's password, and what it says.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new(tool(program));
        command.args(arguments).current_dir(self.folder.path()).env("HOME", self.folder.path());
        command.env("DOCKER_CONFIG", self.folder.path()).env("COSIGN_PASSWORD", PASSWORD);
        command.output().unwrap().into()
    }

    /// The same, which has to end well.
    pub(crate) fn must(&self, program: &str, arguments: &[&str]) -> String {
        let ran = self.run(program, arguments);
        assert_eq!(ran.code, Some(0), "{program} {arguments:?}: {ran:?}");
        ran.out.trim().to_owned()
    }

    /// Promotes by hand, without a policy.
    pub(crate) fn promote(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command.arg("promote-image").args(arguments).current_dir(self.folder.path());
        command.env("DOCKER_CONFIG", self.folder.path()).env("COSIGN_PASSWORD", PASSWORD);
        let ran = Ran::from(command.env_remove("GITHUB_ACTIONS").output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    /// Commits this file to a branch, and gives the commit.
    pub(crate) fn commit(&self, branch: &str, file: &str, text: &str) -> String {
        self.consumer.git(&["checkout", "--quiet", branch]);
        fs::write(self.consumer.path().join(file), text).unwrap();
        self.consumer.commit(&self.release)
    }

    /// What the reviewers of the environment `stable` say of every run from now on.
    pub(crate) fn reviewed(&self, state: &str) {
        let reviews = json!([review(state, &["stable"], "alice", "")]);
        self.api.put(APPROVALS, reviews.to_string());
    }

    /// Runs a workflow because of this event.
    pub(crate) fn on(&self, event: &Event<'_>, workflow: &str) -> Run {
        self.act(event, workflow).run()
    }

    /// The same, which has to succeed.
    pub(crate) fn done(&self, event: &Event<'_>, workflow: &str) -> Run {
        let run = self.on(event, workflow);
        assert!(run.succeeded, "{event:?} {workflow}: {run:?}");
        run
    }

    /// The same, not run yet.
    pub(crate) fn act(&self, event: &Event<'_>, workflow: &str) -> Act {
        let api = format!("GITHUB_API_URL=http://{}", self.api_line.host());
        let secrets = self.path("secrets").display().to_string();
        let act = self.consumer.on(event, &self.release, workflow).with_loopback();
        act.args(&["--actor", "me", "--secret-file", &secrets, "--env", &api])
            .env("CONTAINERS_STORAGE_CONF", self.path("storage.conf"))
            .env("CONTAINERS_REGISTRIES_CONF", self.path("registries.conf"))
            .env("BUILDAH_ISOLATION", "chroot")
            .within(Duration::from_secs(20 * 60))
    }

    /// What the bucket has of this name.
    pub(crate) fn published(&self, name: &str) -> Option<Vec<u8>> {
        let (status, body) = self.store.ask("GET", &format!("/{BUCKET}/os/{name}"), b"");
        (status == 200).then_some(body)
    }
}
