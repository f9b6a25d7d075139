//! A page as a parser of HTML reads it.

use std::collections::BTreeSet;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

/// A line of console on a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) time: String,
    pub(crate) text: String,
    pub(crate) is_marked: bool,
}

/// What is on it.
#[derive(Default)]
pub(crate) struct Parsed {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) gaps: Vec<String>,
    /// Each kind of element, with the names of its attributes.
    pub(crate) elements: BTreeSet<String>,
    /// Where the parser is: the last element that began, and its class.
    inside: (String, String),
}

impl Parsed {
    pub(crate) fn of(page: &str) -> Parsed {
        let mut emitter = DefaultEmitter::<()>::new_with_span();
        emitter.naively_switch_states(true);
        let mut parsed = Parsed::default();
        for token in Tokenizer::new_with_emitter(page, emitter) {
            match token.unwrap() {
                Token::StartTag(tag) => parsed.begin(&tag),
                Token::EndTag(_) => parsed.inside = Default::default(),
                Token::String(text) => parsed.text(str::from_utf8(&text).unwrap()),
                Token::Doctype(_) => {}
                // Some characters are none, and stand there all the same.
                Token::Error(error) => {
                    assert!(error.as_str().contains("noncharacter"), "{error:?}")
                }
                Token::Comment(comment) => panic!("a comment: {comment:?}"),
            }
        }
        parsed
    }

    fn begin(&mut self, tag: &StartTag<()>) {
        let name = string(&tag.name);
        let attributes: Vec<String> = tag.attributes.keys().map(|name| string(name)).collect();
        let get = |name: &[u8]| tag.attributes.get(name).map(|value| string(value));
        let class = get(b"class").unwrap_or_default();
        self.elements.insert(format!("{name} {}", attributes.join(" ")));
        if class.starts_with("row") {
            let number = get(b"id").unwrap()[1..].parse().unwrap();
            self.rows.push(Row { number, is_marked: class.ends_with(" proof"), ..Row::default() });
        }
        if class == "gap" {
            self.gaps.push(String::new());
        }
        self.inside = (name, class);
    }

    fn text(&mut self, text: &str) {
        let row = self.rows.last_mut();
        match (self.inside.0.as_str(), self.inside.1.as_str(), row) {
            ("title", ..) => self.title.push_str(text),
            ("p", "gap", _) => self.gaps.last_mut().unwrap().push_str(text),
            ("span", _, Some(row)) => row.time.push_str(text),
            ("code", _, Some(row)) => row.text.push_str(text),
            _ => {}
        }
    }
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
