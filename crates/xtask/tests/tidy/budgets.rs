//! How long things may be. Shorter is better; these are where a reviewer is not asked any more.

use syn::visit::Visit;

use crate::tree::{self, Text};

const FUNCTION: usize = 80;
const FILE: usize = 400;
const DOOR: usize = 30;
const README: usize = 200;

/// Files above the budget, each with the reason. Best empty.
const LONG_FILES: &[(&str, &str)] = &[];

/// The functions of a file: their names and how many lines each has from `fn` to the closing brace.
#[derive(Default)]
struct Functions(Vec<(String, usize)>);

impl Functions {
    fn of(text: &Text) -> Functions {
        let file =
            syn::parse_file(&text.text).unwrap_or_else(|error| panic!("{}: {error}", text.shown()));
        let mut functions = Functions::default();
        functions.visit_file(&file);
        functions
    }

    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines =
            block.brace_token.span.close().end().line - signature.fn_token.span.start().line + 1;
        self.0.push((signature.ident.to_string(), lines));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }
}

/// What is above `budget`, as lines of a message.
fn above(budget: usize, sizes: impl Iterator<Item = (String, usize)>) -> Vec<String> {
    sizes
        .filter(|(_, lines)| *lines > budget)
        .map(|(what, lines)| format!("{what}: {lines} lines"))
        .collect()
}

fn functions(text: &'static Text) -> impl Iterator<Item = (String, usize)> {
    let named = move |(name, lines)| (format!("{}: fn {name}", text.shown()), lines);
    Functions::of(text).0.into_iter().map(named)
}

#[test]
fn no_function_is_longer_than_its_budget() {
    assert_eq!(above(FUNCTION, tree::ending(&[".rs"]).flat_map(functions)), [""; 0]);
}

#[test]
fn no_file_is_longer_than_its_budget() {
    let counted = tree::ending(&[".rs", ".sh", ".py", ".js", ".cjs", "/init", "/run"])
        .filter(|text| !LONG_FILES.iter().any(|(path, _)| text.shown() == *path));
    assert_eq!(above(FILE, counted.map(|text| (text.shown(), text.lines()))), [""; 0]);
}

#[test]
fn every_exception_is_still_needed() {
    for (path, reason) in LONG_FILES {
        let text = tree::texts().iter().find(|text| text.shown() == *path);
        assert!(
            text.is_some_and(|text| text.lines() > FILE),
            "`{path}` ({reason}) is no exception any more"
        );
    }
}

#[test]
fn every_main_is_a_door() {
    let doors = tree::ending(&["src/main.rs"]).map(|text| (text.shown(), text.lines()));
    assert_eq!(above(DOOR, doors), [""; 0]);
}

#[test]
fn the_readme_can_be_read_in_one_go() {
    let readme = tree::texts().iter().filter(|text| text.shown() == "README.md");
    assert_eq!(above(README, readme.map(|text| (text.shown(), text.lines()))), [""; 0]);
}

#[test]
fn a_long_function_is_seen_wherever_it_hides() {
    let body = "    let _ = 1;\n".repeat(FUNCTION);
    let hidden = format!(
        "mod a {{ impl B {{\n    #[doc = \"c\"]\n    fn d(&self) {{\n{body}    }}\n}} }}\n"
    );
    let text = Text { path: "e.rs".into(), text: hidden };
    assert_eq!(above(FUNCTION, Functions::of(&text).0.into_iter()), ["d: 82 lines"]);
}
