//! Titles: one line that is the same for the same fault, completed while the excerpt is.

use regex_automata::meta::Regex;

use crate::automaton::Groups;
use crate::catalogue::Rule;
use crate::frame::{self, Search};
use crate::line::harmless;
use crate::mask;
use crate::pattern::compile;

/// How many lines after the one that matched may complete a title.
const LINES: usize = 250;

/// How long a title is at most, in bytes.
const LONGEST: usize = 120;

/// A rule's title, with what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Title {
    /// Its forms, the best first, without those that no line can complete any more.
    forms: Vec<&'static str>,
    words: Vec<(&'static str, String)>,
    detail: Option<(Regex, &'static str)>,
    search: Search,
    caller: Option<String>,
    left: usize,
}

impl Title {
    /// Begins a title with what `rule`'s pattern caught on `line`.
    pub(crate) fn new(rule: &Rule, groups: &Groups<'_>, line: &str) -> Title {
        let mut title = Title {
            forms: rule.title.split('|').collect(),
            words: Vec::new(),
            detail: rule.detail.and_then(detail),
            search: Search::new(rule.blame),
            caller: caller(line).map(str::to_owned),
            left: LINES,
        };
        title.add(groups);
        title.look_for_frame(line);
        title.drop_forms();
        title.left = if title.is_complete() { 0 } else { title.left };
        title
    }

    /// Takes the next line.
    pub(crate) fn follow(&mut self, line: &str) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        if self.is_another_caller_s(line) {
            return;
        }
        self.detail(line);
        self.look_for_frame(line);
        if self.is_complete() {
            self.left = 0;
        }
    }

    /// As far as it is known.
    pub(crate) fn text(&self) -> String {
        let whole = self.forms.iter().find(|form| self.is_whole(form));
        let form = whole.or(self.forms.last()).copied().unwrap_or_default();
        cut(&harmless(&self.filled(form).replace('\t', " "))).to_owned()
    }

    /// Whether no line can add to it.
    pub(crate) fn is_over(&self) -> bool {
        self.left == 0
    }

    fn is_complete(&self) -> bool {
        self.forms.first().is_none_or(|best| self.is_whole(best))
    }

    fn is_whole(&self, form: &str) -> bool {
        placeholders(form).all(|name| self.word(name).is_some())
    }

    /// Lines to come tell functions and what the detail catches, but not what the pattern could have caught.
    fn drop_forms(&mut self) {
        let detail = self.detail.as_ref().map_or("", |(_, text)| text);
        let comes = |name: &str| name == "frame" || detail.contains(&format!("<{name}>"));
        let last = self.forms.pop();
        let mut forms = std::mem::take(&mut self.forms);
        forms
            .retain(|form| placeholders(form).all(|name| self.word(name).is_some() || comes(name)));
        self.forms = forms.into_iter().chain(last).collect();
    }

    /// Adds what `groups` caught and is not known yet. A function that only reports faults names none: the next may.
    fn add(&mut self, groups: &Groups<'_>) {
        let names: Vec<_> = self.forms.iter().flat_map(|form| placeholders(form)).collect();
        for name in names {
            if self.word(name).is_some() {
                continue;
            }
            let Some(word) = groups.name(name).filter(|word| !word.is_empty()) else { continue };
            if name != "frame" {
                self.words.push((name, mask::numbers(&word)));
            } else if let Some(function) = frame::culprit(&word) {
                self.words.push((name, function));
            }
        }
    }

    fn look_for_frame(&mut self, line: &str) {
        if self.forms.iter().any(|form| form.contains("{frame}"))
            && self.word("frame").is_none()
            && let Some(frame) = self.search.settles(line)
        {
            self.words.push(("frame", frame));
        }
    }

    fn detail(&mut self, line: &str) {
        let Some((regex, _)) = &self.detail else { return };
        let mut captures = regex.create_captures();
        regex.captures(line, &mut captures);
        self.add(&Groups::new(line.as_bytes(), captures));
    }

    fn is_another_caller_s(&self, line: &str) -> bool {
        match (&self.caller, caller(line)) {
            (Some(ours), Some(other)) => {
                ours != other && !(ours.starts_with('C') && other.starts_with('C'))
            }
            _ => false,
        }
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.words.iter().find(|(known, _)| *known == name).map(|(_, word)| word.as_str())
    }

    /// `form` with what is known, and no loose end where nothing is.
    fn filled(&self, form: &str) -> String {
        let mut title = String::new();
        for part in form.split('{') {
            match part.split_once('}') {
                Some((name, text)) => title.extend([self.word(name).unwrap_or_default(), text]),
                None => title.push_str(part),
            }
        }
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let bare = title.as_str();
        [" in", " at", ":"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare).to_owned()
    }
}

fn detail(text: &'static str) -> Option<(Regex, &'static str)> {
    Some((compile(&format!("(?-u){text}")).ok()?, text))
}

fn placeholders(form: &str) -> impl Iterator<Item = &str> {
    form.split('{').filter_map(|part| Some(part.split_once('}')?.0))
}

fn cut(title: &str) -> &str {
    let mut end = title.len().min(LONGEST);
    while !title.is_char_boundary(end) {
        end -= 1;
    }
    title[..end].trim_end()
}

/// Which task or processor wrote a line, where the kernel says so: `T123` in `[  1.000000][  T123] text`.
fn caller(line: &str) -> Option<&str> {
    let (time, rest) = line.split_once("][")?;
    let (caller, _) = rest.split_once(']')?;
    let caller = caller.trim();
    let number = caller.strip_prefix(['T', 'C'])?;
    let stamp = time.rsplit('[').next()?.trim();
    (stamp.bytes().all(|b| b.is_ascii_digit() || b == b'.') && number.parse::<u64>().is_ok())
        .then_some(caller)
}
