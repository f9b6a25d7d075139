//! A YAML document as a tree in which each key and value knows where it stands.

use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::error::{Complaint, Error, Place};
use crate::yaml;

/// One value of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub(crate) place: Option<Place>,
    inside: Inside,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    Nothing,
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    text: String,
    place: Option<Place>,
}

impl Node {
    /// Reads the one document of `text`; `file` is what errors call it. Its size and depth are bounded.
    ///
    /// # Errors
    /// It is no YAML, with line and column.
    pub fn read(text: &str, file: &Path) -> Result<Node, Error> {
        yaml::read(text).map_err(|complaint| complaint.in_file(file))
    }

    /// Its line and column, both from 1.
    pub fn position(&self) -> (u32, u32) {
        self.place.map_or((1, 1), |place| (place.line, place.column))
    }

    /// The value of `key`; none where this is no mapping, or has no such key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, node)| node)
    }

    /// Keys and values in their order; none where this is no mapping.
    pub fn entries(&self) -> Option<impl Iterator<Item = (&str, &Node)>> {
        let Inside::Map(entries) = &self.inside else { return None };
        Some(entries.iter().map(|(key, node)| (key.text.as_str(), node)))
    }

    /// The items; none where this is no list.
    pub fn items(&self) -> Option<&[Node]> {
        if let Inside::List(nodes) = &self.inside { Some(nodes) } else { None }
    }

    /// The single value; none where this is a list or a mapping. What is empty is null.
    pub fn scalar(&self) -> Option<&Value> {
        match &self.inside {
            Inside::Nothing => Some(&Value::Null),
            Inside::Scalar(value) => Some(value),
            Inside::List(_) | Inside::Map(_) => None,
        }
    }

    /// The value of `key`, or this node where there is none: a place is never worth a failure.
    pub(crate) fn at(&self, key: &str) -> &Node {
        self.entry(key).map_or(self, |(_, node)| node)
    }

    /// The place of the key itself.
    pub(crate) fn key(&self, key: &str) -> Option<Place> {
        self.entry(key).map_or(self.place, |(key, _)| key.place)
    }

    /// Whether `key` was written.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The item at `index`, or this node where it is no list.
    pub(crate) fn item(&self, index: usize) -> &Node {
        match &self.inside {
            Inside::List(nodes) => nodes.get(index).unwrap_or(self),
            _ => self,
        }
    }

    fn entry(&self, key: &str) -> Option<&(Key, Node)> {
        match &self.inside {
            Inside::Map(entries) => entries.iter().find(|(known, _)| known.text == key),
            _ => None,
        }
    }

    /// Refuses keys and items without a value: whether `kernel:` alone means none or was forgotten, nobody can tell.
    pub(crate) fn refuse_empty(&self) -> Result<(), Complaint> {
        match &self.inside {
            Inside::Nothing => Err(Complaint::new(self.place, "the file is empty")),
            Inside::Scalar(_) => Ok(()),
            Inside::List(nodes) => nodes.iter().try_for_each(refuse_item),
            Inside::Map(entries) => {
                entries.iter().try_for_each(|(key, node)| refuse_value(key, node))
            }
        }
    }
}

fn refuse_item(node: &Node) -> Result<(), Complaint> {
    match node.inside {
        Inside::Nothing => Err(Complaint::new(node.place, "an item of this list is empty")
            .hint(Some("write the empty text as `\"\"`, or take the item out".into()))),
        _ => node.refuse_empty(),
    }
}

fn refuse_value(key: &Key, node: &Node) -> Result<(), Complaint> {
    match node.inside {
        Inside::Nothing => {
            Err(Complaint::new(key.place, format!("key `{}` has no value", key.text))
                .hint(Some("give it one, or take the key out".into())))
        }
        _ => node.refuse_empty(),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Inside>::deserialize(deserializer)?;
        Ok(Node { place: Place::of(spanned.referenced), inside: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Inside {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Inside, D::Error> {
        deserializer.deserialize_any(InsideVisitor)
    }
}

struct InsideVisitor;

impl<'de> Visitor<'de> for InsideVisitor {
    type Value = Inside;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Inside, E> {
        Ok(Inside::Nothing)
    }

    fn visit_str<E>(self, value: &str) -> Result<Inside, E> {
        Ok(Inside::Scalar(value.into()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Inside, E> {
        Ok(Inside::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Inside, E> {
        Ok(Inside::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Inside, E> {
        Ok(Inside::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Inside, E> {
        Ok(Inside::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Inside, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Inside::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Inside, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, node)) = map.next_entry::<Spanned<String>, Node>()? {
            entries.push((Key { place: Place::of(key.referenced), text: key.value }, node));
        }
        Ok(Inside::Map(entries))
    }
}
