//! Keys and values of a workflow, with a complaint at the place of what is none.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use problem::Problem;
use spec::{Error, Node, nearest, quoted};

use crate::matrix::Tree;
use crate::template::{Condition, Template};

/// Reads the nodes of one file, and remembers what the expressions in them look at.
pub(crate) struct Reader {
    pub(crate) file: Arc<Path>,
    paths: RefCell<Vec<Vec<String>>>,
}

impl Reader {
    pub(crate) fn new(file: &Path) -> Reader {
        Reader { file: file.into(), paths: RefCell::default() }
    }

    pub(crate) fn mistake(&self, node: &Node, message: impl Into<String>) -> Problem {
        Error::at(&self.file, node.position(), message, None).into()
    }

    /// What the expressions look at that were read since this was asked last.
    pub(crate) fn paths(&self) -> Vec<Vec<String>> {
        self.paths.take()
    }

    /// Refuses every key but these.
    pub(crate) fn only(&self, node: &Node, known: &[&str]) -> Result<(), Problem> {
        let entries =
            node.entries().ok_or_else(|| self.mistake(node, "expected keys with their values"))?;
        for (key, value) in entries {
            if !known.contains(&key) {
                let hint = nearest(key, known).map(|near| format!("did you mean `{near}`?"));
                let message = format!("unknown key {}", quoted(key));
                return Err(Error::at(&self.file, value.position(), message, hint).into());
            }
        }
        Ok(())
    }

    /// The words of a key that takes one, or a list of them.
    pub(crate) fn words(&self, node: &Node, key: &str) -> Vec<String> {
        let Some(node) = node.get(key) else { return Vec::new() };
        let one = std::slice::from_ref(node);
        let items = node.items().unwrap_or(one).iter();
        items.filter_map(|item| Some(item.scalar()?.as_str()?.to_owned())).collect()
    }

    pub(crate) fn word(&self, node: &Node, key: &str) -> Option<String> {
        self.words(node, key).into_iter().next()
    }

    pub(crate) fn template(&self, node: &Node) -> Result<Template, Problem> {
        let value = node.scalar().ok_or_else(|| self.mistake(node, "expected a single value"))?;
        let template = Template::parse(&self.file, node.position(), value)?;
        self.remember(&template);
        Ok(template)
    }

    pub(crate) fn at(&self, node: &Node, key: &str) -> Result<Option<Template>, Problem> {
        node.get(key).map(|node| self.template(node)).transpose()
    }

    pub(crate) fn condition(&self, node: &Node) -> Result<Option<Condition>, Problem> {
        let Some(node) = node.get("if") else { return Ok(None) };
        let value = node.scalar().ok_or_else(|| self.mistake(node, "expected a condition"))?;
        let condition = Condition::parse(&self.file, node.position(), value)?;
        self.remember(condition.template());
        Ok(Some(condition))
    }

    /// Names with their values, in their order; empty without the key.
    pub(crate) fn entries(
        &self,
        node: &Node,
        key: &str,
    ) -> Result<Vec<(String, Template)>, Problem> {
        let Some(node) = node.get(key) else { return Ok(Vec::new()) };
        let entries =
            node.entries().ok_or_else(|| self.mistake(node, "expected names with their values"))?;
        entries.map(|(name, value)| Ok((name.to_owned(), self.template(value)?))).collect()
    }

    pub(crate) fn tree(&self, node: &Node) -> Result<Tree, Problem> {
        if let Some(items) = node.items() {
            return items
                .iter()
                .map(|item| self.tree(item))
                .collect::<Result<_, _>>()
                .map(Tree::List);
        }
        match node.entries() {
            Some(entries) => entries
                .map(|(key, value)| Ok((key.to_owned(), self.tree(value)?)))
                .collect::<Result<_, _>>()
                .map(Tree::Map),
            None => self.template(node).map(Tree::Leaf),
        }
    }

    fn remember(&self, template: &Template) {
        self.paths.borrow_mut().extend(template.expressions().flat_map(|one| one.paths()));
    }
}
