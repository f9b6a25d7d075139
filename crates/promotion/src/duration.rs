//! A length of time in a policy.

use std::path::Path;
use std::time::Duration;

use spec::{Error, Node, quoted};

/// Reads what stands at `key` of `node`, such as `90d`.
pub(crate) fn duration(text: &str, key: &str, node: &Node, file: &Path) -> Result<Duration, Error> {
    humantime::parse_duration(text).map_err(|_| {
        let place = node.get(key).unwrap_or(node).position();
        let message = format!("{} is not a duration", quoted(text));
        Error::at(file, place, message, Some("write it like `90d` or `12h`".into()))
    })
}
