//! Any console, in any chunks: no crash, bounded memory, and the verdict of the whole.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use verdict::{Conclusion, Judge, Judgement, Pattern, Rules, Signs};

fn judged(chunks: &[&[u8]]) -> Judgement {
    let pattern = |text| Pattern::new(text).expect("a pattern");
    let pass = Signs::InOrder(vec![pattern("^a$"), pattern("b")]);
    let rules = Rules { pass, fail: vec![pattern("x+y")], marks: vec![pattern("> $")], ..Rules::default() };
    let mut judge = Judge::new(rules).expect("a judge");
    for chunk in chunks {
        judge.read(Duration::ZERO, chunk);
        assert!(judge.tail().len() <= 16 << 10);
    }
    judge.conclude(Duration::ZERO, None, Conclusion::Ended("end".into()))
}

fuzz_target!(|input: (u16, &[u8])| {
    let (cut, console) = input;
    let cut = usize::from(cut).min(console.len());
    assert_eq!(judged(&[console]), judged(&[&console[..cut], &console[cut..]]));
});
