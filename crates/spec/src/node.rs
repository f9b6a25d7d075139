//! Where in the file each key and value stands: the document as a tree of places, without its values.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::error::{Complaint, Place};

/// One value of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) place: Option<Place>,
    inside: Inside,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    Nothing,
    Scalar,
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    text: String,
    place: Option<Place>,
}

impl Node {
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
            Inside::Nothing => {
                Err(Complaint::new(self.place, "the file is empty").hint(hint_for_empty()))
            }
            Inside::Scalar => Ok(()),
            Inside::List(nodes) => nodes.iter().try_for_each(refuse_item),
            Inside::Map(entries) => {
                entries.iter().try_for_each(|(key, node)| refuse_value(key, node))
            }
        }
    }
}

fn hint_for_empty() -> Option<String> {
    Some("begin with `machine: { qemu: { arch: x86_64, kernel: … } }`".into())
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

    fn visit_str<E>(self, _: &str) -> Result<Inside, E> {
        Ok(Inside::Scalar)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Inside, E> {
        Ok(Inside::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Inside, E> {
        Ok(Inside::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Inside, E> {
        Ok(Inside::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Inside, E> {
        Ok(Inside::Scalar)
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
