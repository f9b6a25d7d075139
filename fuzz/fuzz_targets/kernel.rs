//! Any file as a kernel: named or not, unpacked or refused, never a crash and never more than the limit.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vm::kernel::Kernel;

fuzz_target!(|bytes: &[u8]| {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), bytes).expect("written");
    let kernel = Kernel::open(file.path()).expect("a file that can be read");
    let _known = (kernel.arch(), kernel.format().to_string());
    let mut out = tempfile::tempfile().expect("a file");
    let _unpacked = kernel.unpack_to(&mut out);
});
