//! The values of a TOML table, with their places and types.

use std::path::Path;

use spec::Error;
use toml::de::{DeTable, DeValue};
use verdict::Pattern;

use crate::place::{Lines, Place};

/// No file needs more items in one list; it bounds what a hostile one can cost.
const MOST_ITEMS: usize = 250;

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// A pattern as bootgate reads it, and as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sign {
    pub(crate) pattern: Pattern,
    pub(crate) written: String,
    pub(crate) place: Place,
}

/// The file that is read: what an error says.
#[derive(Clone, Copy)]
pub(crate) struct Source<'t> {
    pub(crate) file: &'t Path,
    pub(crate) lines: &'t Lines<'t>,
}

impl Source<'_> {
    pub(crate) fn error(&self, place: Place, message: impl Into<String>, hint: &str) -> Error {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        Error::at(self.file, place, message, hint)
    }
}

/// A table.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'t> {
    pub(crate) source: Source<'t>,
    pub(crate) place: Place,
    pub(crate) table: &'t DeTable<'t>,
}

impl<'t> Fields<'t> {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'t str> {
        self.table.keys().map(|key| key.get_ref().as_ref())
    }

    /// The place of a key, or of the table where it is not there.
    pub(crate) fn place(&self, key: &str) -> Place {
        let found = self.table.get_key_value(key);
        found.map_or(self.place, |(key, _)| self.source.lines.place(key.span().start))
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<Text>, Error> {
        self.value(key, "a text", |value| value.as_str().map(str::to_owned))
            .map(|found| found.map(|(text, place)| Text { text, place }))
    }

    pub(crate) fn truth(&self, key: &str) -> Result<bool, Error> {
        Ok(self.value(key, "`true` or `false`", DeValue::as_bool)?.is_some_and(|(truth, _)| truth))
    }

    /// Seconds.
    pub(crate) fn seconds(&self, key: &str) -> Result<Option<(u64, Place)>, Error> {
        let number = |value: &DeValue<'_>| {
            let integer = value.as_integer()?;
            u64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
        };
        self.value(key, "a whole number of seconds", number)
    }

    pub(crate) fn texts(&self, key: &str) -> Result<Vec<Text>, Error> {
        let text = |(value, place): (&DeValue<'_>, Place)| match value.as_str() {
            Some(text) => Ok(Text { text: text.to_owned(), place }),
            None => Err(self.wrong(key, "a list of texts", value, place)),
        };
        self.items(key)?.into_iter().map(text).collect()
    }

    pub(crate) fn signs(&self, key: &str) -> Result<Vec<Sign>, Error> {
        self.texts(key)?.into_iter().map(|text| self.sign(text)).collect()
    }

    /// The tables of a list.
    pub(crate) fn tables(&self, key: &str) -> Result<Vec<Fields<'t>>, Error> {
        let table = |(value, place): (&'t DeValue<'t>, Place)| match value.as_table() {
            Some(table) => Ok(Fields { source: self.source, place, table }),
            None => Err(self.wrong(key, "a list of tables", value, place)),
        };
        self.items(key)?.into_iter().map(table).collect()
    }

    fn items(&self, key: &str) -> Result<Vec<(&'t DeValue<'t>, Place)>, Error> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let place = self.source.lines.place(value.span().start);
        let Some(items) = value.get_ref().as_array() else {
            return Err(self.wrong(key, "a list", value.get_ref(), place));
        };
        if items.len() > MOST_ITEMS {
            return Err(self.source.error(
                place,
                format!("`{key}` has more than {MOST_ITEMS} items"),
                "",
            ));
        }
        let place = |start| self.source.lines.place(start);
        Ok(items.iter().map(|item| (item.get_ref(), place(item.span().start))).collect())
    }

    fn value<T>(
        &self,
        key: &str,
        wanted: &str,
        read: impl Fn(&DeValue<'t>) -> Option<T>,
    ) -> Result<Option<(T, Place)>, Error> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let place = self.source.lines.place(value.span().start);
        match read(value.get_ref()) {
            Some(read) => Ok(Some((read, place))),
            None => Err(self.wrong(key, wanted, value.get_ref(), place)),
        }
    }

    fn wrong(&self, key: &str, wanted: &str, found: &DeValue<'_>, place: Place) -> Error {
        let found = found.type_str();
        self.source.error(
            place,
            format!("`{key}` is {wanted}, and here stands a value of type {found}"),
            "",
        )
    }

    /// A pattern that asks for the end of its line by `\n` asks for `$`: here a line comes without its end.
    fn sign(&self, Text { text, place }: Text) -> Result<Sign, Error> {
        let open =
            ["\\r?\\n", "\\r\\n", "\\n", "\n"].into_iter().find_map(|end| text.strip_suffix(end));
        let line = open
            .map_or_else(|| text.clone(), |line| format!("{}\\s*$", line.trim_end_matches("\\s*")));
        match Pattern::new(line) {
            Ok(pattern) => Ok(Sign { pattern, written: text, place }),
            Err(why) => Err(self.source.error(
                place,
                format!("unusable pattern {}: {why}", spec::quoted(&text)),
                "",
            )),
        }
    }
}
