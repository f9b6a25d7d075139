//! The example of machines of one's own, run by act on a real sshd in their place.

use testkit::act::{Consumer, Run};
use testkit::guest;
use testkit::sshd::Sshd;

use crate::program::bootgate;

const WORKFLOW: &str = ".github/workflows/remote.yml";

/// The example, with this host and a kernel that was built already, in this mode.
fn run(sshd: &Sshd, mode: &str) -> Run {
    let guest = guest("x86_64");
    let hosts = format!("hosts: '[\"boards@127.0.0.1:1\", \"{}\"]'", sshd.address());
    let consumer = Consumer::of_example("remote-hardware")
        .file("build.sh", "#!/bin/sh\ntest -f out/kernel\n")
        .copy(&guest.kernel, "out/kernel")
        .copy(&guest.initrd, "out/initrd")
        .edit("smoke.yaml", "panic=-1", &format!("panic=-1 {mode}"))
        .edit("smoke.yaml", "  requires: [kvm]\n", "")
        .edit(WORKFLOW, "hosts: '[\"ci@vmx-1.example.org\", \"ci@vmx-2.example.org\"]'", &hosts)
        .edit(
            WORKFLOW,
            "SHA256:uNiVztksCsDhcc0u9e8BrrHBS0IwFf1ssH2aK9C6tCw",
            sshd.host_key().trim(),
        );
    let release = bootgate();
    let act = consumer.act(&release, "remote.yml").args(&["--secret", "LAB_KEY"]);
    act.env("LAB_KEY", sshd.user_key()).with_loopback().run()
}

#[test]
fn the_example_of_ones_own_machines_says_of_each_guest_what_it_did() {
    let sshd = Sshd::start();
    for (mode, verdict, result) in
        [("quiet", "passed", "success"), ("bootgate.mode=panic", "crashed", "failure")]
    {
        let run = run(&sshd, mode);
        assert_eq!(run.outputs("verdict"), [verdict], "{run:?}");
        assert_eq!(run.outputs("host"), [sshd.address()], "{run:?}");
        assert_eq!(run.results("actions/run-remote-test", "Main"), [result], "{run:?}");
        assert_eq!(run.results("actions/run-remote-test", "Post"), ["success"], "{run:?}");
        assert!(sshd.processes().is_empty(), "{:?}", sshd.processes());
    }
}
