//! The YAML parser, its bounds, and what its errors mean to the writer of a spec.

use serde::de::DeserializeOwned;
use serde_saphyr::options::{MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{
    Error, MessageFormatter, Options, UserMessageFormatter, alias_limits, budget, options,
};

use crate::error::{Complaint, Place, quoted};
use crate::suggestion;

/// Reads the one document of `text`.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Complaint> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| complaint(&error, text))
}

/// Far more than a boot test needs, far less than what hurts: an alias may not grow the document beyond them either.
fn options() -> Options {
    options! {
        budget: budget! { max_depth: 16, max_nodes: 50_000, max_events: 100_000, max_anchors: 100, max_aliases: 1_000 },
        alias_limits: alias_limits! { max_total_replayed_events: 20_000, max_replay_stack_depth: 8 },
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

fn complaint(error: &Error, text: &str) -> Complaint {
    let place = error.location().and_then(Place::of);
    match innermost(error) {
        Error::SerdeUnknownField { field, expected, .. } => {
            suggestion::unknown(place, "key", field, expected)
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            suggestion::unknown(place, "value", variant, expected)
        }
        Error::SerdeMissingField { field, .. } => {
            Complaint::new(place, format!("key `{field}` is missing"))
        }
        Error::DuplicateMappingKey { key, .. } => duplicate(place, key.as_deref()),
        Error::SerdeInvalidType { unexpected, expected, .. } => {
            Complaint::new(place, format!("expected {expected}, found {unexpected}"))
        }
        Error::InvalidScalar { ty, .. } => {
            Complaint::new(place, format!("{} is not {}", quoted(written(error, text)), named(ty)))
        }
        Error::InvalidBooleanStrict { .. } => Complaint::new(
            place,
            format!("{} is neither `true` nor `false`", quoted(written(error, text))),
        ),
        other => structural(place, other).hint(tabs(place, text)),
    }
}

/// Mistakes in the YAML itself.
fn structural(place: Option<Place>, error: &Error) -> Complaint {
    let message = match error {
        Error::MultipleDocuments { .. } => {
            "a second document begins here, and the file has to be one".into()
        }
        Error::MergeKeyNotAllowed { .. } => {
            "the merge key `<<` is not understood: write the keys out".into()
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => "this is too large or too deep".into(),
        Error::Unexpected { expected: "mapping start", .. } => {
            "expected keys with their values".into()
        }
        Error::Unexpected { expected: "sequence start", .. } => "expected a list".into(),
        Error::Unexpected { expected: "scalar" | "string scalar", .. }
        | Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::UnexpectedValueForUnitEnumVariant { .. } => "expected a single value".into(),
        other => UserMessageFormatter.format_message(other).into_owned(),
    };
    Complaint::new(place, message)
}

/// The parser trips over a tab without naming it.
fn tabs(place: Option<Place>, text: &str) -> Option<String> {
    let line = text.lines().nth((place?.line as usize).checked_sub(1)?)?;
    let indent = line.len() - line.trim_start().len();
    line[..indent].contains('\t').then(|| "indent with blanks: YAML takes no tabs".into())
}

/// What went wrong inside an alias went wrong all the same.
fn innermost(error: &Error) -> &Error {
    match error.without_snippet() {
        Error::AliasError { error, .. } => innermost(error),
        other => other,
    }
}

fn duplicate(place: Option<Place>, key: Option<&str>) -> Complaint {
    Complaint::new(place, format!("key {} is given twice", quoted(key.unwrap_or("?"))))
}

/// The scalar that the error points at, as it is written.
fn written<'a>(error: &Error, text: &'a str) -> &'a str {
    let span = error.location().map(|location| location.span());
    let bytes =
        span.and_then(|span| Some((span.byte_offset()? as usize, span.byte_len()? as usize)));
    bytes.and_then(|(start, len)| text.get(start..start.checked_add(len)?)).unwrap_or("this").trim()
}

/// A type in words.
fn named(ty: &str) -> &str {
    match ty {
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        other => other,
    }
}
