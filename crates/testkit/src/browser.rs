//! A browser without a window, which is what a page is for.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek};
use std::process::Command;

/// The size of a window on a desk.
pub const DESKTOP: (u32, u32) = (1200, 900);

/// The size of a phone's.
pub const PHONE: (u32, u32) = (390, 844);

/// A copy of a page in a folder of its own, to be looked at.
#[derive(Debug)]
pub struct Browser {
    folder: tempfile::TempDir,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// How wide and high it is, in pixels.
    pub size: (u32, u32),
    /// Red, green and blue, line by line.
    pub pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Reads a PNG of eight bits a colour.
    ///
    /// # Panics
    /// It is none.
    pub fn read(file: impl BufRead + Seek) -> Picture {
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a picture of some size")];
        let frame = reader.next_frame(&mut bytes).expect("a whole PNG");
        let samples = frame.color_type.samples();
        let pixels = bytes[..frame.buffer_size()]
            .chunks(samples)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]]);
        Picture { size: (frame.width, frame.height), pixels: pixels.collect() }
    }

    /// How many colours it has: few, where there is nothing to be seen.
    pub fn colours(&self) -> usize {
        self.pixels.iter().collect::<HashSet<_>>().len()
    }

    /// From 0 for black to 255 for white.
    pub fn brightness(&self) -> f64 {
        let sum: u64 = self.pixels.iter().flatten().map(|&part| u64::from(part)).sum();
        sum as f64 / (3 * self.pixels.len()) as f64
    }
}

impl Browser {
    /// Opens a page.
    ///
    /// # Panics
    /// There is no folder for it.
    pub fn open(page: &str) -> Browser {
        let folder = tempfile::tempdir().expect("a folder for a page");
        fs::write(folder.path().join("page.html"), page).expect("a page");
        Browser { folder }
    }

    /// Opens a page whose policy lets a script of the test's own run after it.
    ///
    /// # Panics
    /// It has no such policy.
    pub fn driven(page: &str, script: &str) -> Browser {
        let (before, rest) = page.split_once("script-src '").expect("a policy");
        let (_digest, after) = rest.split_once('\'').expect("a policy");
        let page = format!("{before}script-src 'unsafe-inline'{after}<script>{script}</script>");
        Browser::open(&page)
    }

    /// The elements as they are on a phone when the scripts have run, at the address with this fragment.
    pub fn elements(&self, fragment: &str) -> String {
        let size = format!("--window-size={},{}", PHONE.0, PHONE.1);
        self.run(&["--virtual-time-budget=2000", "--dump-dom", &size], fragment)
    }

    /// The title then.
    ///
    /// # Panics
    /// It has none.
    pub fn title(&self, fragment: &str) -> String {
        let elements = self.elements(fragment);
        let mut parts = elements.split(['<', '>']).skip_while(|part| *part != "title");
        parts.nth(1).expect("a title").to_owned()
    }

    /// How it looks in a window of this size.
    pub fn picture(&self, size: (u32, u32), is_dark: bool) -> Picture {
        let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!is_dark));
        self.shot(size, &scheme)
    }

    /// The same by day, with two pixels in the place of each, for print and for screens that have them.
    pub fn sharp(&self, size: (u32, u32)) -> Picture {
        self.shot(size, "--force-device-scale-factor=2")
    }

    fn shot(&self, (width, height): (u32, u32), how: &str) -> Picture {
        let file = self.folder.path().join("picture.png");
        let shot = format!("--screenshot={}", file.display());
        self.run(&[&shot, &format!("--window-size={width},{height}"), how], "");
        Picture::read(BufReader::new(File::open(&file).expect("a picture")))
    }

    fn run(&self, arguments: &[&str], fragment: &str) -> String {
        let folder = self.folder.path();
        let output = Command::new(program())
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", folder.join("data").display()))
            .args(arguments)
            .arg(format!("file://{}{fragment}", folder.join("page.html").display()))
            .output()
            .expect("a browser starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn program() -> &'static str {
    let names = ["chromium-headless-shell", "chromium"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let is_there = |name: &&str| folders.iter().any(|folder| folder.join(name).exists());
    names.into_iter().find(is_there).expect("a browser: `./x test` installs one")
}
