//! Modules and programs that are broken on purpose. No compiler for three architectures is needed: a fault is a few
//! instructions, and a module that does what it likes is one of Debian's with its first instructions overwritten, or
//! with another function of the kernel's called in place of the one that it wants.

/// The module that is broken, and the one function of the kernel that its start calls.
pub(crate) const MODULE: &str = "nls_ascii";
const CALLED: &[u8] = b"__register_nls";

/// A few instructions by architecture; empty where there are none.
struct Fault {
    name: &'static str,
    x86_64: &'static [u8],
    aarch64: &'static [u32],
    riscv64: &'static [u16],
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "null-read",
        x86_64: b"\x31\xc0\x8b\x00",
        aarch64: &[0xd280_0000, 0xb940_0000],
        riscv64: &[0x4501, 0x4108],
    },
    Fault {
        name: "null-write",
        x86_64: b"\x31\xc0\x89\x00",
        aarch64: &[0xd280_0000, 0xb900_0000],
        riscv64: &[0x4501, 0xc108],
    },
    Fault {
        name: "null-jump",
        x86_64: b"\x31\xc0\xff\xe0",
        aarch64: &[0xd280_0000, 0xd61f_0000],
        riscv64: &[0x4501, 0x8502],
    },
    Fault {
        name: "poison-read",
        x86_64: b"\x48\xb8\x00\x01\x00\x00\x00\x00\xad\xde\x8b\x00",
        aarch64: &[0xd280_2000, 0xf2fb_d5a0, 0xb940_0000],
        riscv64: &[0x6539, 0x051b, 0xead5, 0x1542, 0x0513, 0x1005, 0x4108],
    },
    Fault { name: "undefined", x86_64: b"\x0f\x0b", aarch64: &[0], riscv64: &[0] },
    Fault { name: "breakpoint", x86_64: b"\xcc", aarch64: &[0xd420_0000], riscv64: &[0x9002] },
    Fault { name: "divide", x86_64: b"\x31\xc9\xf7\xf1", aarch64: &[], riscv64: &[] },
    Fault { name: "loop", x86_64: b"\xeb\xfe", aarch64: &[0x1400_0000], riscv64: &[0xa001] },
    Fault {
        name: "deaf-loop",
        x86_64: b"\xfa\xeb\xfe",
        aarch64: &[0xd503_4fdf, 0x1400_0000],
        riscv64: &[0x7073, 0x1001, 0xa001],
    },
    Fault {
        name: "recursion",
        x86_64: b"\x50\xeb\xfd",
        aarch64: &[0xa9bf_7bfd, 0x17ff_ffff],
        riscv64: &[0x1141, 0xe006, 0xbff5],
    },
    Fault {
        name: "privileged",
        x86_64: b"\xf4",
        aarch64: &[0xd538_1000],
        riscv64: &[0x2573, 0x1000],
    },
    Fault { name: "triple", x86_64: b"\x0f\x01\x1c\x24\x0f\x0b", aarch64: &[], riscv64: &[] },
];

/// The instructions of a fault on an architecture, by QEMU's name for it.
fn code(fault: &str, arch: &str) -> Option<Vec<u8>> {
    let fault = FAULTS.iter().find(|known| known.name == fault)?;
    let code = match arch {
        "x86_64" => fault.x86_64.to_vec(),
        "aarch64" => fault.aarch64.iter().flat_map(|word| word.to_le_bytes()).collect(),
        _ => fault.riscv64.iter().flat_map(|half| half.to_le_bytes()).collect(),
    };
    (!code.is_empty()).then_some(code)
}

/// A program without libraries that does nothing but this fault.
pub(crate) fn program(fault: &str, arch: &str) -> Option<Vec<u8>> {
    const BASE: u64 = 0x40_0000;
    const START: u64 = 0x78;
    let code = code(fault, arch)?;
    let machine: u16 = match arch {
        "x86_64" => 62,
        "aarch64" => 183,
        _ => 243,
    };
    let length = START + code.len() as u64;
    let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
    elf.extend(machine.to_le_bytes());
    elf.extend(1_u32.to_le_bytes());
    let start = [BASE + START, 64, 0].map(u64::to_le_bytes);
    // No flags; sizes of this header and of the only program header; no sections.
    let sizes = [0, 0, 64, 56, 1, 64, 0, 0].map(u16::to_le_bytes);
    // To load, readable and executable: all of the file.
    let load = [1, 5].map(u32::to_le_bytes);
    let range = [0, BASE, BASE, length, length, 0x1000].map(u64::to_le_bytes);
    elf.extend([start.concat(), sizes.concat(), load.concat(), range.concat()].concat());
    elf.extend(code);
    Some(elf)
}

/// A module whose start is this fault.
pub(crate) fn module(healthy: &[u8], fault: &str, arch: &str) -> Option<Vec<u8>> {
    // What the kernel's tracer wants to find at the start stays as it is.
    let (skip, nothing) = match arch {
        "x86_64" => (5, 0),
        "aarch64" => (16, 0),
        // `R_RISCV_RELAX`: the kernel does not know `R_RISCV_NONE`.
        _ => (16, 51),
    };
    let mut module = Module::unsigned(healthy)?;
    module.replace_start(skip, &code(fault, arch)?, nothing)?;
    Some(module.0)
}

