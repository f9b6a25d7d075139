//! What a spec requires of the host, before anything is started.

use spec::{Capability, Machine, Spec, Unfit};
use trial::Problem;

/// Why the run is to be skipped, if it is; an unfit host is a problem where the spec does not say otherwise.
pub(crate) fn reason(spec: &Spec) -> Result<Option<String>, Problem> {
    let missing =
        spec.requires.iter().find_map(|&capability| missing(capability, &spec.machine).err());
    match (missing, spec.unfit) {
        (Some(why), Unfit::Skip) => Ok(Some(why.message)),
        (Some(why), Unfit::Fail) => Err(why),
        (None, _) => Ok(None),
    }
}

fn missing(capability: Capability, machine: &Machine) -> Result<(), Problem> {
    match capability {
        Capability::Kvm => match machine {
            Machine::Qemu(qemu) => vm::host::require_kvm(qemu),
            Machine::Command(_) => vm::host::require_kvm(&vm::host::own()),
            Machine::Group(members) => {
                members.iter().try_for_each(|it| missing(capability, &it.spec.machine))
            }
        },
        Capability::Vmx => vm::host::require_flag("vmx"),
        Capability::Svm => vm::host::require_flag("svm"),
    }
}
