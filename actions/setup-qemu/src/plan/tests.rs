use super::*;
use crate::facts::BuildFacts;

const X86: Arch = Arch::X86_64;
const RISCV: Arch = Arch::Riscv64;

fn emulator(arch: Arch, version: [u32; 3]) -> Emulator {
    let program = format!("/usr/bin/{}", vm::host::program(arch)).into();
    Emulator { arch, program, version: Some(Version(version)) }
}

fn debian() -> Option<&'static Distribution> {
    Distribution::of(&crate::os_release::OsRelease::parse("ID=debian"))
}

/// A Debian with QEMU 7.2 for x86_64, where we are root and KVM opens.
fn facts() -> Facts {
    Facts {
        emulators: vec![emulator(X86, [7, 2, 22])],
        system: "Debian GNU/Linux 12 (bookworm)".into(),
        distribution: debian(),
        privilege: Privilege::Root,
        kvm: Ok(()),
        udev: true,
        acl: true,
        offered: None,
        build: BuildFacts {
            system: "debian-12".into(),
            home: Some("/home/u".into()),
            ..BuildFacts::default()
        },
    }
}

fn sudo() -> Privilege {
    Privilege::Sudo("/usr/bin/sudo".into())
}

fn refused() -> Result<(), Unfit> {
    Err(Unfit::NoPermission { device: "/dev/kvm".into(), group: true })
}

fn wishes(version: &str, targets: &[Arch]) -> Wishes {
    Wishes {
        version: version.parse().unwrap(),
        targets: targets.to_vec(),
        kvm: KvmAccess::Auto,
        source: None,
        sha256: None,
        signing: None,
        features: vec!["slirp".into()],
        configure_args: Vec::new(),
        mirror: release::SITE.into(),
    }
}

fn installed(wishes: &Wishes, facts: &Facts) -> Vec<&'static str> {
    Plan::of(wishes, facts).unwrap().packages().to_vec()
}

#[test]
fn what_is_on_the_machine_is_used_where_it_will_do() {
    for version in ["any", "7", "7.2", ">=7.2"] {
        assert_eq!(Plan::of(&wishes(version, &[X86]), &facts()).unwrap().source, Source::Machine);
    }
}

#[test]
fn packages_are_installed_only_for_the_targets_that_lack_something() {
    assert_eq!(
        installed(&wishes("any", &[X86, RISCV]), &facts()),
        ["qemu-system-riscv64", "opensbi", "ipxe-qemu"]
    );
}

#[test]
fn an_older_version_than_asked_for_is_a_reason_to_install() {
    let plan = Plan::of(&wishes(">=8", &[X86]), &facts()).unwrap();
    let Source::Packages(packages) = plan.source else { panic!("{plan}") };
    assert_eq!(packages.why, ["`qemu-system-x86_64` is 7.2.22, and `>=8.0.0` is asked for"]);
}

#[test]
fn an_emulator_that_does_not_start_is_as_good_as_none() {
    let broken = Emulator { version: None, ..emulator(X86, [0; 3]) };
    let facts = Facts { emulators: vec![broken], ..facts() };
    assert!(installed(&wishes("any", &[X86]), &facts).contains(&"qemu-system-x86"));
}

#[test]
fn an_unknown_system_with_qemu_is_no_problem_and_without_it_is() {
    let facts = Facts { distribution: None, system: "NixOS".into(), ..facts() };
    assert!(Plan::of(&wishes("any", &[X86]), &facts).is_ok());
    let problem = Plan::of(&wishes("any", &[RISCV]), &facts).unwrap_err();
    assert_eq!(problem.exit_code(), 3);
    assert!(
        problem.message.contains("`qemu-system-riscv64` is not on PATH")
            && problem.message.contains("`NixOS`")
    );
}

#[test]
fn without_rights_the_command_to_run_is_named() {
    let facts = Facts { privilege: Privilege::Missing("no sudo"), ..facts() };
    let problem = Plan::of(&wishes("any", &[Arch::S390x]), &facts).unwrap_err();
    assert_eq!(problem.exit_code(), 3);
    let hint = problem.hint.unwrap();
    assert!(hint.contains("apt-get install") && hint.contains("qemu-system-s390x"), "{hint}");
}

#[test]
fn a_refused_device_is_opened_by_rule_then_by_list_then_by_mode() {
    let facts = Facts { kvm: refused(), privilege: sudo(), ..facts() };
    let wishes = wishes("any", &[X86]);
    assert_eq!(Plan::of(&wishes, &facts).unwrap().kvm, [Remedy::Udev, Remedy::Acl, Remedy::Mode]);
    let bare = Facts { udev: false, acl: false, ..facts };
    assert_eq!(Plan::of(&wishes, &bare).unwrap().kvm, [Remedy::Mode]);
}

#[test]
fn a_device_is_left_alone_where_changing_it_is_not_wanted_or_does_not_help() {
    let refused = Facts { kvm: refused(), privilege: sudo(), ..facts() };
    let keep = Wishes { kvm: KvmAccess::Keep, ..wishes("any", &[X86]) };
    assert_eq!(Plan::of(&keep, &refused).unwrap().kvm, []);
    let missing =
        Facts { kvm: Err(Unfit::NoDevice { device: "/dev/kvm".into() }), ..refused.clone() };
    let works = Facts { kvm: Ok(()), ..refused.clone() };
    let root = Facts { privilege: Privilege::Root, ..refused.clone() };
    let nobody = Facts { privilege: Privilege::Missing("no sudo"), ..refused };
    for facts in [missing, works, root, nobody] {
        assert_eq!(Plan::of(&wishes("any", &[X86]), &facts).unwrap().kvm, [], "{facts:?}");
    }
}

