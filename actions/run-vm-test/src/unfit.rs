//! What a spec requires of the host, before anything is started.

use spec::{Capability, Qemu, Spec, Unfit};
use trial::Problem;

/// Why the run is to be skipped, if it is; an unfit host is a problem where the spec does not say otherwise.
pub(crate) fn reason(spec: &Spec, qemu: &Qemu) -> Result<Option<String>, Problem> {
    let missing = spec.requires.iter().find_map(|&capability| missing(capability, qemu).err());
    match (missing, spec.unfit) {
        (Some(why), Unfit::Skip) => Ok(Some(why.message)),
        (Some(why), Unfit::Fail) => Err(why),
        (None, _) => Ok(None),
    }
}

fn missing(capability: Capability, qemu: &Qemu) -> Result<(), Problem> {
    match capability {
        Capability::Kvm => vm::host::require_kvm(qemu),
        Capability::Vmx => vm::host::require_flag("vmx"),
        Capability::Svm => vm::host::require_flag("svm"),
    }
}
