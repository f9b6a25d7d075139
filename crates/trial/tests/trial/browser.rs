//! A browser without a window, which is what a page is for.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

/// The size of a window on a desk.
pub(crate) const DESKTOP: (u32, u32) = (1200, 900);

/// The size of a phone's.
pub(crate) const PHONE: (u32, u32) = (390, 844);

/// A copy of a page in a folder of its own, to be looked at.
pub(crate) struct Browser {
    folder: tempfile::TempDir,
}

/// What was seen: how wide and high it is, and its pixels as red, green and blue.
pub(crate) struct Picture {
    pub(crate) size: (u32, u32),
    pub(crate) pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// From 0 for black to 255 for white.
    pub(crate) fn brightness(&self) -> f64 {
        let sum: u64 = self.pixels.iter().flatten().map(|&part| u64::from(part)).sum();
        sum as f64 / (3 * self.pixels.len()) as f64
    }
}

impl Browser {
    pub(crate) fn open(page: &str) -> Browser {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("page.html"), page).unwrap();
        Browser { folder }
    }

    /// Opens a page whose policy lets a script of the test's own run after it.
    pub(crate) fn driven(page: &str, script: &str) -> Browser {
        let (before, rest) = page.split_once("script-src '").unwrap();
        let (_digest, after) = rest.split_once('\'').unwrap();
        let page = format!("{before}script-src 'unsafe-inline'{after}<script>{script}</script>");
        Browser::open(&page)
    }

    /// The elements as they are on a phone when the scripts have run, at the address with this fragment.
    pub(crate) fn elements(&self, fragment: &str) -> String {
        let size = format!("--window-size={},{}", PHONE.0, PHONE.1);
        self.run(&["--virtual-time-budget=2000", "--dump-dom", &size], fragment)
    }

    /// The title then.
    pub(crate) fn title(&self, fragment: &str) -> String {
        let elements = self.elements(fragment);
        elements.split(['<', '>']).skip_while(|part| *part != "title").nth(1).unwrap().into()
    }

    /// How it looks in a window of this size.
    pub(crate) fn picture(&self, (width, height): (u32, u32), is_dark: bool) -> Picture {
        let file = self.folder.path().join("picture.png");
        let shot = format!("--screenshot={}", file.display());
        let size = format!("--window-size={width},{height}");
        let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!is_dark));
        self.run(&[&shot, &size, &scheme], "");
        read(&file)
    }

    fn run(&self, arguments: &[&str], fragment: &str) -> String {
        let folder = self.folder.path();
        let output = Command::new(program())
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", folder.join("data").display()))
            .args(arguments)
            .arg(format!("file://{}{fragment}", folder.join("page.html").display()))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn program() -> &'static str {
    let names = ["chromium-headless-shell", "chromium"];
    let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect();
    let is_there = |name: &&str| folders.iter().any(|folder| folder.join(name).exists());
    names.into_iter().find(is_there).expect("a browser: `./x test` installs one")
}

fn read(file: &Path) -> Picture {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(file).unwrap()));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    let samples = frame.color_type.samples();
    let pixels =
        bytes[..frame.buffer_size()].chunks(samples).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    Picture { size: (frame.width, frame.height), pixels: pixels.collect() }
}
