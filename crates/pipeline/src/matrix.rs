//! The combinations of a matrix.

use problem::Problem;
use serde_json::{Map, Value};

use crate::expression::Contexts;
use crate::template::Template;

/// What GitHub runs at most.
const MOST: usize = 256;

/// Values within values, with expressions anywhere in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    Leaf(Template),
    /// What an expression came to.
    Known(Value),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

/// Names and values, in the order in which they were written.
pub(crate) type Combination = Vec<(String, Value)>;

impl Tree {
    pub(crate) fn value(&self, contexts: &Contexts<'_>) -> Result<Value, Problem> {
        match self {
            Tree::Leaf(template) => template.value(contexts),
            Tree::Known(value) => Ok(value.clone()),
            Tree::List(items) => items.iter().map(|item| item.value(contexts)).collect(),
            Tree::Map(entries) => {
                let entry = |(key, tree): &(String, Tree)| Ok((key.clone(), tree.value(contexts)?));
                let entries: Result<Map<String, Value>, Problem> =
                    entries.iter().map(entry).collect();
                entries.map(Value::Object)
            }
        }
    }

    /// What a matrix comes to: at least one combination.
    pub(crate) fn combinations(
        &self,
        contexts: &Contexts<'_>,
    ) -> Result<Vec<Combination>, Problem> {
        let mut axes = Vec::new();
        let (mut included, mut excluded) = (Vec::new(), Vec::new());
        for (name, tree) in self.entries(contexts)? {
            match name.as_str() {
                "include" => included = tree.mappings(contexts)?,
                "exclude" => excluded = tree.mappings(contexts)?,
                _ => axes.push((name, tree.value(contexts)?)),
            }
        }
        expand(&axes, &included, &excluded).map_err(Problem::user)
    }

    /// Names and what they stand for, in the order of the file where that is not an expression's.
    fn entries(&self, contexts: &Contexts<'_>) -> Result<Vec<(String, Tree)>, Problem> {
        if let Tree::Map(entries) = self {
            return Ok(entries.clone());
        }
        match self.value(contexts)? {
            Value::Object(map) => {
                Ok(map.into_iter().map(|(name, value)| (name, Tree::Known(value))).collect())
            }
            _ => Err(Problem::user(
                "a matrix, or an item of its `include` or `exclude`, is no mapping",
            )),
        }
    }

    fn mappings(&self, contexts: &Contexts<'_>) -> Result<Vec<Combination>, Problem> {
        let items = match self {
            Tree::List(items) => items.clone(),
            other => match other.value(contexts)? {
                Value::Array(items) => items.into_iter().map(Tree::Known).collect(),
                _ => return Err(Problem::user("`include` or `exclude` of a matrix is no list")),
            },
        };
        let values = |item: &Tree| {
            let entries = item.entries(contexts)?.into_iter();
            entries.map(|(name, tree)| Ok((name, tree.value(contexts)?))).collect()
        };
        items.iter().map(values).collect()
    }
}

fn expand(
    axes: &Combination,
    included: &[Combination],
    excluded: &[Combination],
) -> Result<Vec<Combination>, String> {
    let axes: Vec<(&str, &[Value])> = axes
        .iter()
        .map(|(name, value)| Ok((name.as_str(), values(name, value)?)))
        .collect::<Result<_, String>>()?;
    let mut all = product(&axes)?;
    let matches = |one: &Combination, pattern: &Combination| {
        pattern.iter().all(|(key, value)| at(one, key) == Some(value))
    };
    all.retain(|one| !excluded.iter().any(|pattern| matches(one, pattern)));
    let all = include(all, included);
    match all.len() {
        0 => Err("a matrix has no combinations".into()),
        1..=MOST => Ok(all),
        many => Err(format!("a matrix of {many} combinations, and {MOST} is the most")),
    }
}

fn values<'a>(name: &str, value: &'a Value) -> Result<&'a [Value], String> {
    let items = value.as_array().filter(|items| !items.is_empty());
    items.map(Vec::as_slice).ok_or_else(|| format!("`{name}` of a matrix is no list with items"))
}

/// The last axis runs fastest.
fn product(axes: &[(&str, &[Value])]) -> Result<Vec<Combination>, String> {
    let mut all: Vec<Combination> = if axes.is_empty() { Vec::new() } else { vec![Vec::new()] };
    for (name, values) in axes {
        if all.len().saturating_mul(values.len()) > MOST {
            return Err(format!("a matrix of more than {MOST} combinations"));
        }
        let with = |one: &Combination, value: &Value| {
            one.iter().cloned().chain([((*name).to_owned(), value.clone())]).collect()
        };
        all = all.iter().flat_map(|one| values.iter().map(move |value| with(one, value))).collect();
    }
    Ok(all)
}

/// An item is added to each combination whose own values it leaves alone; one that fits nowhere is a combination itself.
fn include(mut all: Vec<Combination>, items: &[Combination]) -> Vec<Combination> {
    let own: Vec<usize> = all.iter().map(Vec::len).collect();
    let mut new: Vec<Combination> = Vec::new();
    for item in items {
        let mut fits = false;
        for (one, own) in all.iter_mut().zip(&own) {
            let is_other = |(key, value): &(String, Value)| {
                at(&one[..*own], key).is_some_and(|own| own != value)
            };
            if item.iter().any(is_other) {
                continue;
            }
            fits = true;
            for (key, value) in item {
                match one.iter_mut().find(|(known, _)| known == key) {
                    Some((_, known)) => *known = value.clone(),
                    None => one.push((key.clone(), value.clone())),
                }
            }
        }
        if !fits {
            new.push(item.clone());
        }
    }
    all.extend(new);
    all
}

fn at<'a>(one: &'a [(String, Value)], key: &str) -> Option<&'a Value> {
    one.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}
