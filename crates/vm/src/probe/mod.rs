//! Whether an accelerator really runs guest code here, found out by running some, within two seconds.
//!
//! `/dev/kvm` that opens proves little: QEMU may abort on a register, or a kernel may stop where the processor stops
//! being a real one. So a micro guest of our own walks the way of a kernel and writes a letter after each step.

mod cache;
mod child;
mod device;
mod guest;
mod unfit;

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use spec::Arch;
use trial::Accelerator;

pub use unfit::{Progress, Unfit};

/// How long a guest may take from QEMU's start to its last letter.
pub const LIMIT: Duration = Duration::from_secs(2);

/// Where Linux has KVM.
const DEVICE: &str = "/dev/kvm";

/// What is to be proven: this QEMU with the machine and processor that the real guest will get.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The QEMU program, as a path; a bare name is not cached.
    pub qemu: &'a Path,
    /// The guest's architecture.
    pub arch: Arch,
    /// The value of `-machine`, without `accel=`.
    pub machine: &'a str,
    /// The value of `-cpu`.
    pub cpu: &'a str,
}

/// Guest code ran to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// From QEMU's start to the guest's last letter.
    pub took: Duration,
    /// Whether this was found out earlier, within the last hour of this boot.
    pub cached: bool,
    /// What was done, in words.
    pub how: String,
}

/// Whether guest code runs under KVM, asked at most once an hour: also a refusal of QEMU or of the guest is remembered.
/// The device itself is opened every time.
///
/// # Errors
/// Why KVM is not fit for this target.
pub fn kvm(target: &Target<'_>) -> Result<Proof, Unfit> {
    kvm_through(target, Path::new(DEVICE), cache::folder().as_deref())
}

/// As [`kvm`], without reading or writing what is remembered.
///
/// # Errors
/// Why KVM is not fit for this target.
pub fn kvm_uncached(target: &Target<'_>) -> Result<Proof, Unfit> {
    kvm_through(target, Path::new(DEVICE), None)
}

/// Runs the micro guest under `accelerator`, never from the cache: under TCG it proves that an emulator works.
///
/// # Errors
/// Why the target is not fit, as [`kvm`] says it.
pub fn prove(target: &Target<'_>, accelerator: Accelerator) -> Result<Proof, Unfit> {
    match accelerator {
        Accelerator::Kvm => kvm_uncached(target),
        Accelerator::Tcg => child::run(target, Accelerator::Tcg, LIMIT),
    }
}

/// Opens the KVM device as QEMU would, and closes it again.
pub(crate) fn device() -> Result<(), Unfit> {
    device::check(Path::new(DEVICE))
}

fn kvm_through(target: &Target<'_>, device: &Path, cache: Option<&Path>) -> Result<Proof, Unfit> {
    if Arch::host() != Some(target.arch) {
        return Err(Unfit::OtherArch {
            guest: target.arch,
            host: std::env::consts::ARCH.to_owned(),
        });
    }
    device::check(device)?;
    let entry = cache.and_then(|folder| cache::Entry::of(folder, target));
    if let Some(answer) = entry.as_ref().and_then(cache::Entry::load) {
        return answer.map(|proof| Proof { cached: true, ..proof });
    }
    let answer = child::run(target, Accelerator::Kvm, LIMIT);
    if let Some(entry) = entry.filter(|_| cache::is_worth_keeping(&answer)) {
        entry.store(&answer);
    }
    answer
}

#[cfg(test)]
mod tests;