#[test]
fn a_distribution_that_offers_less_is_told_with_what_it_offers() {
    let plan = Plan::of(&wishes(">=9", &[X86]), &facts()).unwrap();
    let problem = plan.choose(&facts().emulators).unwrap_err();
    assert_eq!(problem.exit_code(), 3);
    assert_eq!(
        problem.message,
        "Debian GNU/Linux 12 (bookworm) offers `qemu-system-x86_64` 7.2.22, and `>=9.0.0` is asked for"
    );
    assert!(
        problem
            .hint
            .is_some_and(|hint| hint.contains("`7.2`") && hint.contains("built from its source"))
    );
}

#[test]
fn packages_without_the_emulator_are_no_success() {
    let plan = Plan::of(&wishes("any", &[RISCV]), &facts()).unwrap();
    let problem = plan.choose(&[]).unwrap_err();
    assert!(problem.message.contains("no `qemu-system-riscv64`"), "{problem}");
}

#[test]
fn each_target_gets_its_own_emulator_in_the_order_asked_for() {
    let plan = Plan::of(&wishes("any", &[RISCV, X86]), &facts()).unwrap();
    let chosen = plan.choose(&[emulator(X86, [7, 2, 22]), emulator(RISCV, [8, 0, 0])]).unwrap();
    let order: Vec<_> =
        chosen.iter().map(|(emulator, version)| (emulator.arch, version.0[0])).collect();
    assert_eq!(order, [(RISCV, 8), (X86, 7)]);
}

#[test]
fn a_plan_says_what_it_would_do() {
    let facts = Facts { kvm: refused(), privilege: sudo(), udev: false, ..facts() };
    let plan = Plan::of(&wishes("any", &[X86, RISCV]), &facts).unwrap();
    assert_eq!(
        plan.to_string(),
        "`qemu-system-riscv64` is not on PATH\n\
         install with `apt-get` on Debian GNU/Linux 12 (bookworm): qemu-system-riscv64 opensbi ipxe-qemu\n\
         make /dev/kvm open, by the first that helps: an access list, its mode\n\
         prove by booting a micro guest: x86_64 riscv64"
    );
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["source"]["packages"]["distribution"], "Debian");
    assert_eq!(json["kvm"][0], "acl");
}

fn built(wishes: &Wishes, facts: &Facts) -> Result<Build, Problem> {
    match Plan::of(wishes, facts)?.source {
        Source::Build(build) => Ok(*build),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_version_that_nobody_has_is_built_from_its_release() {
    let build = built(&wishes("8.2.0", &[X86]), &facts()).unwrap();
    assert_eq!(build.url().unwrap(), "https://download.qemu.org/qemu-8.2.0.tar.xz");
    assert!(build.sha256.unwrap().to_string().ends_with("fb1bf32"));
    assert!(build.prefix.starts_with("/home/u/.cache/bootgate/qemu"), "{build}");
}

#[test]
fn packages_come_before_a_build_where_they_will_do() {
    let facts = Facts { offered: Some(Version([8, 2, 2])), ..facts() };
    for version in ["any", "8.2", ">=8", "8.2.2"] {
        let source = Plan::of(&wishes(version, &[RISCV]), &facts).unwrap().source;
        assert!(matches!(source, Source::Packages(_)), "{version}");
    }
    assert_eq!(
        built(&wishes("9.2", &[RISCV]), &facts).unwrap().origin,
        Origin::Release(Version([9, 2, 4]))
    );
}

#[test]
fn what_could_be_anything_needs_a_digest() {
    let digest: Digest = "ab".repeat(32).parse().unwrap();
    let url = Origin::Url("https://x.example/qemu.tar.xz".into());
    let of = |origin: &Origin, sha256| Wishes {
        source: Some(origin.clone()),
        sha256,
        ..wishes("any", &[X86])
    };
    let problem = built(&of(&url, None), &facts()).unwrap_err();
    assert!(problem.exit_code() == 2 && problem.hint.unwrap().contains("`sha256`"));
    assert_eq!(built(&of(&url, Some(digest)), &facts()).unwrap().sha256, Some(digest));
    let problem = built(&wishes("8.2.77", &[X86]), &facts()).unwrap_err();
    assert!(problem.message.contains("known are `8.2.0`"), "{problem}");
    let unknown = Wishes { sha256: Some(digest), ..wishes("8.2.77", &[X86]) };
    assert_eq!(built(&unknown, &facts()).unwrap().sha256, Some(digest));
    let git = Origin::Git { url: "https://x.example/q".into(), commit: "a".repeat(40) };
    assert_eq!(built(&of(&git, Some(digest)), &facts()).unwrap_err().exit_code(), 2);
}

#[test]
fn a_tarball_of_this_machine_must_be_what_was_said() {
    let (said, found): (Digest, Digest) =
        ("ab".repeat(32).parse().unwrap(), "cd".repeat(32).parse().unwrap());
    let facts =
        Facts { build: BuildFacts { source: Some(found.to_string()), ..facts().build }, ..facts() };
    let of = |sha256| Wishes {
        source: Some(Origin::Path("q.tar".into())),
        sha256,
        ..wishes("any", &[X86])
    };
    assert_eq!(built(&of(Some(said)), &facts).unwrap_err().exit_code(), 2);
    assert!(built(&of(Some(found)), &facts).is_ok() && built(&of(None), &facts).is_ok());
}
