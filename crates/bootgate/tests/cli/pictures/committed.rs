//! Photographs of pages that are committed, with word of the page that each is of.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use fetch::Digest;
use testkit::browser::{Browser, Picture};

/// How wide a page is, as wide as a README on GitHub; and what is higher than any, whose empty part is cut off.
const WINDOW: (u32, u32) = (860, 2400);

/// Under which word a PNG has the digest of its page.
const PAGE: &str = "Page";

/// More colours than a blank page has, and fewer than a palette.
const FEW: usize = 30;

/// What a picture may weigh, in bytes.
const LARGEST: u64 = 150_000;

/// Compares the picture `docs/pictures/NAME.png` with the page that is made now, of which `steady` is what does not differ
/// from run to run. `BOOTGATE_UPDATE=1` takes it anew where it is of another page.
pub(crate) fn compare(name: &str, page: &str, steady: &str) {
    let photograph = cut(Browser::open(page).sharp(WINDOW));
    assert!(photograph.colours() > FEW, "it is blank");
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/pictures/{name}.png"));
    let digest = Digest::of(steady.as_bytes()).to_string();
    if committed(&file).as_deref() != Some(&*digest) && is_update() {
        fs::write(&file, png(&photograph, &digest)).expect("the picture is written");
    }
    assert_eq!(committed(&file), Some(digest), "{name}.png is of another page: run `./x generate`");
    let picture = Picture::read(BufReader::new(File::open(&file).expect("a picture")));
    assert!(picture.colours() > FEW && picture.size.0 == photograph.size.0, "{:?}", picture.size);
    let size = fs::metadata(&file).expect("a picture").len();
    assert!(size < LARGEST, "{name}.png has {size} bytes");
}

fn is_update() -> bool {
    std::env::var_os("BOOTGATE_UPDATE").is_some_and(|value| value == "1")
}

/// Without the empty lines below, but for as many pixels as there are beside it.
fn cut(mut picture: Picture) -> Picture {
    let (width, blank) = (picture.size.0 as usize, picture.pixels[0]);
    let last = picture.pixels.iter().rposition(|pixel| *pixel != blank).unwrap_or(0);
    let lines = last / width + 33;
    picture.pixels.truncate(lines * width);
    picture.size.1 = lines as u32;
    picture
}

/// Of which page a picture is, if there is one.
fn committed(file: &PathBuf) -> Option<String> {
    let reader = png::Decoder::new(BufReader::new(File::open(file).ok()?)).read_info().ok()?;
    let texts = &reader.info().uncompressed_latin1_text;
    texts.iter().find(|text| text.keyword == PAGE).map(|text| text.text.clone())
}

/// With a palette, which makes a third of it.
fn png(picture: &Picture, digest: &str) -> Vec<u8> {
    let (palette, pixels) = indexed(&picture.pixels);
    let mut file = Cursor::new(Vec::new());
    let mut encoder = png::Encoder::new(&mut file, picture.size.0, picture.size.1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.as_flattened());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.add_text_chunk(PAGE.into(), digest.into()).expect("words in Latin-1");
    let mut writer = encoder.write_header().expect("a PNG");
    writer.write_image_data(&pixels).expect("a PNG");
    writer.finish().expect("a PNG");
    file.into_inner()
}

/// The colours that are there most often, enough for smooth letters, and for each pixel the nearest of them.
fn indexed(pixels: &[[u8; 3]]) -> (Vec<[u8; 3]>, Vec<u8>) {
    let mut counts = BTreeMap::new();
    pixels.iter().for_each(|pixel| *counts.entry(*pixel).or_insert(0) += 1);
    let mut palette: Vec<[u8; 3]> = counts.keys().copied().collect();
    palette.sort_by_key(|colour| std::cmp::Reverse(counts[colour]));
    palette.truncate(48);
    let nearest = |colour: &[u8; 3]| {
        let distance = |at: &usize| {
            let parts = palette[*at].iter().zip(colour);
            parts.map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2)).sum::<u32>()
        };
        (0..palette.len()).min_by_key(distance).expect("a colour") as u8
    };
    let numbers: BTreeMap<_, _> = counts.keys().map(|colour| (*colour, nearest(colour))).collect();
    let indices = pixels.iter().map(|pixel| numbers[pixel]).collect();
    (palette, indices)
}
