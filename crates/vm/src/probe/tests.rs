use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Instant;

use super::*;

const NOWHERE: &str = "/dev/no-such-kvm";

/// A program in QEMU's place, and a cache folder beside it.
struct Fake {
    folder: tempfile::TempDir,
    qemu: PathBuf,
}

impl Fake {
    fn new(script: &str) -> Fake {
        let folder = tempfile::tempdir().unwrap();
        let qemu = folder.path().join("qemu");
        fs::write(
            &qemu,
            format!("#!/bin/sh\necho run >>{}/runs\n{script}\n", folder.path().display()),
        )
        .unwrap();
        fs::set_permissions(&qemu, fs::Permissions::from_mode(0o755)).unwrap();
        Fake { folder, qemu }
    }

    fn target(&self) -> Target<'_> {
        let arch = Arch::host().expect("a host that guests can be of");
        Target { qemu: &self.qemu, arch, machine: "virt", cpu: "max" }
    }

    fn run(&self, limit: Duration) -> Result<Proof, Unfit> {
        child::run(&Target { arch: Arch::X86_64, ..self.target() }, Accelerator::Tcg, limit)
    }

    /// With a device that opens.
    fn kvm(&self) -> Result<Proof, Unfit> {
        kvm_through(&self.target(), Path::new("/dev/null"), Some(&self.folder.path().join("cache")))
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.folder.path().join("runs")).unwrap_or_default().lines().count()
    }
}

fn installed(arch: Arch) -> Option<PathBuf> {
    let name = format!("qemu-system-{arch}");
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(&name)).find(|path| path.exists())
}

fn proves_under_tcg(arch: Arch, machines: &[&str], cpus: &[&str]) {
    let Some(qemu) = installed(arch) else { return };
    for machine in machines {
        for cpu in cpus {
            let target = Target { qemu: &qemu, arch, machine, cpu };
            let proof = prove(&target, Accelerator::Tcg)
                .unwrap_or_else(|unfit| panic!("{machine} {cpu}: {unfit}"));
            assert!(proof.took < LIMIT && !proof.cached, "{proof:?}");
        }
    }
}

#[test]
fn an_x86_64_emulator_is_proven_on_every_usual_machine() {
    proves_under_tcg(Arch::X86_64, &["q35", "pc", "microvm"], &["qemu64", "max"]);
}

#[test]
fn an_aarch64_emulator_is_proven_at_el1_and_at_el2() {
    proves_under_tcg(
        Arch::Aarch64,
        &["virt", "virt,virtualization=on", "virt,gic-version=3"],
        &["cortex-a57", "max"],
    );
}

#[test]
fn a_riscv64_emulator_is_proven() {
    proves_under_tcg(Arch::Riscv64, &["virt"], &["rv64"]);
}

#[test]
fn real_kvm_gives_a_proof_or_a_reason_in_time() {
    let Some((arch, qemu)) = Arch::host().and_then(|arch| Some((arch, installed(arch)?))) else {
        return;
    };
    let machine = if arch == Arch::X86_64 { "q35" } else { "virt" };
    for cpu in ["max", "host", "qemu64"] {
        let started = Instant::now();
        let answer = kvm_uncached(&Target { qemu: &qemu, arch, machine, cpu });
        assert!(started.elapsed() < LIMIT + Duration::from_secs(1), "{answer:?}");
        match answer {
            Ok(proof) => assert!(proof.how.contains("under kvm")),
            Err(unfit) => assert!(!unfit.to_string().is_empty() && !unfit.hint().is_empty()),
        }
    }
}

#[test]
fn a_silent_qemu_that_goes_on_is_a_hung_guest() {
    let started = Instant::now();
    let fake = Fake::new("sleep 60");
    let unfit = fake.run(Duration::from_millis(300)).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5), "nobody waited for the child's child");
    assert!(
        unfit.to_string().starts_with("guest code hung: it did not even reach `real mode`"),
        "{unfit}"
    );
}

#[test]
fn a_guest_that_stops_half_way_says_how_far_it_got() {
    let unfit = Fake::new("printf ABCDE; sleep 60").run(Duration::from_millis(300)).unwrap_err();
    let Unfit::GuestHung { progress, after, .. } = unfit else { panic!("{unfit:?}") };
    assert_eq!(progress.to_string(), "it reached `model-specific registers`, not `long mode`");
    assert!(after >= Duration::from_millis(300));
}

#[test]
fn a_qemu_that_closes_its_outputs_and_goes_on_is_a_hung_guest() {
    let unfit = Fake::new("exec sleep 60 >&- 2>&-").run(Duration::from_millis(300)).unwrap_err();
    assert!(matches!(unfit, Unfit::GuestHung { .. }), "{unfit:?}");
}

