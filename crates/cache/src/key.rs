//! Which names an entry may have.

use problem::Problem;

/// In characters.
const LONGEST: usize = 512;

/// With the restore keys.
const MOST: usize = 10;

/// What a key for a second try ends in.
const SPARE: &str = "-spare";

/// The keys of one look-up: the entry's own, and prefixes of others that would do, the best first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys<'a> {
    pub(crate) key: &'a str,
    pub(crate) restore: &'a [String],
}

impl<'a> Keys<'a> {
    pub(crate) fn new(key: &'a str, restore: &'a [String]) -> Result<Keys<'a>, Problem> {
        if restore.len() >= MOST {
            return Err(Problem::user(format!("{} keys are too many", restore.len() + 1))
                .hint(format!("at most {MOST} keys, the first one counted")));
        }
        restore.iter().map(String::as_str).chain([key]).try_for_each(check)?;
        Ok(Keys { key, restore })
    }

    /// Whether an entry of this name is what was asked for.
    pub(crate) fn match_key(&self, name: &str) -> bool {
        name.starts_with(self.key) || self.restore.iter().any(|key| name.starts_with(key.as_str()))
    }
}

fn check(key: &str) -> Result<(), Problem> {
    let wrong = match key {
        "" => "it is empty".to_owned(),
        _ if key.chars().count() > LONGEST => format!("it is longer than {LONGEST} characters"),
        _ if key.contains(',') => "it has a comma".to_owned(),
        _ if key.contains(char::is_control) => "it has a control character".to_owned(),
        _ => return Ok(()),
    };
    Err(Problem::user(format!("`{}` is no key: {wrong}", key.escape_debug())))
}

/// The key to save under when the entry `key` turned out to be broken: the service replaces none. [`Cache::restore`]
/// looks there too, after a broken entry.
///
/// [`Cache::restore`]: crate::Cache::restore
pub fn spare(key: &str) -> String {
    format!("{key}{SPARE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_the_service_refuses_is_the_users_mistake() {
        for key in ["", "a,b", "a\nb", &"é".repeat(513)] {
            assert!(Keys::new(key, &[]).is_err(), "{key}");
        }
        assert!(Keys::new(&"é".repeat(512), &[]).is_ok());
    }

    #[test]
    fn ten_keys_are_enough() {
        let restore = vec!["x".to_owned(); 10];
        assert!(Keys::new("k", &restore[..9]).is_ok());
        assert!(Keys::new("k", &restore).is_err());
    }
}
