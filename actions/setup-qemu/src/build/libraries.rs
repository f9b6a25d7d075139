//! Shared libraries that go with a built QEMU, so that it runs where they are not installed.
//!
//! What the C library consists of stays the system's: it must fit the kernel and the loader.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use trial::Problem;

use crate::host::Host;

/// Where they are kept, in the folder of QEMU, and how a program beside finds them.
const FOLDER: &str = "lib/bootgate";
const FROM_A_PROGRAM: &str = "$ORIGIN/../lib/bootgate";

/// What belongs to the C library, by how its file name begins.
const OF_THE_SYSTEM: [&str; 10] = [
    "libc.so",
    "libm.so",
    "libdl.so",
    "librt.so",
    "libpthread.so",
    "libresolv.so",
    "libutil.so",
    "ld-",
    "libc.musl",
    "linux-vdso",
];

/// Copies the libraries of all programs in `root` into it, and has the programs look there first.
///
/// # Errors
/// A library is missing, or a program cannot be changed.
pub(crate) fn gather(root: &Path, host: &Host) -> Result<(), Problem> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).map_err(Problem::path("make", &folder))?;
    for program in programs(root) {
        let shown = program.to_string_lossy().into_owned();
        for library in libraries(&output(host, "ldd", &[&shown])?)? {
            let to = folder.join(library.file_name().unwrap_or_default());
            fs::copy(&library, &to).map_err(Problem::path("copy to", &to))?;
        }
        // The older kind of search path: it holds for what the libraries need themselves, too.
        output(host, "patchelf", &["--force-rpath", "--set-rpath", FROM_A_PROGRAM, &shown])?;
    }
    Ok(())
}

/// Programs that are linked with libraries, in the folders where QEMU puts them.
fn programs(root: &Path) -> Vec<PathBuf> {
    let entries =
        ["bin", "libexec"].into_iter().filter_map(|folder| fs::read_dir(root.join(folder)).ok());
    let paths = entries.flatten().filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| is_program(path).unwrap_or(false)).collect()
}

fn is_program(path: &Path) -> io::Result<bool> {
    let mut magic = [0; 4];
    let is_file = path.symlink_metadata()?.is_file();
    Ok(is_file && fs::File::open(path)?.read_exact(&mut magic).is_ok() && &magic == b"\x7fELF")
}

/// Reads lines such as `libslirp.so.0 => /lib/libslirp.so.0 (0x7f…)`.
fn libraries(ldd: &[String]) -> Result<Vec<PathBuf>, Problem> {
    let found = ldd.iter().filter_map(|line| line.trim().split_once(" => "));
    found
        .filter(|(name, _)| !OF_THE_SYSTEM.iter().any(|system| name.starts_with(system)))
        .map(|(name, at)| match at.rsplit_once(" (") {
            Some((path, _)) if path.starts_with('/') => Ok(PathBuf::from(path)),
            _ => Err(Problem::infrastructure(format!(
                "the library `{}` of the built QEMU is not found",
                name.escape_debug()
            ))),
        })
        .collect()
}

fn output(host: &Host, program: &str, arguments: &[&str]) -> Result<Vec<String>, Problem> {
    let ended = host
        .job(program, arguments)
        .run_unheard()
        .map_err(|error| Problem::infrastructure(format!("cannot start `{program}`: {error}")))?;
    // What is linked statically has no libraries, and `ldd` calls that a failure.
    let is_static = ended.last_line().contains("not a dynamic executable");
    if !ended.succeeded() && !is_static {
        return Err(Problem::infrastructure(format!(
            "`{program} {}` {}: {}",
            arguments.join(" "),
            ended.how(),
            ended.last_line()
        )));
    }
    Ok(ended.lines.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn libraries_are_those_that_are_not_of_the_c_library() {
        let ldd = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibslirp.so.0 => /lib/x/libslirp.so.0 (0x00007f)\n\
                   \tlibc.so.6 => /lib/x/libc.so.6 (0x00007f)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n\
                   \tlibm.so.6 => /lib/x/libm.so.6 (0x00007f)\n";
        assert_eq!(libraries(&lines(ldd)).unwrap(), [PathBuf::from("/lib/x/libslirp.so.0")]);
    }

    #[test]
    fn a_library_that_is_missing_is_an_error_with_its_name() {
        let error = libraries(&lines("\tlibfdt.so.1 => not found")).unwrap_err();
        assert!(error.message.contains("`libfdt.so.1`"), "{error}");
    }
}