#[test]
fn a_qemu_that_aborts_while_another_holds_its_outputs_has_aborted_all_the_same() {
    let unfit = Fake::new("sleep 60 & exit 7").run(Duration::from_millis(300)).unwrap_err();
    assert!(matches!(unfit, Unfit::QemuAborted { .. }), "{unfit:?}");
}

#[test]
fn a_guest_that_kvm_cannot_run_on_is_hung_without_waiting_for_the_limit() {
    let started = Instant::now();
    let fake = Fake::new(
        "printf ABC; echo 'KVM internal error. Suberror: 1' >&2; echo RAX=0 >&2; sleep 60",
    );
    let unfit = fake.run(Duration::from_secs(20)).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    let Unfit::GuestHung { said, .. } = &unfit else { panic!("{unfit:?}") };
    assert_eq!(said, "KVM internal error. Suberror: 1");
}

#[test]
fn a_qemu_that_aborts_is_quoted_with_its_error() {
    let fake = Fake::new(
        "echo 'qemu: error: failed to set MSR 0x10a' >&2; echo 'qemu: kvm.c: oh' >&2; kill -ABRT $$",
    );
    let unfit = fake.run(LIMIT).unwrap_err();
    let Unfit::QemuAborted { status, said } = &unfit else { panic!("{unfit:?}") };
    assert_eq!(said, "qemu: error: failed to set MSR 0x10a");
    assert!(status.contains("signal: 6"), "{status}");
}

#[test]
fn a_qemu_that_ends_in_silence_proves_nothing() {
    let unfit = Fake::new("exit 0").run(LIMIT).unwrap_err();
    assert!(matches!(unfit, Unfit::GuestEnded { .. }), "{unfit:?}");
    assert_eq!(unfit.to_string(), "guest code ended early: it did not even reach `real mode`");
}

#[test]
fn a_flood_of_wrong_letters_is_no_proof() {
    let started = Instant::now();
    let unfit = Fake::new("yes XYZ").run(Duration::from_millis(300)).unwrap_err();
    assert!(matches!(unfit, Unfit::GuestHung { .. }), "{unfit:?}");
    assert!(started.elapsed() < Duration::from_secs(3), "the limit holds while letters come");
}

#[test]
fn a_missing_qemu_is_not_an_unfit_guest() {
    let target =
        Target { qemu: Path::new("/nowhere/qemu"), arch: Arch::X86_64, machine: "q35", cpu: "max" };
    assert!(matches!(prove(&target, Accelerator::Tcg), Err(Unfit::QemuMissing { .. })));
}

#[test]
fn without_a_device_no_qemu_is_started() {
    let fake = Fake::new("exit 0");
    let answer = kvm_through(&fake.target(), Path::new(NOWHERE), None);
    assert_eq!(answer, Err(Unfit::NoDevice { device: NOWHERE.into() }));
    assert_eq!(fake.runs(), 0);
}

#[test]
fn a_guest_of_another_architecture_is_refused_whatever_the_device() {
    let fake = Fake::new("exit 0");
    let other = if Arch::host() == Some(Arch::S390x) { Arch::X86_64 } else { Arch::S390x };
    let answer = kvm_through(&Target { arch: other, ..fake.target() }, Path::new(NOWHERE), None);
    assert!(matches!(answer, Err(Unfit::OtherArch { .. })), "{answer:?}");
}

#[test]
fn an_answer_is_found_out_once() {
    let fake = Fake::new("printf ABCDEFGHIJKLMNOPQR; sleep 60");
    let first = fake.kvm().unwrap();
    let second = fake.kvm().unwrap();
    assert!(!first.cached && second.cached);
    assert_eq!((first.took, fake.runs()), (second.took, 1));
    assert!(kvm_through(&fake.target(), Path::new("/dev/null"), None).is_ok());
    assert_eq!(fake.runs(), 2, "without a cache it is asked again");
}

#[test]
fn a_refusal_is_remembered_and_the_device_is_still_looked_at() {
    let fake = Fake::new("echo no >&2; exit 1");
    assert_eq!(fake.kvm(), fake.kvm());
    assert_eq!(fake.runs(), 1);
    let cache = fake.folder.path().join("cache");
    let answer = kvm_through(&fake.target(), Path::new(NOWHERE), Some(&cache));
    assert!(matches!(answer, Err(Unfit::NoDevice { .. })), "{answer:?}");
}

#[test]
fn every_reason_becomes_a_problem_of_the_host_with_a_next_step() {
    let unfit = Unfit::Unproven { arch: Arch::S390x, machine: "s390-ccw-virtio".into() };
    let problem = trial::Problem::from(unfit);
    assert_eq!(problem.fault, trial::Fault::Infrastructure);
    assert_eq!(problem.message, "there is no proof for machine `s390-ccw-virtio` of `s390x`");
    assert!(problem.hint.is_some());
}