/// A module that calls this function of the kernel with what is meant for another.
pub(crate) fn caller(healthy: &[u8], function: &str) -> Option<Vec<u8>> {
    let mut module = Module::unsigned(healthy)?;
    module.rename(CALLED, function.as_bytes())?;
    // The module knows no version of that function. Without any versions at all the kernel takes its word for it.
    let versions = module.name_at(module.section(b"__versions")?)?;
    module.put(versions, b"-")?;
    Some(module.0)
}

/// A relocatable ELF file of 64 bits, the lower byte first.
struct Module(Vec<u8>);

/// Where in a section's header its fields are.
const OFFSET: usize = 24;
const SIZE: usize = 32;

impl Module {
    /// Without its signature: the kernel refuses one that is wrong, and takes a module that has none.
    fn unsigned(bytes: &[u8]) -> Option<Module> {
        let end = bytes.windows(28).rposition(|word| word == b"~Module signature appended~\n");
        let mut bytes = bytes.to_vec();
        if let Some(end) = end {
            // Before the mark are 12 bytes, of which the last four are the signature's length.
            let length = bytes.get(end.checked_sub(4)?..end)?.try_into().ok()?;
            let whole = 12 + u32::from_be_bytes(length) as usize;
            bytes.truncate(end.checked_sub(whole)?);
        }
        Some(Module(bytes))
    }

    fn word(&self, at: usize) -> Option<usize> {
        let bytes = self.0.get(at..)?.first_chunk()?;
        usize::try_from(u64::from_le_bytes(*bytes)).ok()
    }

    fn half(&self, at: usize) -> Option<usize> {
        Some(usize::from(u16::from_le_bytes(*self.0.get(at..)?.first_chunk()?)))
    }

    fn put(&mut self, at: usize, bytes: &[u8]) -> Option<()> {
        self.0.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
        Some(())
    }

    /// Where the header of the section of this name is.
    fn section(&self, name: &[u8]) -> Option<usize> {
        let (headers, count) = (self.word(40)?, self.half(60)?);
        let has_name =
            |header: &usize| self.name_at(*header).and_then(|at| self.text(at)) == Some(name);
        (0..count).map(|number| headers + number * 64).find(has_name)
    }

    /// Where the name of the section with this header is.
    fn name_at(&self, header: usize) -> Option<usize> {
        let names = self.word(40)? + self.half(62)? * 64;
        Some(self.word(names + OFFSET)? + self.half(header)?)
    }

    fn text(&self, at: usize) -> Option<&[u8]> {
        self.0.get(at..)?.split(|byte| *byte == 0).next()
    }

    /// Offset and size of a section.
    fn range(&self, name: &[u8]) -> Option<(usize, usize)> {
        let header = self.section(name)?;
        Some((self.word(header + OFFSET)?, self.word(header + SIZE)?))
    }

    /// Puts `code` into the module's start behind `skip` bytes, and has no relocation change it.
    fn replace_start(&mut self, skip: usize, code: &[u8], nothing: u64) -> Option<()> {
        let (text, _) = self.range(b".init.text")?;
        self.put(text + skip, code)?;
        let (relocations, size) = self.range(b".rela.init.text")?;
        for at in (relocations..relocations + size).step_by(24) {
            if self.word(at)? >= skip {
                self.put(at + 8, &nothing.to_le_bytes())?;
            }
        }
        Some(())
    }

    /// Where the symbol of this name is.
    fn symbol(&self, name: &[u8]) -> Option<usize> {
        let (symbols, size) = self.range(b".symtab")?;
        let (names, _) = self.range(b".strtab")?;
        let has_name =
            |symbol: &usize| self.half(*symbol).and_then(|at| self.text(names + at)) == Some(name);
        (symbols..symbols + size).step_by(24).find(has_name)
    }

    /// Gives a symbol another name, at the end of a copy of all names.
    fn rename(&mut self, from: &[u8], to: &[u8]) -> Option<()> {
        let symbol = self.symbol(from)?;
        let (names, size) = self.range(b".strtab")?;
        let header = self.section(b".strtab")?;
        let copy = self.0.get(names..names + size)?.to_vec();
        let end = self.0.len() as u64;
        self.put(header + OFFSET, &end.to_le_bytes())?;
        self.put(header + SIZE, &((size + to.len() + 1) as u64).to_le_bytes())?;
        self.put(symbol, &u32::try_from(size).ok()?.to_le_bytes())?;
        self.0.extend([copy.as_slice(), to, b"\0"].concat());
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_program_where_it_has_instructions() {
        for fault in FAULTS {
            assert!(program(fault.name, "x86_64").is_some(), "{}", fault.name);
            for arch in ["aarch64", "riscv64"] {
                assert_eq!(
                    program(fault.name, arch).is_none(),
                    ["divide", "triple"].contains(&fault.name)
                );
            }
        }
        assert!(program("no-such-fault", "x86_64").is_none());
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn the_system_runs_such_a_program_and_ends_it_by_the_faults_signal() {
        use std::os::unix::fs::PermissionsExt;
        use std::os::unix::process::ExitStatusExt;

        let folder = std::env::temp_dir().join(format!("broken-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (fault, signal) in
            [("null-read", 11), ("undefined", 4), ("breakpoint", 5), ("divide", 8)]
        {
            let path = folder.join(fault);
            std::fs::write(&path, program(fault, "x86_64").unwrap()).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
            let status = std::process::Command::new(&path).status().unwrap();
            assert_eq!(status.signal(), Some(signal), "{fault}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(module(b"\x7fELF", "null-read", "x86_64").is_none());
        assert!(caller(b"", "panic").is_none());
    }
}
