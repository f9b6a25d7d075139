//! Addresses: their origin, what they refer to, and what may be shown of them.

/// Scheme, host and port, without the path: none if it is no address.
pub fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    Some(format!("{scheme}://{host}"))
}

/// Where `location`, as a server names it, is when seen from `base`: none if either is no address.
pub fn join(base: &str, location: &str) -> Option<String> {
    let is_scheme = |(scheme, _): (&str, &str)| scheme.bytes().all(|c| c.is_ascii_alphanumeric());
    if location.split_once("://").is_some_and(is_scheme) {
        return origin(location).map(|_| location.to_owned());
    }
    if location.starts_with("//") {
        return base.split_once("//").map(|(scheme, _)| format!("{scheme}{location}"));
    }
    let origin = origin(base)?;
    if location.starts_with('/') {
        return Some(origin + location);
    }
    let path = base[origin.len()..].split(['?', '#']).next().unwrap_or_default();
    if location.starts_with('?') {
        return Some(format!("{origin}{path}{location}"));
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(format!("{origin}{folder}/{location}"))
}

/// The address without its query and user, which may be as good as a password.
pub fn shown(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_address_is_dropped() {
        assert_eq!(origin("https://x.example/some/path/").as_deref(), Some("https://x.example"));
        assert_eq!(origin("http://127.0.0.1:80").as_deref(), Some("http://127.0.0.1:80"));
        assert_eq!(origin("https:///"), None);
    }

    #[test]
    fn a_location_is_seen_from_where_it_was_named() {
        for (location, expected) in [
            ("https://y.example/z?q", "https://y.example/z?q"),
            ("//y.example/z", "https://y.example/z"),
            ("/z?u=https://y.example", "https://x.example/z?u=https://y.example"),
            ("z", "https://x.example/a/z"),
            ("?z", "https://x.example/a/b?z"),
        ] {
            let joined = join("https://x.example/a/b?c=/d", location);
            assert_eq!(joined.as_deref(), Some(expected));
        }
        assert_eq!(join("https://x.example", "z").as_deref(), Some("https://x.example/z"));
        assert_eq!(join("x", "z"), None);
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        assert_eq!(shown("https://me:pw@x.example/a@b?sig=s#f"), "https://x.example/a@b");
        assert_eq!(shown("https://x.example?sig=s"), "https://x.example");
    }
}
