//! One limit of time, which may depend on what runs the guest's instructions.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::duration;
use crate::error::Complaint;
use crate::node::Node;

/// How much longer a limit becomes under TCG unless the spec says otherwise: the factor at which syzkaller caps the
/// slow-down of its machines (`sys/targets/targets.go`, `Timeouts.Scale`). A translator can be slower still; who knows
/// how slow writes `{ kvm: 20s, tcg: 3m }`.
pub const TCG_SLOWDOWN: u32 = 3;

/// A limit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// For a guest on the host's processor; [`TCG_SLOWDOWN`] times as much under TCG.
    Any(Duration),
    /// One for each accelerator, taken as it is.
    ByAccelerator {
        /// On the host's processor.
        kvm: Duration,
        /// Under QEMU's translator.
        tcg: Duration,
    },
}

impl Limit {
    /// The limit under TCG or under anything else, and whether it was made longer than the spec says.
    pub fn under(&self, tcg: bool) -> (Duration, bool) {
        match *self {
            Limit::Any(limit) if tcg => (limit.saturating_mul(TCG_SLOWDOWN), true),
            Limit::Any(limit) => (limit, false),
            Limit::ByAccelerator { kvm, tcg: slow } => (if tcg { slow } else { kvm }, false),
        }
    }

    /// The same for a spec that names its accelerator: its limits are meant as they stand.
    pub(crate) fn pinned(self) -> Limit {
        match self {
            Limit::Any(limit) => Limit::ByAccelerator { kvm: limit, tcg: limit },
            both => both,
        }
    }
}

/// As it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LimitFile {
    Any(String),
    ByAccelerator(Both),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LimitByAccelerator")]
pub(crate) struct Both {
    /// On the host's processor.
    #[schemars(with = "DurationText")]
    kvm: String,
    /// Under QEMU's translator.
    #[schemars(with = "DurationText")]
    tcg: String,
}

impl LimitFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Limit, Complaint> {
        let read = |text: &str, node: &Node| duration::parse(text, node.place);
        Ok(match self {
            LimitFile::Any(text) => Limit::Any(read(text, node)?),
            LimitFile::ByAccelerator(both) => Limit::ByAccelerator {
                kvm: read(&both.kvm, node.at("kvm"))?,
                tcg: read(&both.tcg, node.at("tcg"))?,
            },
        })
    }
}

impl<'de> Deserialize<'de> for LimitFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LimitFile, D::Error> {
        deserializer.deserialize_any(LimitVisitor)
    }
}

struct LimitVisitor;

impl<'de> Visitor<'de> for LimitVisitor {
    type Value = LimitFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as `60s`, or `{ kvm: 20s, tcg: 3m }`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<LimitFile, E> {
        Ok(LimitFile::Any(text.into()))
    }

    // A number lacks its unit; it is kept, so that the message can say which unit it probably wants.
    fn visit_u64<E: Error>(self, number: u64) -> Result<LimitFile, E> {
        Ok(LimitFile::Any(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<LimitFile, E> {
        Ok(LimitFile::Any(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<LimitFile, E> {
        Ok(LimitFile::Any(number.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LimitFile, A::Error> {
        Both::deserialize(MapAccessDeserializer::new(map)).map(LimitFile::ByAccelerator)
    }
}

impl JsonSchema for LimitFile {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (any, both) =
            (generator.subschema_for::<DurationText>(), generator.subschema_for::<Both>());
        json_schema!({ "description": "One limit, or one for each accelerator.", "anyOf": [any, both] })
    }
}

/// A duration in a schema.
pub(crate) struct DurationText;

impl JsonSchema for DurationText {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A duration with its unit, at most a week.",
            "type": "string",
            "pattern": "^\\s*[0-9].*[a-z]\\s*$",
            "examples": ["90s", "5m", "1h 30m"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_limit_is_stretched_under_tcg_and_says_so() {
        assert_eq!(Limit::Any(seconds(20)).under(true), (seconds(60), true));
        assert_eq!(Limit::Any(seconds(20)).under(false), (seconds(20), false));
    }

    #[test]
    fn a_limit_for_each_accelerator_is_taken_as_it_is() {
        let limit = Limit::ByAccelerator { kvm: seconds(20), tcg: seconds(180) };
        assert_eq!(
            (limit.under(true), limit.under(false)),
            ((seconds(180), false), (seconds(20), false))
        );
        assert_eq!(limit.pinned(), limit);
    }

    #[test]
    fn a_pinned_limit_is_not_stretched() {
        assert_eq!(Limit::Any(seconds(20)).pinned().under(true), (seconds(20), false));
    }
}
