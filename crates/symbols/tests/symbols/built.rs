//! Programs that the test compiles, and what binutils says about them.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Functions in each other, two of one name in two files, and one that ends in a call without return.
pub(crate) const C: &str = "\
static inline __attribute__((always_inline)) int add(int a, int b) {
    volatile int sum = a;
    sum += b;
    return sum;
}
__attribute__((noinline)) static int twice(int a) {
    int sum = 0;
    for (int i = 0; i < a; i++)
        sum += add(i, a);
    return sum;
}
__attribute__((noinline, noreturn)) void stop(int a) {
    for (;;) __asm__ volatile(\"\" :: \"r\"(a));
}
__attribute__((noinline)) void fails(int a) {
    stop(add(a, 1));
}
int other(int);
int main(int argc, char **argv) {
    (void)argv;
    if (argc > 99) fails(argc);
    return twice(argc) + other(argc);
}
";

pub(crate) const OTHER: &str = "\
__attribute__((noinline)) static int twice(int a) {
    volatile int b = a * 3;
    return b;
}
int other(int a) { return twice(a) - 1; }
";

pub(crate) const RUST: &str = "\
mod page {
    #[inline(never)]
    pub fn fault(pages: &[u8], at: usize) -> u8 {
        let page = pages.get(at).copied().unwrap_or(7);
        page.wrapping_add(pages.iter().fold(0, |sum: u8, page| sum.wrapping_mul(3) ^ page))
    }
}
fn main() {
    let pages: Vec<u8> = std::env::args().map(|word| word.len() as u8).collect();
    std::process::exit(i32::from(page::fault(&pages, 3)));
}
";

/// A program in a folder of its own.
pub(crate) struct Built {
    folder: TempDir,
}

/// A function as `nm` lists it.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) address: u64,
    pub(crate) size: u64,
}

impl Built {
    pub(crate) fn c(flags: &[&str]) -> Built {
        let built = Built::of(&[("main.c", C), ("other.c", OTHER)]);
        built.run(Command::new("gcc").args(flags).args(["main.c", "other.c", "-o", "program"]));
        built
    }

    pub(crate) fn rust(flags: &[&str]) -> Built {
        let built = Built::of(&[("main.rs", RUST)]);
        built.run(Command::new("rustc").args(flags).args([
            "-g",
            "--crate-name=guest",
            "main.rs",
            "-o",
            "program",
        ]));
        built
    }

    pub(crate) fn of(files: &[(&str, &str)]) -> Built {
        let folder = TempDir::new().unwrap();
        files
            .iter()
            .for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
        Built { folder }
    }

    /// Runs a tool in the folder and gives what it printed.
    pub(crate) fn run(&self, command: &mut Command) -> String {
        let output = command.current_dir(self.folder.path()).output().unwrap();
        assert!(
            output.status.success(),
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder().join("program")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    /// Its functions, by the tools with this prefix.
    pub(crate) fn functions(&self, prefix: &str) -> Vec<Function> {
        let listed =
            self.run(Command::new(format!("{prefix}nm")).args(["-S", "--defined-only", "program"]));
        let function = |line: &str| {
            let [address, size, kind, name] =
                line.split(' ').collect::<Vec<_>>().try_into().ok()?;
            let number = |text| u64::from_str_radix(text, 16).unwrap();
            ["t", "T"].contains(&kind).then(|| Function {
                name: name.to_owned(),
                address: number(address),
                size: number(size),
            })
        };
        listed.lines().filter_map(function).collect()
    }

    /// The one function of this name.
    pub(crate) fn function(&self, name: &str) -> Function {
        self.functions("").into_iter().find(|function| function.name == name).unwrap()
    }

    /// What `addr2line -f -i` says about each address: functions with their places.
    pub(crate) fn addr2line(&self, prefix: &str, addresses: &[u64]) -> Vec<Vec<(String, String)>> {
        let mut command = Command::new(format!("{prefix}addr2line"));
        command
            .args(["-a", "-f", "-i", "-e", "program"])
            .args(addresses.iter().map(|address| format!("{address:#x}")));
        let printed = self.run(&mut command);
        let (mut all, mut lines) = (Vec::new(), printed.lines());
        while let Some(line) = lines.next() {
            match line.strip_prefix("0x") {
                Some(_) => all.push(Vec::new()),
                None => {
                    all.last_mut().unwrap().push((line.to_owned(), place(lines.next().unwrap())))
                }
            }
        }
        all
    }
}

/// Without ` (discriminator 2)`.
fn place(text: &str) -> String {
    text.split(" (").next().unwrap().to_owned()
}
