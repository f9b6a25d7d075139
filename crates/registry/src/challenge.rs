//! What a registry wants to be shown, when it says 401.

use http_auth::ChallengeRef;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A wish of the registry's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// User and password, with each request.
    Basic,
    /// A token, which is to be had at this address for a service.
    Bearer { realm: String, service: String },
}

impl Challenge {
    /// From the header `www-authenticate`: none if it names no scheme that we know.
    pub(crate) fn parse(header: &str) -> Option<Challenge> {
        let challenges = http_auth::parse_challenges(header).ok()?;
        let named =
            |scheme: &str| challenges.iter().find(|it| it.scheme.eq_ignore_ascii_case(scheme));
        if let Some(bearer) = named("bearer")
            && let Some(realm) = parameter(bearer, "realm")
        {
            let service = parameter(bearer, "service").unwrap_or_default();
            return Some(Challenge::Bearer { realm, service });
        }
        named("basic").map(|_| Challenge::Basic)
    }
}

fn parameter(challenge: &ChallengeRef<'_>, name: &str) -> Option<String> {
    let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_unescaped())
}

/// As in a query or a form.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_schemes_are_known() {
        let bearer =
            Challenge::Bearer { realm: "https://x.example/t".into(), service: "s v".into() };
        for (header, expected) in [
            ("Basic realm=\"x\"", Some(Challenge::Basic)),
            ("bearer Realm=\"https://x.example/t\",service=\"s v\",scope=\"a,b\"", Some(bearer)),
            ("Bearer service=x", None),
            ("Negotiate", None),
            ("", None),
        ] {
            assert_eq!(Challenge::parse(header), expected);
        }
        assert_eq!(
            form(&[("scope", "repository:a/b:pull"), ("x", "y")]),
            "scope=repository%3Aa%2Fb%3Apull&x=y"
        );
    }

    proptest! {
        #[test]
        fn no_header_makes_it_fall(header in ".*|(Bearer|Basic) [a-z=\",\\\\ ]{0,40}") {
            let _any = Challenge::parse(&header);
        }
    }
}
