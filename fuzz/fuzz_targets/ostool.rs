//! Any text as a configuration of ostool's: an answer or an error, never a crash.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use ostool::{Document, Subject, Target};

fuzz_target!(|text: &str| {
    match ostool::read(text, Path::new("aarch64.toml"), &|name| Some(name.to_owned())) {
        Ok(Document::Qemu(config)) => {
            let _lowered = config.lower(&Target { arch: None, kernel: None, is_file: &|_| true });
            let hazards = ostool::hazards(&[Subject::from(&*config)], 2);
            assert!(hazards.iter().all(|hazard| !hazard.message.contains('\x1b')));
        }
        Ok(_) => {}
        Err(error) => assert!(!error.to_string().contains('\x1b')),
    }
});
