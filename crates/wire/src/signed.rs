//! An address that is as good as a password.

use std::fmt;

use percent_encoding::percent_decode_str;

/// A signed address, used as it is: changing so much as the spelling of its query would break its signature.
#[derive(Clone)]
pub struct Signed(pub String);

impl Signed {
    /// Its signature, as it stands there and decoded: what must not be shown.
    pub fn secrets(&self) -> Vec<String> {
        let query = self.0.split_once('?').map_or("", |(_, query)| query);
        let raw = query.split('&').find_map(|pair| pair.strip_prefix("sig=")).unwrap_or_default();
        let decoded = percent_decode_str(raw).decode_utf8_lossy().into_owned();
        let mut secrets = vec![raw.to_owned(), decoded];
        secrets.retain(|secret| !secret.is_empty());
        secrets.dedup();
        secrets
    }

    /// With more in its query.
    pub fn with(&self, query: &str) -> String {
        let joint = if self.0.contains('?') { '&' } else { '?' };
        format!("{}{joint}{query}", self.0)
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.split('?').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_told_in_both_spellings_and_never_printed() {
        let signed = Signed("https://x.example/b?se=1&sig=a%2Fb%3D&sv=2".into());
        assert_eq!(signed.secrets(), ["a%2Fb%3D", "a/b="]);
        assert_eq!(format!("{signed:?}"), "https://x.example/b");
        assert_eq!(
            signed.with("comp=block"),
            "https://x.example/b?se=1&sig=a%2Fb%3D&sv=2&comp=block"
        );
        assert!(Signed("https://x.example/b".into()).secrets().is_empty());
    }
}
