use super::*;

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
    }
}

fn sudo() -> Privilege {
    Privilege::Sudo("/usr/bin/sudo".into())
}

fn refused() -> Result<(), Unfit> {
    Err(Unfit::NoPermission { device: "/dev/kvm".into(), group: true })
}

fn wishes(version: &str, targets: &[Arch]) -> Wishes {
    Wishes { version: version.parse().unwrap(), targets: targets.to_vec(), kvm: KvmAccess::Auto }
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
        problem.hint.is_some_and(|hint| hint.contains("`7.2`") && hint.contains("from its source"))
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
